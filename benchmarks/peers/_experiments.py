"""The eight experiments, for any library: how it is driven is the adapter's business."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from ._loopback import SERVER_THREAD, Loopback

__all__ = ["EXPERIMENTS", "Peer"]

Read = Callable[[], object]
AsyncRead = Callable[[], Awaitable[object]]

RENEWAL_S: Final = 0.5
NOT_ITS_JOB: Final = "does not act on a 401"
NO_COLD_START: Final = "is given its first token"


@dataclass(frozen=True)
class Peer:
    """How to use one library.

    Attributes:
        name: on the package index.
        client: makes a client of the server and returns its read, which raises when it fails. The flag says
            whether the client may repeat a failed request.
        async_client: the same for asyncio, if the library has it; called on a running event loop.
        acts_on_401: whether the library itself answers a 401 with a new token.
        signs_in: whether the library gets the first token by itself.
        no_asyncio: what to say where there is no ``async_client``.
        early: the lifetime, in seconds, of a token that is usable and that the library wants to renew.
        early_hint: what the server then says about renewing early, in seconds.
        early_after: how long such a token takes to get there.
        dead_after: how long a token with a lifetime of one second takes to count as dead.
    """

    name: str
    client: Callable[[Loopback, bool], Read]
    async_client: Callable[[Loopback, bool], AsyncRead] | None = None
    acts_on_401: bool = True
    signs_in: bool = True
    no_asyncio: str = "no asyncio client"
    early: int = 0
    early_hint: int | None = None
    early_after: float = 0.0
    dead_after: float = 0.0


def _expired(peer: Peer, server: Loopback, *, repeats: bool) -> Read:
    """A client whose token has run out."""
    server.lifetime = 1
    read = peer.client(server, repeats)
    read()
    time.sleep(peer.dead_after)
    server.lifetime = 3600
    server.spent()
    return read


def _warm(peer: Peer, server: Loopback) -> Read:
    """A client whose token works."""
    read = peer.client(server, True)
    read()
    server.spent()
    return read


def _together(read: Read, callers: int) -> list[Future[object]]:
    barrier = threading.Barrier(callers)

    def one() -> object:
        barrier.wait()
        return read()

    with ThreadPoolExecutor(callers) as pool:
        return [pool.submit(one) for _ in range(callers)]


def failing(peer: Peer, server: Loopback) -> str:
    """16 threads, expired token, the token endpoint answers 503."""
    read = _expired(peer, server, repeats=False)
    server.failing = True
    failed = sum(future.exception() is not None for future in _together(read, 16))
    return _count(server.spent()["token"], "attempt") + ("" if failed == 16 else f", {failed} errors")


def shared(peer: Peer, server: Loopback) -> str:
    """8 threads share one revoked token, and hear of it at the same moment."""
    if not peer.acts_on_401:
        return NOT_ITS_JOB
    read = _warm(peer, server)
    server.revoke()
    server.data.arm(8)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(read) for _ in range(8)]
        server.data.wait_arrived(8)
        server.data.release()
    answers = sum(future.exception() is None for future in asked)
    return _count(server.spent()["token"], "renewal") + ("" if answers == 8 else f", {answers} of 8 answers")


def late(peer: Peer, server: Loopback) -> str:
    """A 401 for the old token arrives when another thread has renewed it."""
    if not peer.acts_on_401:
        return NOT_ITS_JOB
    read = _warm(peer, server)
    server.revoke()
    server.data.arm(1)
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(read)
        server.data.wait_arrived()
        read()
        server.data.release()
        held.result()
    read()
    return _count(server.spent()["token"], "renewal")


def cancelled(peer: Peer, server: Loopback) -> str:
    """The task that renews is cancelled after the server has used up the refresh token."""
    if peer.async_client is None:
        return peer.no_asyncio
    make = peer.async_client

    async def run() -> str:
        server.lifetime, server.rotating = 1, True
        read = make(server, True)
        await read()
        await asyncio.sleep(peer.dead_after)
        server.lifetime = 3600
        server.spent()
        server.tokens.arm(1)
        leader = asyncio.ensure_future(read())
        await asyncio.get_running_loop().run_in_executor(_HELPER, server.tokens.wait_arrived)
        leader.cancel()
        # Not awaited yet: a library may need the answer before it can let go.
        await asyncio.sleep(0.05)
        server.tokens.release()
        await asyncio.wait([leader])
        try:
            await read()
        except Exception as error:  # noqa: BLE001  (whatever it is, it is the finding)
            return f"session lost ({type(error).__name__})"
        return f"kept, {server.spent()['token'] - 1} more renewals"

    return asyncio.run(run())


def crowd(peer: Peer, server: Loopback) -> str:
    """200 tasks wait for one token."""
    if peer.async_client is None:
        return peer.no_asyncio
    make = peer.async_client

    async def run() -> str:
        if not peer.signs_in:
            server.lifetime = 1
        read = make(server, True)
        if not peer.signs_in:
            await read()
        server.lifetime = 3600
        server.spent()
        before = _threads()
        server.tokens.arm(1)
        asked = [asyncio.ensure_future(read()) for _ in range(200)]
        await asyncio.get_running_loop().run_in_executor(_HELPER, server.tokens.wait_arrived)
        await asyncio.sleep(RENEWAL_S)
        added = _threads() - before
        server.tokens.release()
        await asyncio.gather(*asked, return_exceptions=True)
        return (
            f"{added} of the {min(32, (os.cpu_count() or 1) + 4)} threads of the default pool"
            if added
            else "0 threads"
        )

    return asyncio.run(run())


def bystander(peer: Peer, server: Loopback) -> str:
    """A read while another thread renews a token that still works."""
    server.lifetime, server.refresh_in = peer.early, peer.early_hint
    read = _warm(peer, server)
    server.lifetime, server.refresh_in = 3600, None
    time.sleep(peer.early_after)
    server.tokens.arm(
        2
    )  # both, should the second caller renew on its own: a renewal takes as long for anybody
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(read)
        server.tokens.wait_arrived()
        started = time.perf_counter()
        second = pool.submit(lambda: (read(), time.perf_counter())[1])
        time.sleep(RENEWAL_S)
        server.tokens.release()
        waited = second.result() - started
        first.result()
    renewals = server.spent()["token"]
    return f"{waited:.2f} s of {RENEWAL_S:.1f} s" + (f", {renewals} renewals" if renewals > 1 else "")


def cold(peer: Peer, server: Loopback) -> str:
    """8 threads make the first calls."""
    if not peer.signs_in:
        return NO_COLD_START
    for future in _together(peer.client(server, True), 8):
        future.result()
    return _count(server.spent()["token"], "token request")


def for_ever(peer: Peer, server: Loopback) -> str:
    """Every token is refused from now on."""
    if not peer.acts_on_401:
        return NOT_ITS_JOB
    read = _warm(peer, server)
    server.refusing = True
    first, second = _refused(read, server), _refused(read, server)
    return f"{first['data']} + {first['token']}, next call {second['data']} + {second['token']}"


def _refused(read: Read, server: Loopback) -> Counter[str]:
    try:
        read()
    except Exception:  # noqa: BLE001  (every library has its own)
        return server.spent()
    raise AssertionError("the server refuses everything, yet the read succeeded")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _threads() -> int:
    return sum(thread.name != SERVER_THREAD for thread in threading.enumerate())


# Warmed, so that its thread is there before threads are counted.
_HELPER: Final = ThreadPoolExecutor(1)
_HELPER.submit(int).result()

EXPERIMENTS: Final[dict[str, Callable[[Peer, Loopback], Any]]] = {
    "failing": failing,
    "shared": shared,
    "late": late,
    "cancelled": cancelled,
    "crowd": crowd,
    "bystander": bystander,
    "cold": cold,
    "for_ever": for_ever,
}
