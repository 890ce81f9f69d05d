"""Starting and stopping: fast, complete, and as often as one likes."""

from __future__ import annotations

import gc
import io
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest

from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.simulator import Simulator
from librus_sdk.simulator.serve import banner, serve
from tests.simulator.steps import Browser


def simulator_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "librus-simulator"]


def test_nothing_is_left_after_the_end() -> None:
    for _ in range(5):
        with Simulator(children=1) as sim, Browser(sim) as browser:
            browser.sign_in()
            ports = [urlsplit(url).port for url in (sim.hosts.portal, sim.hosts.api)]
        assert simulator_threads() == []
        for port in ports:
            with (
                pytest.raises(ConnectionRefusedError),
                socket.create_connection(("127.0.0.1", port), timeout=5),
            ):
                pass
    gc.collect()  # an unclosed socket or loop would warn here, and warnings are errors


def test_a_connection_that_is_just_being_accepted_is_closed_too() -> None:
    for _ in range(25):
        sim = Simulator(children=1).start()
        with socket.create_connection(("127.0.0.1", urlsplit(sim.hosts.portal).port or 0), timeout=5):
            sim.stop()
    gc.collect()


def test_stopping_does_not_wait_for_requests_under_way() -> None:
    sim = Simulator(children=1).start()
    gates = [sim.hold("Grades"), sim.hold("Subjects", at="response")]
    sim.fail("Me", stall=True)
    sim.fail("Users", delay=600)
    sim.fail("Lessons", drip=300.0)
    headers = {"authorization": f"Bearer {sim.token(sim.children[0].id)}"}

    def read(path: str) -> str:
        try:
            httpx2.get(f"{sim.hosts.api}/{path}", headers=headers, trust_env=False, timeout=30)
        except httpx2.TransportError as error:
            return type(error).__name__
        return "answered"

    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(read, path) for path in ("Grades", "Subjects", "Me", "Users", "Lessons")]
        for gate in gates:
            gate.wait_arrived()
        decided = {"Me", "Users", "Lessons"}
        sim._watch.wait(
            lambda: decided <= {record.endpoint for record in sim.requests if record.status},
            10,
            lambda: "answers",
        )
        sim.stop()
        assert "answered" not in [answer.result(10) for answer in answers]
    assert simulator_threads() == []
    gates[0].release()  # too late for anybody, and harmless


def test_a_server_that_cannot_start_says_so_to_its_caller() -> None:
    from librus_sdk.simulator._server import ServerThread, listen

    async def nothing(scope: object, receive: object, send: object) -> None: ...

    good, closed = listen(0), listen(0)
    closed.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        ServerThread(nothing, [closed, good]).start()
    assert good.fileno() == -1
    assert simulator_threads() == []


def test_stopping_twice_does_nothing_and_starting_twice_is_refused() -> None:
    sim = Simulator(children=1).start()
    with pytest.raises(RuntimeError, match="running already"):
        sim.start()
    sim.stop()
    sim.stop()
    with sim, Browser(sim) as browser:
        assert browser.sign_in().status_code == 200
    sim.stop()


def test_hosts_are_known_after_the_start_only() -> None:
    sim = Simulator(children=1)
    assert repr(sim) == "Simulator(not started, children=1)"
    with pytest.raises(RuntimeError, match="not been started"):
        _ = sim.hosts


def test_gates_and_faults_may_be_set_up_before_the_start() -> None:
    sim = Simulator(children=1)
    sim.fail("login_page", status=503)
    with sim, Browser(sim) as browser:
        assert browser.http.get(f"{sim.hosts.portal}/konto-librus/login").status_code == 503


def test_several_at_once_know_nothing_of_each_other() -> None:
    with Simulator(seed=1) as one, Simulator(seed=2) as two, Browser(one) as browser:
        assert one.hosts != two.hosts
        strange = two.token(two.children[0].id)
        assert browser.read("Me", strange).status_code == 401
        one.expire_child_tokens()
        with Browser(two) as other:
            assert other.read("Me", strange).status_code == 200
        assert (one.counts["Me"], two.counts["Me"]) == (1, 1)


def test_a_taken_port_is_an_error_and_leaves_nothing_open() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Simulator(children=1, port=port).start()
        with pytest.raises(OSError, match="in use"):
            Simulator(children=1, port=port - 1).start()
        with pytest.raises(LibrusConfigurationError, match=f"port {port} "):
            serve(port, 1, 7, io.StringIO())
    with pytest.raises(LibrusConfigurationError, match="port 70000 "):
        serve(70000, 1, 7, io.StringIO())
    assert simulator_threads() == []


@pytest.mark.parametrize("children", [0, 9])
def test_a_family_has_one_to_eight_children(children: int) -> None:
    with pytest.raises(LibrusConfigurationError, match="1 to 8"):
        Simulator(children=children)


def test_many_requests_at_once_are_all_counted() -> None:
    with Simulator(children=1) as sim, httpx2.Client(trust_env=False, timeout=20) as client:
        headers = {"authorization": f"Bearer {sim.token(sim.children[0].id)}"}
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda _: client.get(f"{sim.hosts.api}/Me", headers=headers).status_code, range(64))
            )
        assert answers == [200] * 64
        assert sim.counts["Me"] == len(sim.requests) == 64


def test_serve_says_where_and_how_and_ends_when_told() -> None:
    out, stop = io.StringIO(), threading.Event()
    seen: list[httpx2.Response] = []

    def started(sim: Simulator) -> None:
        assert out.getvalue() == banner(sim)
        with Browser(sim) as browser:
            seen.append(browser.sign_in())
        stop.set()

    serve(0, 2, 5, out, stop=stop, started=started)
    assert seen[0].url.path == "/rodzina/home"
    text = out.getvalue()
    lines = [line for line in text.splitlines() if line.startswith("export ")]
    shell = subprocess.run(
        ["/bin/sh", "-c", "\n".join([*lines, 'printf "%s" "$LIBRUS_PORTAL_PASSWORD"'])],
        capture_output=True,
        check=True,
    )
    expected = Simulator(children=2, seed=5).credentials.password.reveal()
    assert shell.stdout.decode() == expected
    assert simulator_threads() == []


def test_serve_ends_on_ctrl_c() -> None:
    def interrupt(_: Simulator) -> None:
        raise KeyboardInterrupt

    serve(0, 1, 5, io.StringIO(), started=interrupt)
    assert simulator_threads() == []


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_importing_it_is_light() -> None:
    loaded = run_python(
        "import sys; import librus_sdk.simulator, librus_sdk.simulator.pytest_plugin;"
        "names = ('starlette', 'uvicorn', 'httpx2', 'msgspec', 'click', 'librus_sdk.simulator._simulator');"
        "print([name for name in names if name in sys.modules])"
    )
    assert loaded == "[]\n"


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_it_says_what_to_install(missing: str) -> None:
    told = run_python(
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from librus_sdk.simulator import Simulator\n"
        "from librus_sdk.errors import LibrusConfigurationError\n"
        "try:\n    Simulator().start()\nexcept LibrusConfigurationError as error:\n    print(error)\n"
    )
    assert 'pip install "librus-sdk[simulator]"' in told


def test_unknown_names_of_the_package_are_unknown() -> None:
    import librus_sdk.simulator as package

    get: Callable[[str], object] = package.__getattr__
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        get("nothing")
    assert set(package.__all__) <= set(dir(package))
    assert [getattr(package, name).__name__ for name in package.__all__] == package.__all__
