"""Build the wheel and the sdist, look into both, and use the wheel the way a user without extras would.

Run by ``make build``. Leaves the two files in ``dist/``; says what is wrong and ends with 1 if anything is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
PACKAGE = ROOT / "src" / "librus_sdk"
CORE_LOCK = ROOT / "requirements" / "core.txt"

# What a package folder may hold: anything else is a stray file somebody forgot.
SHIPPED_SUFFIXES = {".py", ".typed", ".json", ".html"}
SDIST_FOLDERS = {"docs", "src", "tests"}
SDIST_FILES = {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml", "PKG-INFO", ".gitignore"}

FIRST_STEPS = """
import sys
import librus_sdk
from librus_sdk import LibrusSession

assert LibrusSession.__module__.startswith("librus_sdk."), LibrusSession
assert librus_sdk.__file__.startswith(sys.prefix), librus_sdk.__file__
assert librus_sdk.__version__ == sys.argv[1], librus_sdk.__version__
"""

# pytest loads the plugin of every installed package, so this one must not need what an extra brings.
PLUGIN_WITHOUT_EXTRAS = """
import sys
sys.modules.update(dict.fromkeys(("starlette", "uvicorn", "click", "rich")))
sys.path.insert(0, sys.argv[1])
import librus_sdk.simulator.pytest_plugin as plugin
assert plugin.__file__.startswith(sys.argv[1]), plugin.__file__
"""


class BadBuildError(Exception):
    """The build is not fit to be published; the message says why."""


def require(condition: object, complaint: str) -> None:
    """Raise :class:`BadBuildError` with the complaint unless the condition holds."""
    if not condition:
        raise BadBuildError(complaint)


def package_files() -> set[str]:
    """Name the files of the package as the wheel should name them."""
    return {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def build() -> tuple[Path, Path]:
    """Build the sdist, then the wheel out of the sdist (which shows that the sdist is complete)."""
    shutil.rmtree(DIST, ignore_errors=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", DIST, ROOT],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (sdist,), (wheel,) = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    return sdist, wheel


def check_wheel(wheel: Path, version: str) -> None:
    """Check that the wheel holds the package, its typing marker and licence, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        info = f"librus_sdk-{version}.dist-info"
        require(f"{info}/METADATA" in names, f"the wheel has no {info}/METADATA")
        metadata = archive.read(f"{info}/METADATA").decode()
        entry_points = archive.read(f"{info}/entry_points.txt").decode()
    package = {name for name in names if not name.startswith(f"{info}/")}
    require("librus_sdk/py.typed" in package, "the wheel has no typing marker")
    require(f"{info}/licenses/LICENSE" in names, "the wheel has no licence")
    require(package == package_files(), f"wheel and source differ: {sorted(package ^ package_files())}")
    stray = sorted(name for name in package if PurePosixPath(name).suffix not in SHIPPED_SUFFIXES)
    require(not stray, f"stray files in the wheel: {stray}")
    require(f"Version: {version}\n" in metadata, "the wheel's metadata tells another version")
    require("librus = librus_sdk.cli.__main__:main" in entry_points, "the wheel has no `librus` command")
    for module in ("librus_sdk/cli/__main__.py", "librus_sdk/simulator/pytest_plugin.py"):
        require(module in package, f"an entry point names {module}, which is not in the wheel")


def check_sdist(sdist: Path, version: str) -> None:
    """Check that the sdist holds the sources, the tests and the licence, and no other folder."""
    top = f"librus_sdk-{version}/"
    with tarfile.open(sdist) as archive:
        names = {member.name.removeprefix(top) for member in archive.getmembers() if member.isfile()}
    require({f"src/{name}" for name in package_files()} <= names, "the sdist lacks sources")
    require("tests/conftest.py" in names, "the sdist lacks the tests")
    require("LICENSE" in names, "the sdist lacks the licence")
    stray = sorted(
        name
        for name in names
        if (name.split("/")[0] not in SDIST_FOLDERS if "/" in name else name not in SDIST_FILES)
        or "__pycache__" in name
    )
    require(not stray, f"stray files in the sdist: {stray}")


def check_use(wheel: Path, version: str) -> None:
    """Install the wheel with no extra into an empty environment, import it, ask the command its version."""
    with tempfile.TemporaryDirectory(prefix="librus-sdk-build-") as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        binaries = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin")
        python = binaries / "python"
        pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "--require-hashes", "-r", CORE_LOCK], check=True)
        subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
        subprocess.run([*pip, "check"], check=True)
        subprocess.run([python, "-I", "-c", FIRST_STEPS, version], check=True, cwd=folder)
        command = subprocess.run(
            [binaries / "librus", "--version"], cwd=folder, capture_output=True, text=True, check=False
        )
    said = command.stdout + command.stderr
    require("Traceback" not in said, f"`librus --version` without the extra ends in a traceback:\n{said}")
    if command.returncode == 0:
        require(version in said, f"`librus --version` does not tell the version: {said!r}")
    else:
        require("librus-sdk[cli]" in said, f"`librus --version` does not say what to install: {said!r}")


def main() -> int:
    """Build and check; return the exit code."""
    if sys.prefix == sys.base_prefix:
        print("run this with the Python of the environment: make build", file=sys.stderr)
        return 2
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version_file = ROOT / project["tool"]["hatch"]["version"]["path"]
    version = version_file.read_text(encoding="utf-8").split('__version__ = "')[1].split('"')[0]
    try:
        sdist, wheel = build()
        check_wheel(wheel, version)
        check_sdist(sdist, version)
        subprocess.run([sys.executable, "-I", "-c", PLUGIN_WITHOUT_EXTRAS, wheel], check=True)
        check_use(wheel, version)
    except (BadBuildError, subprocess.CalledProcessError) as problem:
        print(f"build: {problem}", file=sys.stderr)
        return 1
    print(f"built and checked: {wheel.relative_to(ROOT)}, {sdist.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
