"""The command line as a process: what it imports, pipes, signals, terminals."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from librus_sdk._version import __version__
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Terminal, first, spawn

HEAVY = {
    "httpx2",
    "msgspec",
    "rich",
    "asyncio",
    "starlette",
    "librus_sdk.session",
    "librus_sdk.models._fields",
}


def imported(*argv: str, env: dict[str, str] | None = None) -> set[str]:
    """Run a command line in a fresh interpreter and return the modules it has imported."""
    code = (
        "import sys, json\n"
        "from librus_sdk.cli.__main__ import main\n"
        "status = main(sys.argv[1:])\n"
        "assert status == 0, status\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    # Without the site's own start-up files, which import what they like.
    command = [sys.executable, "-c", code, *argv]
    done = subprocess.run(
        command,
        env={**os.environ, **(env or {})},
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return set(json.loads(done.stderr))


def test_the_version_imports_nothing_but_itself() -> None:
    ours = {name for name in imported("--version") if name.startswith("librus_sdk")}
    assert ours == {"librus_sdk", "librus_sdk._version", "librus_sdk.cli", "librus_sdk.cli.__main__"}
    assert not imported("--version") & (HEAVY | {"click"})


@pytest.mark.parametrize(
    "argv",
    [
        ["--help"],
        ["grades", "list", "--help"],
        ["timetable", "--help"],
        ["demo", "-h"],
        ["login", "--help"],
        ["logout", "--help"],
        ["auth", "status", "--help"],
    ],
)
def test_help_imports_neither_http_nor_models(argv: list[str]) -> None:
    assert not imported(*argv) & HEAVY


def test_a_status_with_nothing_kept_imports_neither_http_nor_models() -> None:
    assert not imported("auth", "status") & HEAVY


def test_text_for_a_pipe_imports_no_rich(calm: Simulator) -> None:
    modules = imported("grades", "list", env={**calm.environ(), "LIBRUS_CHILD": first(calm)})
    assert "httpx2" in modules
    assert "rich" not in modules


def test_the_installed_command() -> None:
    command = Path(sys.executable).with_name("librus")
    done = subprocess.run([command, "--version"], check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"librus {__version__}\n", "")


def test_without_click_it_says_what_to_install() -> None:
    code = (
        "import sys\n"
        "sys.modules['click'] = None\n"
        "from librus_sdk.cli.__main__ import main\n"
        "sys.exit(main(['children', 'list']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'pip install "librus-sdk[cli]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_who_has_gone_is_no_error(calm: Simulator, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        run = spawn("grades", "list", "--child", first(calm), sim=calm, cwd=tmp_path, stdout=writing)
    finally:
        os.close(writing)
    assert run.communicate(timeout=20)[1] == ""
    assert run.returncode == 1


def test_ctrl_c(sim: Simulator, tmp_path: Path) -> None:
    gate = sim.hold("Grades")
    run = spawn("grades", "list", "--child", first(sim), sim=sim, cwd=tmp_path)
    gate.wait_arrived()
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=20) == ("", "Interrupted.\n")
    assert run.returncode == 130


def test_an_output_that_knows_no_polish_letters_still_gets_everything(
    calm: Simulator, tmp_path: Path
) -> None:
    env = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LIBRUS_CHILD": first(calm)}
    run = spawn("grades", "list", "--format", "json", sim=calm, cwd=tmp_path, env=env)
    out, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (0, "")
    assert json.loads(out)["child"]["studentName"] == calm.children[0].name
    run = spawn("grades", "list", sim=calm, cwd=tmp_path, env=env)
    out, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (0, "")
    assert "J?zyk polski" in out


def terminal_output(*argv: str, sim: Simulator | None, cwd: Path, columns: int, env: dict[str, str]) -> str:
    """Run a command line on a terminal of its own and return what that was sent."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    env = {"TERM": "xterm-256color", "COLUMNS": "", "NO_COLOR": "", **env}
    run = spawn(*argv, sim=sim, cwd=cwd, env=env, stdout=theirs)
    os.close(theirs)
    sent = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed: Linux says so with an error
            break
        if not piece:
            break
        sent += piece
    os.close(ours)
    assert run.communicate(timeout=20)[1] == ""
    assert run.returncode == 0
    return sent.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made differently there")
@pytest.mark.parametrize("columns", [60, 140])
def test_a_terminal_gets_colours_within_its_width(
    calm: Simulator, terminal: Terminal, tmp_path: Path, columns: int
) -> None:
    argv = ["grades", "list", "--child", first(calm)]
    sent = terminal_output(*argv, sim=calm, cwd=tmp_path, columns=columns, env={})
    # The other tests of what a terminal gets make do without one.
    assert sent.replace("\r\n", "\n") == terminal(*argv, sim=calm, columns=columns)
    assert "\x1b[1" in sent
    lines = re.sub(r"\x1b\[[0-9;]*m", "", sent).splitlines()
    assert max(map(len, lines)) <= columns
    assert columns < 80 or any("Język polski" in line for line in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made differently there")
@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours(calm: Simulator, tmp_path: Path, env: dict[str, str]) -> None:
    argv = ["grades", "list", "--child", first(calm)]
    sent = terminal_output(*argv, sim=calm, cwd=tmp_path, columns=80, env=env)
    assert "\x1b" not in sent
    assert max(map(len, sent.splitlines())) <= 80


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made differently there")
def test_the_demo_draws_a_progress_bar_on_a_terminal(tmp_path: Path) -> None:
    sent = terminal_output("demo", sim=None, cwd=tmp_path, columns=80, env={})
    assert "360/360" in sent
    assert "errors shown" in sent


def test_the_simulator_serves_until_ctrl_c(tmp_path: Path) -> None:
    run = spawn("simulator", "--port", "0", "--children", "2", "--seed", "5", cwd=tmp_path)
    assert run.stdout is not None
    lines = []
    while "Ctrl-C" not in (line := run.stdout.readline()):
        assert line
        lines.append(line)
    family = "".join(lines).partition("\nOr, with the school's login")[0]
    env = dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", family, re.MULTILINE))
    listing = spawn("children", "list", "--format", "json", cwd=tmp_path, env=env)
    children = json.loads(listing.communicate(timeout=20)[0])["children"]
    assert len(children) == 2
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=20)[1] == ""
    assert run.returncode == 0


def test_a_port_that_is_taken(calm: Simulator, tmp_path: Path) -> None:
    port = calm.hosts.portal.rpartition(":")[2]
    run = spawn("simulator", "--port", port, cwd=tmp_path)
    out, err = run.communicate(timeout=20)
    assert (run.returncode, out) == (1, "")
    assert "CONFIGURATION_ERROR" in err
