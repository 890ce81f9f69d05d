#!/usr/bin/env bash
# Print the path of the first working Python of the asked versions, in the order asked.
#
#   tools/find_python.sh 3.11 3.12 3.13
#
# "Working" is tried, not assumed: a version manager's shim is found on PATH even where it runs nothing.
set -euo pipefail

works() {
    "$1" -c "import sys, venv, ensurepip; raise SystemExit('%d.%d' % sys.version_info[:2] != '$2')" >/dev/null 2>&1
}

for version in "$@"; do
    while IFS= read -r candidate; do
        if [ -x "$candidate" ] && works "$candidate" "$version"; then
            printf '%s\n' "$candidate"
            exit 0
        fi
    done < <(
        type -aP "python$version" || true
        printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*"/bin/python$version"
        type -aP python3 python || true
    )
done
echo "no working Python ($*) with venv was found; name one: make install PYTHON=/path/to/python3.11" >&2
exit 1
