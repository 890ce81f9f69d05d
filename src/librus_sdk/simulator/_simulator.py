"""The simulator as tests and programs use it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, get_args

from ..errors import LibrusConfigurationError
from ..secret import Secret
from ..settings import GATEWAY_API_20, GatewayCredentials, Hosts, PortalCredentials
from ._controls import Controls
from ._school import MAX_CHILDREN, Child
from ._state import Origin, RequestRecord, State
from ._watch import Watch
from ._world import build_world
from ._year import WARSAW

if TYPE_CHECKING:
    from ._server import ServerThread

__all__ = ["SimulatedChild", "Simulator", "warsaw_today"]

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099
_ORIGINS: Final = get_args(Origin)
_PATHS: Final = ("", "/3.0", "", "", "/v1", "")
# Cookies are told apart by host, not by port. Three hosts of Librus share a browser and name cookies alike.
_NAMES: Final = ("127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.1")
MISSING: Final = (
    'The simulator needs starlette and uvicorn, which are not installed: pip install "librus-sdk[simulator]".'
)


def warsaw_today() -> date:
    """Return today in Poland, where the school is."""
    return datetime.now(WARSAW).date()


def _seconds(lifetime: float | timedelta) -> float:
    return lifetime.total_seconds() if isinstance(lifetime, timedelta) else lifetime


def _place_of(host: Origin) -> int:
    if host not in _ORIGINS:
        raise ValueError(f"host must be one of: {', '.join(_ORIGINS)}")
    return _ORIGINS.index(host)


def _addresses(hosts: Hosts) -> dict[str, str]:
    return {f"LIBRUS_{name.upper()}_URL": url for name, url in asdict(hosts).items()}


@dataclass(frozen=True, slots=True)
class SimulatedChild:
    """A child of the invented family: the portal's id as text, the login, the name, the class."""

    id: str
    login: str = field(repr=False)
    name: str = field(repr=False)
    class_name: str


class Simulator(Controls):
    """A local Librus: family portal and child API over real HTTP on loopback, with an invented family.

    >>> with Simulator(children=2, seed=7) as sim:
    ...     len(sim.children)
    2

    Each host of Librus listens on a port of its own, as an origin of its own. Everything is decided on the
    simulator's own thread; every method may be called from any thread.

    Args:
        children: how many children the family has, 1 to 8.
        seed: another seed is another family, school and year.
        port: the portal's port, the other hosts take the next five; 0 takes free ones.
        revoke_on_refresh: whether a fresh token kills the child's older ones. What Librus does is not known.
        token_lifetime: seconds, or a timedelta. Librus declares none; six hours is what clients assume.
        today: the day the school year is generated around; today in Warsaw when not given. It decides which
            year that is and what has happened in it; tokens and cookies live by the clock.
        clock: seconds that never go back; give your own to control when tokens die.
        captcha_after: wrong passwords in a row before the portal asks for a captcha; 0 never asks.
        odd_logins: give the children logins with a slash, spaces and Polish letters.
        web_session_lifetime: seconds, or a timedelta, that a session of a school-issued login lives unless it
            is extended; a day is what clients saw, often less.

    Raises:
        LibrusConfigurationError: starlette or uvicorn is missing, or the number of children or the day is out
            of range.
    """

    def __init__(
        self,
        *,
        children: int = 3,
        seed: int = 7,
        port: int = 0,
        revoke_on_refresh: bool = True,
        token_lifetime: float | timedelta = timedelta(hours=6),
        today: date | None = None,
        clock: Callable[[], float] | None = None,
        captcha_after: int = 5,
        odd_logins: bool = False,
        web_session_lifetime: float | timedelta = timedelta(hours=24),
    ) -> None:
        if not 1 <= children <= MAX_CHILDREN:
            raise LibrusConfigurationError(f"The simulator's family has 1 to {MAX_CHILDREN} children.")
        self._port = port
        self._thread: ServerThread | None = None
        self._life = threading.Lock()
        self._hosts: Hosts | None = None
        day = today or warsaw_today()
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise LibrusConfigurationError(
                f"The simulator's day is in the years {FIRST_YEAR} to {LAST_YEAR}."
            )
        world = build_world(seed, children, day, odd_logins)
        state = State(
            watch=Watch(),
            world=world,
            clock=clock or time.monotonic,
            token_lifetime=_seconds(token_lifetime),
            revoke_on_refresh=revoke_on_refresh,
            captcha_after=captcha_after,
            rng=random.Random(f"librus-simulator secrets {seed}"),
            today=lambda: day,
        )
        state.web.session_lifetime = _seconds(web_session_lifetime)
        if children > 1:
            # The second child's school shows no averages.
            state.no_averages.add(str(world.school.children[1].portal_id))
        super().__init__(state)

    def __repr__(self) -> str:
        where = self._hosts.portal if self._hosts else "not started"
        return f"Simulator({where}, children={len(self._state.world.school.children)})"

    # Life.

    def start(self) -> Self:
        """Start serving. Raises OSError when the port is taken."""
        with self._life:
            if self._thread is not None:
                raise RuntimeError("the simulator is running already")
            try:
                from ._app import LibrusApp
                from ._server import ServerThread, open_all
            except ImportError as error:
                if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn", "h11"):
                    raise
                raise LibrusConfigurationError(MISSING) from None
            listeners = open_all(self._port, _NAMES)
            hosts = Hosts(*(one.address + path for one, path in zip(listeners, _PATHS, strict=True)))
            origins = dict(zip((listener.name for listener in listeners), _ORIGINS, strict=True))
            app = LibrusApp(self._state, self._gates, self._faults, origins)
            self._state.hosts = hosts
            thread = ServerThread(app, [listener.sock for listener in listeners], self._watch.changed)
            thread.start()
            self._thread = thread
            self._hosts = hosts
        return self

    def stop(self) -> None:
        """Stop at once; requests at gates are cut off. Stopping twice does nothing."""
        with self._life:
            thread, self._thread = self._thread, None
            if thread is not None:
                thread.stop()

    def take_down(self, host: Origin) -> None:
        """Let a host refuse connections, named as in :attr:`hosts`; those it has are broken off.

        Raises:
            RuntimeError: the simulator is not running.
            ValueError: there is no such host.
        """
        self._running().take_down(_place_of(host))

    def bring_up(self, host: Origin) -> None:
        """Undo :meth:`take_down`; the address is the same. Raises what that does."""
        self._running().bring_up(_place_of(host))

    def _running(self) -> ServerThread:
        thread = self._thread
        if thread is None:
            raise RuntimeError("the simulator is not running")
        return thread

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        # Starting takes a few milliseconds; not worth a helper thread.
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Who there is.

    @property
    def credentials(self) -> PortalCredentials:
        """The family's e-mail and its current password."""
        return PortalCredentials(self._state.world.school.email, Secret(self._state.password))

    @property
    def hosts(self) -> Hosts:
        """Where it listens."""
        if self._hosts is None:
            raise RuntimeError("the simulator has not been started")
        return self._hosts

    @property
    def today(self) -> date:
        """The day the school year is generated around."""
        return self._state.today()

    @property
    def children(self) -> tuple[SimulatedChild, ...]:
        """The children, the eldest first."""
        return tuple(
            SimulatedChild(
                str(child.portal_id), child.login, f"{child.first} {child.last}", child.school_class.name
            )
            for child in self._state.world.school.children
        )

    def token(self, child_id: str | int, generation: int = -1) -> str:
        """A token of the child: the latest, or the n-th one minted (1 is the first)."""
        with self._watch.lock:
            minted = self._state.minted[self._known(child_id)]
            return minted[generation if generation < 0 else generation - 1].text

    def environ(self) -> dict[str, str]:
        """The environment variables that point the command line at this simulator."""
        credentials, hosts = self.credentials, self.hosts
        return {
            "LIBRUS_PORTAL_EMAIL": credentials.email.reveal(),
            "LIBRUS_PORTAL_PASSWORD": credentials.password.reveal(),
            **_addresses(hosts),
        }

    def gateway_credentials(self, child_id: str | int | None = None) -> GatewayCredentials:
        """The school-issued login and its current password: a parent's, for that child, or the eldest."""
        child = self._child(child_id)
        with self._watch.lock:
            return GatewayCredentials(child.login, Secret(self._state.web.passwords[str(child.portal_id)]))

    def gateway_environ(self, child_id: str | int | None = None) -> dict[str, str]:
        """The environment variables that point a program at this simulator's gateway."""
        credentials = self.gateway_credentials(child_id)
        return {
            "LIBRUS_API_BACKEND": GATEWAY_API_20,
            "LIBRUS_GATEWAY_LOGIN": credentials.login.reveal(),
            "LIBRUS_GATEWAY_PASSWORD": credentials.password.reveal(),
            **_addresses(self.hosts),
        }

    def _child(self, child_id: str | int | None) -> Child:
        world = self._state.world
        return world.school.children[0] if child_id is None else world.child(self._known(child_id))

    def secrets(self) -> frozenset[str]:
        """Every text that must never be shown: passwords, e-mail, logins, tokens, sessions, CSRF values."""
        with self._watch.lock:
            return frozenset(self._state.ever_secret)

    def personal(self) -> frozenset[str]:
        """The full names of the family."""
        school = self._state.world.school
        names = {f"{child.first} {child.last}" for child in school.children}
        return frozenset(names | {f"{school.parent.first} {school.parent.last}"})

    # What was asked.

    @property
    def counts(self) -> Counter[str]:
        """How many requests came in, by endpoint; a copy."""
        with self._watch.lock:
            return Counter(self._state.counts)

    @property
    def requests(self) -> list[RequestRecord]:
        """What came in, in order; a copy."""
        with self._watch.lock:
            return list(self._state.records.values())

    def reset_counts(self) -> None:
        """Forget what was asked so far; requests under way are not written down any more."""
        with self._watch.lock:
            self._state.counts.clear()
            self._state.records.clear()

    def wait_for(self, name: str, count: int = 1, timeout: float = 10) -> None:
        """Block until that many requests to the endpoint came in. Raises TimeoutError when they do not."""
        self._watch.wait(lambda: self._state.counts[name] >= count, timeout, lambda: self._asked(name, count))

    async def seen(self, name: str, count: int = 1, timeout: float = 10) -> None:  # noqa: ASYNC109
        """Wait until that many requests to the endpoint came in. Raises TimeoutError when they do not."""
        await self._watch.wait_async(
            lambda: self._state.counts[name] >= count, timeout, lambda: self._asked(name, count)
        )

    @property
    def connections(self) -> int:
        """How many connections clients hold open, on all hosts together."""
        thread = self._thread
        return 0 if thread is None else thread.connections

    def wait_for_connections(self, count: int, timeout: float = 10) -> None:
        """Block until clients hold just that many open. Raises TimeoutError when that does not come."""
        self._watch.wait(
            lambda: self.connections == count,
            timeout,
            lambda: f"{count} open connection(s); there are {self.connections}",
        )

    def _asked(self, name: str, count: int) -> str:
        return f"{count} request(s) to {name!r}; {self._state.counts[name]} came"
