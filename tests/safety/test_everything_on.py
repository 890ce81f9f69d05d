"""Every ear open: all loggers of all libraries at DEBUG, structlog, OpenTelemetry, warnings, dumped stacks.

A session with each kind of store signs in, renews, is renewed by another one, and loses its store.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import keyring
import pytest
import structlog
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from librus_sdk import (
    Event,
    FileStore,
    KeyringStore,
    LibrusConfigurationError,
    LibrusSdkError,
    RedisStore,
    to_opentelemetry,
    to_structlog,
)
from tests.safety.evidence import Evidence
from tests.safety.scenes import Scene
from tests.shells.redis_at_hand import RedisAtHand
from tests.shells.test_keyring_store import FileRing

REDIS_PASSWORD: Final = "redis-hasło&12345"
WRONG: Final = "not-hasło&12345"


class Ears:
    """Hooks for everything that listens to events, and what it heard."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._spans = InMemorySpanExporter()
        tracers = TracerProvider(shutdown_on_exit=False)
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self._reader = InMemoryMetricReader()
        meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self._lines: list[str] = []
        logger = structlog.wrap_logger(
            structlog.PrintLogger(self),  # type: ignore[arg-type]
            processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
        )
        self._hooks = [evidence.hook, to_structlog(logger), to_opentelemetry(tracers, meters), self._dump]

    def hook(self, event: Event) -> None:
        for each in self._hooks:
            each(event)

    def _dump(self, _event: Event) -> None:
        with tempfile.TemporaryFile("w+") as file:
            faulthandler.dump_traceback(file, all_threads=True)
            file.seek(0)
            self._evidence.add("stacks", file.read())

    def write(self, text: str) -> None:
        self._lines.append(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def put_down(self) -> None:
        self._evidence.add("structlog", *self._lines)
        spans = self._spans.get_finished_spans()
        assert {"GET", "session.refresh"} <= {span.name for span in spans}
        self._evidence.add("spans", *(span.to_json() for span in spans), *map(repr, spans))
        metrics = self._reader.get_metrics_data()
        assert metrics is not None
        self._evidence.add("metrics", metrics.to_json())


@contextmanager
def _all_loggers() -> Iterator[None]:
    """No logger of any library is silent, whatever it was told."""
    found = [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    before = [(each, each.level, each.disabled, each.propagate) for each in found]
    for each in found:
        each.setLevel(logging.DEBUG)
        each.disabled, each.propagate = False, True
    try:
        yield
    finally:
        for each, level, disabled, propagate in before:
            each.setLevel(level)
            each.disabled, each.propagate = disabled, propagate


class Kept:
    """A store that can be lost.

    Attributes:
        secrets: what of it must not be shown.
        heard: the logger that must have been heard.
    """

    def __init__(self, make: Callable[[], Any], lose: Callable[[], object]) -> None:
        self.make, self.lose = make, lose
        self.secrets: Callable[[], set[str]] = set
        self.heard = "a.program"


@pytest.fixture(params=["file", "keyring", "redis"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    folder = tmp_path / "kept"

    def damage() -> None:
        for path in [*folder.glob("*.json"), *folder.glob("*.sealed")]:
            path.write_bytes(path.read_bytes()[:-40])

    with ExitStack() as stack:
        if request.param == "redis":
            server = RedisAtHand("--requirepass", REDIS_PASSWORD)
            stack.callback(server.stop)
            url = f"redis://:{REDIS_PASSWORD.replace('&', '%26')}@127.0.0.1:{server.port}/0"
            found = Kept(lambda: RedisStore(url), server.stop)
            found.secrets = lambda: {REDIS_PASSWORD, WRONG}
        elif request.param == "keyring":
            stack.callback(keyring.set_keyring, keyring.get_keyring())
            ring = FileRing(tmp_path / "ring")
            keyring.set_keyring(ring)
            found = Kept(lambda: KeyringStore(folder), damage)
            found.secrets = lambda: set(ring.read().values())
            found.heard = "filelock"
        else:
            found = Kept(lambda: FileStore(folder), damage)
            found.heard = "filelock"
        yield found


@pytest.mark.parametrize("shell", ["threads", "tasks"])
def test_nothing_is_heard(shell: Any, kept: Kept) -> None:
    scene = Scene(shell)
    ears = Ears(scene.evidence)
    child = scene.sim.children[0].id

    errors: list[BaseException] = []
    with _all_loggers(), scene.evidence.listening():
        sessions = [scene.session(store=kept.make(), on_event=ears.hook) for _ in range(2)]

        def grades(session: Any) -> None:
            client = scene.call(lambda: session.for_child(child))
            try:
                scene.call(client.grades.list)
            except LibrusSdkError as error:
                errors.append(error)

        for session in sessions:
            grades(session)
        scene.sim.expire_child_tokens()
        for session in sessions:
            grades(session)
        secrets = kept.secrets()
        kept.lose()
        scene.sim.expire_child_tokens()
        scene.sim.expire_portal_session()
        for session in sessions:
            grades(session)
        grades(scene.session(store=kept.make(), on_event=ears.hook))
        scene.sim.fail("Grades", status=500, body={"Message": scene.sim.token(child)}, times=None)
        grades(sessions[0])
        scene.look()
        scene.close()
    assert [getattr(error, "code", "") for error in errors] == ["API_REQUEST_FAILED"]
    for error in errors:
        scene.evidence.take_error(error)
    ears.put_down()
    scene.more_secrets |= secrets
    assert kept.heard in scene.evidence.texts["loggers"]
    told = {event.name for event in scene.evidence.events}
    assert "store.saved" in told
    assert told & {"store.set_aside", "store.unread"}
    assert scene.evidence.leaks(scene.needles()) == {}


@pytest.mark.parametrize(
    "url",
    [
        "rediss://:{}@127.0.0.1:1/0",
        "redis://:{}@127.0.0.1:1/0",
        "redis://user:{}@elsewhere.example:6379/0",
        "redis://:{}@127.0.0.1:port/0",
        "redis//:{}@127.0.0.1",
        "redis://127.0.0.1:1/0?password={}",
        "redis://127.0.0.1:1/0?no_such_option={}",
        "unix:///{}/socket",
    ],
)
def test_an_address_with_a_password(url: str) -> None:
    scene = Scene("threads")
    scene.more_secrets.add(WRONG)
    error: BaseException | None = None
    with _all_loggers(), scene.evidence.listening():
        try:
            store = RedisStore(url.format(WRONG.replace("&", "%26")))
        except LibrusConfigurationError as problem:
            error = problem
        else:
            scene.remember(store)
            scene.remember(scene.call(scene.session(store=store).list_children))
        scene.look()
        scene.close()
    if error is not None:
        scene.evidence.take_error(error)
    assert scene.evidence.leaks(scene.needles()) == {}


def test_a_password_the_server_refuses() -> None:
    server = RedisAtHand("--requirepass", REDIS_PASSWORD)
    scene = Scene("threads")
    scene.more_secrets |= {REDIS_PASSWORD, WRONG}
    with _all_loggers(), scene.evidence.listening():
        store = RedisStore(f"redis://:{WRONG.replace('&', '%26')}@127.0.0.1:{server.port}/0")
        scene.remember(scene.call(scene.session(store=store).list_children))
        scene.look()
        scene.close()
    server.stop()
    assert {event.name for event in scene.evidence.events} >= {"store.unread", "store.unclaimed"}
    assert scene.evidence.leaks(scene.needles()) == {}


def test_an_ear_that_tells_everything_is_found() -> None:
    """What stands here would be found: in spans, lines and metrics as anywhere else."""
    scene = Scene("threads")
    ears = Ears(scene.evidence)
    secret = scene.sim.credentials.password.reveal()
    client = scene.client(on_event=ears.hook)
    scene.call(client.grades.list)
    ears.hook(Event("warn", "store.unread", {"reason": secret}))
    scene.sim.expire_child_tokens()
    scene.call(client.grades.list)
    ears.put_down()
    scene.close()
    assert {"structlog", "events"} <= set(scene.evidence.leaks(scene.needles()))
    assert json.loads(scene.evidence.texts["structlog"][0])
