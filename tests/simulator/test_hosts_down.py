"""A host that refuses connections, and how many connections there are."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser


def address_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


def test_a_host_that_is_down_refuses_and_the_others_do_not(browser: Browser) -> None:
    sim = browser.sim
    hosts = sim.hosts
    sim.take_down("api")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address_of(hosts.api), timeout=10)
    assert browser.sign_in().status_code == 200
    sim.bring_up("api")
    assert sim.hosts == hosts
    assert browser.read("Me", sim.token(sim.children[0].id)).status_code == 200


def test_connections_of_a_host_that_goes_down_end(sim: Simulator) -> None:
    with (
        socket.create_connection(address_of(sim.hosts.api), timeout=10) as one,
        socket.create_connection(address_of(sim.hosts.synergia), timeout=10) as other,
    ):
        sim.wait_for_connections(2)
        sim.take_down("api")
        sim.wait_for_connections(1)
        assert one.recv(1) == b""
        other.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert other.recv(4) == b"HTTP"
    sim.wait_for_connections(0)


def test_twice_down_is_down_and_twice_up_is_up(browser: Browser) -> None:
    sim = browser.sim
    sim.bring_up("portal")
    sim.take_down("portal")
    sim.take_down("portal")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address_of(sim.hosts.portal), timeout=10)
    sim.bring_up("portal")
    sim.bring_up("portal")
    assert browser.sign_in().status_code == 200


def test_nobody_else_gets_the_port_of_a_host_that_is_down(sim: Simulator) -> None:
    sim.take_down("bff")
    with socket.socket() as sock, pytest.raises(OSError, match="in use"):
        sock.bind(address_of(sim.hosts.bff))


@pytest.mark.parametrize("lever", ["take_down", "bring_up"])
def test_there_must_be_a_host_and_a_simulator(sim: Simulator, lever: str) -> None:
    pull: Any = getattr(sim, lever)
    with pytest.raises(ValueError, match="host must be one of: portal, api"):
        pull("elsewhere")
    with pytest.raises(RuntimeError, match="not running"):
        getattr(Simulator(children=1), lever)("api")


def test_a_simulator_stops_with_a_host_down_and_starts_with_all_up() -> None:
    sim = Simulator(children=1)
    with sim:
        sim.take_down("api")
    assert sim.connections == 0
    with sim:
        socket.create_connection(address_of(sim.hosts.api), timeout=10).close()


def test_connections_are_counted_and_can_be_waited_for(sim: Simulator) -> None:
    assert sim.connections == 0
    with socket.create_connection(address_of(sim.hosts.api), timeout=10):
        sim.wait_for_connections(1)
        assert sim.connections == 1
        with pytest.raises(TimeoutError, match=r"2 open connection\(s\); there are 1"):
            sim.wait_for_connections(2, timeout=0.01)
    sim.wait_for_connections(0)
