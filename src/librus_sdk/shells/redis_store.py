"""Sessions kept in Redis, for a fleet: many hosts that use one account.

The right to renew is a *lease*: a key that goes away by itself when its holder dies.  A holder that was only
slow (stopped, swapped out, cut off) must not write over what its successor has got; so each lease has a
number of its own, higher than the last, and what changes the document is a script that first looks whether
that number is still the newest.  Scripts run in one step, and once more does no harm: when an answer
gets lost, they are run again.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from ..errors import LibrusConfigurationError
from ..secret import Secret, boxed
from .fork import renew_after_fork
from .redis_server import Connect, RedisServer, client_of, url_of
from .troubles import troubled

if TYPE_CHECKING:
    import redis

    from .store import StoreKey

__all__ = ["RedisStore"]

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_LEASE_S: Final = 3600.0
_MOST_BEATS: Final = 90
"""Thirty leases: whoever has not finished by then has lost their way, and others need the account."""

# Keys: the lease, its numbers. Asked again by the same holder it says the same. A number is at least the time
# (microseconds), so that it is the highest there was even where the server has forgotten the others.
_CLAIM: Final = """
local held = redis.call('GET', KEYS[1])
if held then
  if string.sub(held, -#ARGV[1]) == ARGV[1] then return held end
  return false
end
local last = tonumber(redis.call('HGET', KEYS[2], 'number')) or 0
local number = string.format('%.0f', math.max(last + 1, tonumber(ARGV[3])))
local token = number .. ':' .. ARGV[1]
redis.call('HSET', KEYS[2], 'number', number, 'newest', token)
redis.call('SET', KEYS[1], token, 'PX', ARGV[2], 'NX')
return token
"""
# A script, because a cluster may let a replica answer a mere GET, which lags behind.
_LOAD: Final = "return redis.call('GET', KEYS[1])"
# Keys: the numbers, the lease, the document, and more. A lease that lapsed is no harm while nobody claims.
# One that the server has forgotten is taken again: it knows no number, or only lower ones. Where it has
# a document or a holder and no number, that was dropped by itself, and nobody can tell who is the newest.
_ONLY_THE_NEWEST: Final = """
if redis.call('HGET', KEYS[1], 'newest') ~= ARGV[1] then
  local number, own = tonumber(redis.call('HGET', KEYS[1], 'number')), string.match(ARGV[1], '^%d+')
  if number then
    if number >= tonumber(own) then return false end
  elseif redis.call('EXISTS', KEYS[3]) == 1 or (redis.call('GET', KEYS[2]) or ARGV[1]) ~= ARGV[1] then
    return false
  end
  redis.call('HSET', KEYS[1], 'number', own, 'newest', ARGV[1])
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
end
"""
_EXTEND: Final = _ONLY_THE_NEWEST + "redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) return 'done'"
_SAVE: Final = _ONLY_THE_NEWEST + "redis.call('SET', KEYS[3], ARGV[3]) return 'done'"
_REMOVE: Final = _ONLY_THE_NEWEST + "redis.call('DEL', KEYS[3]) return 'done'"
_SET_ASIDE: Final = _ONLY_THE_NEWEST + (
    "if redis.call('EXISTS', KEYS[3]) == 0 then return 'none' end\n"
    "if redis.call('RENAMENX', KEYS[3], KEYS[4]) == 0 then return 'taken' end\n"
    "return 'done'"
)
_RELEASE: Final = (
    "if redis.call('HGET', KEYS[1], 'newest') ~= ARGV[1] then return false end\n"
    "redis.call('HDEL', KEYS[1], 'newest') redis.call('DEL', KEYS[2]) return 'done'"
)


class RedisStore:
    """Keeps sessions in Redis, for one account on many hosts: one of them renews, the others take it over.

    ::

        store = RedisStore("rediss://:password@redis.example:6379/0")
        session = LibrusSession(PortalCredentials(email, password), store=store)

    Needs ``pip install "librus-sdk[redis]"`` and Redis 6 or newer. The keys of one account share a hash tag,
    so that Redis Cluster keeps them together.

    What is kept opens the register of every linked child. It is **not encrypted**: whoever can read the Redis
    can read it, on its disk and in its backups too. It does not expire by itself. With ``redis://`` the Redis
    password and what is kept travel in the clear, which is refused except to this machine; use ``rediss://``
    (TLS) or ``unix://``.

    Args:
        url_or_client: ``rediss://``, ``redis://`` or ``unix://``; options of ``redis.Redis`` may stand in its
            query (``?socket_timeout=5&ssl_ca_certs=/etc/ca.pem``). Or a synchronous ``redis.Redis`` or
            ``redis.RedisCluster`` of yours; then its limits, its encryption and forks are your care, too.
        name: whose session this is; needed by sessions without credentials. Left out, a digest of account
            and hosts.
        prefix: what all keys begin with.
        lease_s: after how long a holder that died loses the right to renew, seconds, at least 1. One that
            lives keeps it by a small thread of its own.
        allow_plaintext: take ``redis://`` to another machine, where something else encrypts (a VPN).

    Raises:
        LibrusConfigurationError: the extra is not installed, or an argument will not do. Nothing is sent yet.
    """

    def __init__(
        self,
        url_or_client: str | Secret | redis.Redis | redis.RedisCluster,
        *,
        name: str | None = None,
        prefix: str = "librus:",
        lease_s: float = 10.0,
        allow_plaintext: bool = False,
    ) -> None:
        connect: Connect | LibrusConfigurationError
        if allow_plaintext not in (True, False):
            del url_or_client  # it may hold a password
            raise LibrusConfigurationError("allow_plaintext must be True or False.")
        if isinstance(url_or_client, str | Secret):
            # Boxed before anything can go wrong: a traceback shows the arguments of a frame.
            url_or_client = boxed(url_or_client)
            connect = url_of(url_or_client, allow_plaintext=allow_plaintext)
        else:
            connect = client_of(url_or_client)
            del url_or_client  # it may show its password
        if isinstance(connect, LibrusConfigurationError):
            raise connect
        if name is not None and not _is_name(name):
            raise LibrusConfigurationError(
                "name must be 1 to 64 letters (a to z), digits, hyphens or underscores."
            )
        if not _is_prefix(prefix):
            raise LibrusConfigurationError("prefix must be printable text without braces.")
        if not _is_lease(lease_s):
            raise LibrusConfigurationError("lease_s must be seconds, from 1 to 3600.")
        self._name: Final = name
        self._prefix: Final = prefix
        self._lease_s: Final = lease_s
        self._server: Final = RedisServer(connect)

    def __repr__(self) -> str:
        return "<RedisStore>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a store cannot be pickled; make a RedisStore where it is used")

    def shelf(self, key: StoreKey) -> _Shelf:
        """Return the place of this account. Without I/O.

        Raises:
            LibrusConfigurationError: the session has no credentials and the store no name.
        """
        return _Shelf(self._server, f"{self._prefix}{{{self._whose(key)}}}", self._lease_s)

    def _whose(self, key: StoreKey) -> str:
        if self._name is not None:
            return self._name if key.usual_hosts else f"{self._name}-{key.hosts[:8]}"
        if not key.owner:
            raise LibrusConfigurationError(
                "A session without credentials has no name of its own to be kept under: give the store one, "
                'RedisStore(..., name="..."), or give the session its credentials.'
            )
        return key.owner


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_prefix(value: object) -> bool:
    # Braces would say what a cluster keeps together; that is the name.
    return isinstance(value, str) and value.isprintable() and not set("{}") & set(value)


def _is_lease(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= LONGEST_LEASE_S


class _Shelf:
    """See :class:`~librus_sdk.shells.store.Shelf`."""

    def __init__(self, server: RedisServer, place: str, lease_s: float) -> None:
        self._server: Final = server
        self._place: Final = place
        self._lease_s: Final = lease_s

    def load(self) -> Secret | None:
        return self._server.run(_LOAD, [f"{self._place}:session"])

    def claim(self) -> _Claim | None:
        holder = secrets.token_hex(16)
        token = self._server.run(
            _CLAIM,
            [f"{self._place}:lease", f"{self._place}:fence"],
            holder,
            _milliseconds(self._lease_s),
            str(time.time_ns() // 1000),
        )
        return None if token is None else _Claim(self._server, self._place, token, self._lease_s)


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


class _Claim:
    """A lease; see :class:`~librus_sdk.shells.store.Claim`. One that is dropped lapses."""

    def __init__(self, server: RedisServer, place: str, token: Secret, lease_s: float) -> None:
        self._server: Final = server
        self._place: Final = place
        self._token: Final = token
        self._lease_s: Final = lease_s
        self._over = threading.Event()
        renew_after_fork(self)
        heart = threading.Thread(
            target=_beat, args=(weakref.ref(self), self._over, lease_s / 3), name="librus-lease", daemon=True
        )
        with suppress(RuntimeError):  # no more threads here: the lease lasts as long as one does
            heart.start()

    def after_fork(self) -> None:
        """Leave the lease to the parent, whose it is."""
        self._over = threading.Event()
        self._over.set()

    def save(self, content: Secret) -> None:
        self._change(_SAVE, content)

    def set_aside(self, reason: str) -> str:
        number, outcome = 0, "taken"
        while outcome == "taken":
            number += 1
            outcome = self._change(_SET_ASIDE, aside=f"{reason}-{number}")
        if outcome == "none":
            raise troubled("There is nothing in the store to put aside.", "overtaken")
        return f"{self._place}:{reason}-{number}"

    def remove(self) -> None:
        self._change(_REMOVE)

    def release(self) -> None:
        if not self._over.is_set():
            self._over.set()
            if self._server.silent:
                return  # it would be waited for once more; the lease lapses by itself
            self._ask(_RELEASE)

    def extend(self) -> bool:
        """Have the lease last anew; false when it has gone to somebody else. Never raises."""
        try:
            return self._ask(_EXTEND) is not None
        except LibrusConfigurationError:
            return True  # the next beat may come through

    def _change(self, script: str, *words: Secret, aside: str | None = None) -> str:
        outcome = None if self._over.is_set() else self._ask(script, *words, aside=aside)
        if outcome is None:
            raise troubled(
                "The right to renew was given back or has gone to another process; nothing was changed.",
                "overtaken",
            )
        return outcome.reveal()

    def _ask(self, script: str, *words: Secret, aside: str | None = None) -> Secret | None:
        names = ("fence", "lease", "session", *(() if aside is None else (aside,)))
        keys = [f"{self._place}:{name}" for name in names]
        outcome = self._server.run(script, keys, self._token, _milliseconds(self._lease_s), *words)
        if outcome is None:
            self._over.set()  # whatever the server may forget from now on
        return outcome


def _beat(claim: weakref.ref[_Claim], over: threading.Event, every_s: float) -> None:
    """Extend the lease again and again, until it is over or nobody holds the claim any more."""
    for _ in range(_MOST_BEATS):
        if over.wait(every_s):
            return
        held = claim()
        if held is None or not held.extend():
            return
        del held  # this thread must not be the one that holds it
