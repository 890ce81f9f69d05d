"""The Redis of a store: who is asked, for how long, and what goes wrong there as errors of ours.

What is sent and what comes back are secrets. Whatever the library raises has frames with them, and perhaps
with the password, behind it; so nothing it raises leads out of here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ..errors import LibrusConfigurationError
from ..secret import Secret
from ..settings import is_loopback
from .fork import renew_after_fork
from .interrupts import forget_origin
from .troubles import SILENT, troubled

__all__ = ["Connect", "RedisServer", "client_of", "url_of"]

TIMEOUT_S: Final = 1.5
"""For connecting and for an answer. Each is tried twice: a connection may have died unnoticed."""

Connect = Callable[[], Callable[..., Any]]
"""Makes what sends a command. Without I/O."""


class RedisServer:
    """Runs scripts. Safe to use from several threads, and after a fork.

    Args:
        connect: called once, and anew in a forked process: locks that other threads held are dead there.

    Attributes:
        silent: whether the last command had no answer.
    """

    silent = False

    def __init__(self, connect: Connect) -> None:
        self._connect: Final = connect
        self._send = connect()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Use no connection of the parent's."""
        self._send = self._connect()

    def run(self, script: str, keys: Sequence[str], *words: str | Secret) -> Secret | None:
        """Run a script in one step and return the text it returns; None for nothing.

        Raises:
            LibrusConfigurationError: the server cannot be reached, or does not do it.
        """
        try:
            answer = self._answer(script, keys, words)
        except BaseException as error:  # noqa: BLE001  (KeyboardInterrupt, which goes on)
            raise forget_origin(error)  # noqa: B904
        self.silent = isinstance(answer, LibrusConfigurationError) and answer.reason in SILENT
        if isinstance(answer, LibrusConfigurationError):
            raise answer
        return answer

    def _answer(
        self, script: str, keys: Sequence[str], words: Sequence[str | Secret]
    ) -> Secret | LibrusConfigurationError | None:
        # A frame of its own, which no traceback shows.
        try:
            plain = [
                (word.reveal() if isinstance(word, Secret) else word).encode("utf-8", "surrogatepass")
                for word in words
            ]
            answer = self._send("EVAL", script, len(keys), *keys, *plain, NEVER_DECODE=True)
            # What is no text makes no JSON either, and so is found to be damaged.
            return None if answer is None else Secret(bytes(answer).decode("utf-8", "backslashreplace"))
        except Exception as error:  # noqa: BLE001  (whatever it is: the frames behind it hold secrets)
            return _problem(error)


def _problem(error: Exception) -> LibrusConfigurationError:
    from redis import exceptions

    if isinstance(
        error, exceptions.AuthenticationError | exceptions.AuthorizationError | exceptions.NoPermissionError
    ):
        return troubled(
            "The Redis server does not accept the store's user or password, or does not let this user in "
            "(it needs EVAL on the keys of the store).",
            "not_permitted",
        )
    # Never what it says: it may repeat the command, or the address.
    behind = _innermost(error)
    if isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError | OSError):
        late = issubclass(behind, TimeoutError | exceptions.TimeoutError)
        said = f"The Redis server of the store cannot be reached ({behind.__name__})."
        return troubled(said, "timeout" if late else "unreachable")
    full = isinstance(error, exceptions.OutOfMemoryError)
    said = f"The Redis server did not do what the store asked ({behind.__name__})."
    return troubled(said, "no_space" if full else "failed")


def _innermost(error: BaseException) -> type[BaseException]:
    """What was behind it all: ``ConnectionRefusedError`` says more than ``ConnectionError``."""
    seen = {error}
    while (behind := error.__cause__ or error.__context__) is not None and behind not in seen:
        error = behind
        seen.add(error)
    return type(error)


def client_of(client: object) -> Connect | LibrusConfigurationError:
    """Return how a client that somebody has made is used; or why it cannot be."""
    try:
        import redis
    except ImportError:
        return _not_installed()
    if not isinstance(client, redis.Redis | redis.RedisCluster):
        return LibrusConfigurationError(
            "A RedisStore needs a URL, or a synchronous redis.Redis or redis.RedisCluster."
        )
    send = _sender(client)
    return lambda: send


def url_of(url: Secret, *, allow_plaintext: bool) -> Connect | LibrusConfigurationError:
    """Return how the server at this URL is used; or why it cannot be."""
    try:
        import redis
    except ImportError:
        return _not_installed()
    try:
        pool = _pool(url)
        sample = pool.connection_class(**pool.connection_kwargs)  # it does not connect before it is told to
    except Exception:  # noqa: BLE001  (it may hold the password)
        return LibrusConfigurationError(
            "This is no Redis URL: redis://, rediss:// or unix://, options of redis.Redis in its query."
        )
    private = isinstance(sample, redis.SSLConnection | redis.UnixDomainSocketConnection)
    if not (private or allow_plaintext or is_loopback(sample.host)):
        return LibrusConfigurationError(
            "redis:// sends the Redis password and what is kept in the clear, to another machine. Use "
            "rediss:// (TLS), or allow_plaintext=True where something else encrypts."
        )
    # The client does not own the pool: dropped after a fork it must not touch locks that are dead.
    return lambda: _sender(redis.Redis(connection_pool=_pool(url)))


def _pool(url: Secret) -> Any:
    from redis import ConnectionPool
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # What the URL says of these wins.
    return ConnectionPool.from_url(
        url.reveal(),
        protocol=2,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
    )


def _sender(client: Any) -> Callable[..., Any]:
    # A function shows nothing of what it closes over; a client and its methods may show a password.
    def send(*words: Any, **options: Any) -> Any:
        return client.execute_command(*words, **options)

    return send


def _not_installed() -> LibrusConfigurationError:
    return LibrusConfigurationError('A RedisStore needs another library: pip install "librus-sdk[redis]".')
