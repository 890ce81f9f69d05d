"""Requests stop where a test wants them to, and go on in the order it wants."""

from __future__ import annotations

import asyncio
import re
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import httpx2
import pytest

from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser


def read(sim: Simulator, child: int = 0, path: str = "Grades") -> httpx2.Response:
    token = sim.token(sim.children[child].id, 1)
    return httpx2.get(
        f"{sim.hosts.api}/{path}",
        headers={"authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=20,
    )


def test_a_gate_at_the_request_stops_before_anything_is_decided(sim: Simulator) -> None:
    gate = sim.hold("Grades")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(read, sim)
        gate.wait_arrived()
        assert sim.requests[-1].status is None
        assert sim.requests[-1].token_live
        sim.expire_child_tokens()
        sim.release("Grades")
        assert answer.result(10).status_code == 401
    assert not sim.requests[-1].token_live


def test_a_gate_at_the_response_stops_when_everything_is_decided(sim: Simulator) -> None:
    gate = sim.hold("Grades", at="response")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(read, sim)
        gate.wait_arrived()
        assert sim.requests[-1].status == 200
        sim.expire_child_tokens()
        gate.release()
        assert answer.result(10).status_code == 200


def test_a_token_held_at_the_response_is_minted_already(browser: Browser) -> None:
    sim = browser.sim
    child = sim.children[0]
    browser.sign_in()
    gate = sim.hold("fresh", at="response")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(browser.fresh, child.login)
        gate.wait_arrived()
        minted = sim.token(child.id, 2)
        assert read(sim).status_code == 401
        sim.release("fresh")
        assert answer.result(10).json()["accessToken"] == minted


def test_the_oldest_goes_first_and_one_at_a_time(sim: Simulator) -> None:
    gate = sim.hold("Grades")
    finished: list[int] = []

    def one(child: int) -> None:
        read(sim, child)
        finished.append(child)

    with ThreadPoolExecutor(3) as pool:
        answers: list[Future[None]] = []
        for child in (2, 0, 1):
            answers.append(pool.submit(one, child))
            gate.wait_arrived(len(answers))
        assert gate.held == 3
        for answer in answers:
            gate.release(1)
            answer.result(10)
        assert finished == [2, 0, 1]
    assert (gate.held, gate.arrived_count) == (0, 3)


def test_a_permit_given_early_lets_the_next_one_pass(sim: Simulator) -> None:
    gate = sim.hold("Grades")
    gate.release(2)
    assert [read(sim).status_code, read(sim).status_code] == [200, 200]
    with ThreadPoolExecutor(1) as pool:
        third = pool.submit(read, sim)
        gate.wait_arrived(3)
        assert gate.held == 1
        gate.release()
        assert third.result(10).status_code == 200


def test_skip_times_and_child_choose_who_is_stopped(sim: Simulator) -> None:
    first = sim.children[0].id
    gate = sim.hold("Grades", skip=1, times=1, child=first)
    assert read(sim, 0).status_code == 200
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(read, sim, 0)
        gate.wait_arrived()
        assert read(sim, 1).status_code == 200
        assert read(sim, 0).status_code == 200
        assert not held.done()
        gate.release()
        assert held.result(10).status_code == 200
    assert gate.arrived_count == 1


def test_a_star_stops_anything(sim: Simulator) -> None:
    gate = sim.hold("*")
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(read, sim, 0, "Subjects")
        gate.wait_arrived()
        sim.release("*")
        assert held.result(10).status_code == 200


def test_two_gates_of_one_name_are_opened_by_one_word(sim: Simulator) -> None:
    before, after = sim.hold("Grades"), sim.hold("Grades", at="response")
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(read, sim)
        before.wait_arrived()
        before.release(1)
        after.wait_arrived()
        sim.release("Grades")
        assert held.result(10).status_code == 200
    assert read(sim).status_code == 200


def test_waiting_in_vain_says_for_what(sim: Simulator) -> None:
    gate = sim.hold("Grades")
    with pytest.raises(TimeoutError, match=r"2 request\(s\) at the gate of 'Grades' \(request\); 0 came"):
        gate.wait_arrived(2, timeout=0.01)
    with pytest.raises(TimeoutError, match=r"1 request\(s\) to 'fresh'; 0 came"):
        sim.wait_for("fresh", timeout=0.01)
    with pytest.raises(KeyError, match="no gate named 'fresh'"):
        sim.release("fresh")
    with pytest.raises(ValueError, match="at must be"):
        sim.hold("Grades", at="later")  # type: ignore[arg-type]
    assert repr(gate) == "Gate('Grades', at='request', arrived=0, held=0)"


def test_a_request_whose_client_gave_up_is_still_served(browser: Browser) -> None:
    """A server does not take back what it began: the token is minted although nobody hears of it."""
    sim = browser.sim
    child = sim.children[0]
    browser.sign_in()
    gate = sim.hold("fresh")
    with pytest.raises(httpx2.ReadTimeout):
        browser.http.get(
            f"{sim.hosts.portal}/api/v3/SynergiaAccounts/fresh/{child.login}",
            timeout=httpx2.Timeout(5, read=0.05),
        )
    gate.wait_arrived()
    gate.release()
    sim._watch.wait(lambda: sim.requests[-1].status == 200, 10, lambda: "the answer")
    assert sim.token(child.id, 2) == sim.token(child.id)


@pytest.mark.anyio
async def test_coroutines_wait_without_a_thread() -> None:
    async with Simulator() as sim, httpx2.AsyncClient(trust_env=False, timeout=20) as client:
        gate = sim.hold("Grades")
        headers = {"authorization": f"Bearer {sim.token(sim.children[0].id)}"}
        threads = threading.active_count()
        tasks = [
            asyncio.create_task(client.get(f"{sim.hosts.api}/Grades", headers=headers)) for _ in range(3)
        ]
        await gate.arrived(3)
        await sim.seen("Grades", 3)
        assert threading.active_count() == threads
        sim.release("Grades")
        assert [answer.status_code for answer in await asyncio.gather(*tasks)] == [200] * 3
        with pytest.raises(TimeoutError, match="to 'fresh'"):
            await sim.seen("fresh", timeout=0.01)
        await gate.arrived(3)


@pytest.mark.anyio
async def test_a_cancelled_wait_leaves_nothing_behind() -> None:
    async with Simulator() as sim:
        gate = sim.hold("Grades")
        for waiting in (sim.seen("Grades"), gate.arrived()):
            with pytest.raises(TimeoutError, match=r"^$"):  # from this timeout, not from the wait's own
                async with asyncio.timeout(0.01):
                    await waiting
            assert sim._watch._waiters == []


@pytest.mark.parametrize("name", ["Gradez", "Fresh", "frehs", "grades"])
def test_a_misspelt_endpoint_is_refused_by_every_lever(sim: Simulator, name: str) -> None:
    for lever in (sim.hold, sim.fail, sim.deny_scope, sim.switch_off):
        with pytest.raises(LibrusConfigurationError, match=f"no endpoint '{name}'"):
            lever(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Foo", "These it has"),
        ("*", "These it has"),
        ("fresh", "These it has"),
        ("accounts", "These it has"),
        ("Surveys", "These it has"),
        ("Averages", "Grades/Averages, PointGrades/Averages?"),
        ("notes", "Notes?"),
        ("Homework", "HomeWorks"),
    ],
)
def test_what_the_api_does_not_serve_cannot_be_switched_off(sim: Simulator, name: str, meant: str) -> None:
    for lever in (sim.switch_off, sim.deny_scope):
        with pytest.raises(LibrusConfigurationError, match=re.escape(f"no endpoint {name!r}")) as caught:
            lever(name)
        assert meant in caught.value.message


def test_a_path_the_simulator_does_not_serve_may_be_named(sim: Simulator) -> None:
    assert sim.fail("Messages", status=403).hits == 0
