"""The fixture that users of the package test their own programs with."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PLUGIN = "librus_sdk.simulator.pytest_plugin"
# Other people's plugins, which a project of its own would not have; each takes a second to load.
OTHERS = ("schemathesis", "frontrun", "inline_snapshot", "hypothesispytest")


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of its own, in a process of its own. The plugin is named unless it is installed already."""
    from importlib.metadata import entry_points

    options, settings = [f"-p no:{name}" for name in OTHERS], ""
    if not any(point.value == PLUGIN for point in entry_points(group="pytest11")):
        options.append(f"-p {PLUGIN}")
        settings = f"pythonpath = {Path(__file__).parents[1] / 'src'}\n"
    pytester.makeini(f"[pytest]\naddopts = {' '.join(options)}\n{settings}")
    return pytester


def test_the_fixture_gives_a_running_simulator_that_the_marker_configures(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import socket
        import threading
        from urllib.parse import urlsplit

        import pytest

        def reach(sim):
            port = urlsplit(sim.hosts.portal).port
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return True

        def test_defaults(librus_simulator):
            assert reach(librus_simulator)
            assert len(librus_simulator.children) == 3

        @pytest.mark.librus_simulator(children=2, seed=1)
        def test_marked(librus_simulator):
            assert reach(librus_simulator)
            assert len(librus_simulator.children) == 2

        def test_stopped_afterwards():
            assert "librus-simulator" not in [thread.name for thread in threading.enumerate()]
        """
    )
    result = run.runpytest_subprocess("--strict-markers", "-W", "error", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3)


def test_each_test_gets_a_simulator_of_its_own(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        def test_first(librus_simulator):
            librus_simulator.change_password()
            globals()["changed"] = librus_simulator.credentials.password

        def test_second(librus_simulator):
            assert librus_simulator.credentials.password != changed
        """
    )
    run.runpytest_subprocess("-W", "error").assert_outcomes(passed=2)


def test_the_marker_and_the_fixture_are_documented(run: pytest.Pytester) -> None:
    run.runpytest_subprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.librus_simulator(children=3*"])
    run.runpytest_subprocess("--fixtures").stdout.fnmatch_lines(
        ["librus_simulator*", "*simulator of its own*"]
    )


def test_a_marker_with_unnamed_arguments_is_an_error(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest

        @pytest.mark.librus_simulator(2)
        def test_it(librus_simulator):
            pass
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*takes named arguments*"])


def test_the_plugin_costs_nothing_until_it_is_used(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import sys

        def test_it():
            for name in ("starlette", "uvicorn", "librus_sdk.simulator._simulator"):
                assert name not in sys.modules
        """
    )
    run.runpytest_subprocess().assert_outcomes(passed=1)
