"""Whatever holds a secret, and every way to write an object down: the secret is in none of them."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import logging
import pickle
import pprint
import reprlib
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import keyring
import msgspec
import pytest
from rich.console import Console
from rich.pretty import pretty_repr
from rich.traceback import Traceback

from librus_sdk import (
    AsyncLibrusSession,
    Environment,
    Event,
    FileStore,
    GatewayCredentials,
    KeyringStore,
    LibrusSdkError,
    LibrusSession,
    PortalClient,
    RedisStore,
    Secret,
    SynergiaApiClient,
)
from librus_sdk.clients.doors import school_door
from librus_sdk.core import keeping
from librus_sdk.core.http import Request, Response
from librus_sdk.core.keeping import Kept
from librus_sdk.core.refresh import Grant, Minted, SlotState
from librus_sdk.flows.call import Answer
from librus_sdk.flows.steps import Acquired, Attempt, Exchange, NewJar, Sent
from librus_sdk.flows.token_pair import Issued, TokenPair
from librus_sdk.flows.walk import Walked
from librus_sdk.models import Prepared
from librus_sdk.shells.limits import stamped
from librus_sdk.shells.store import StoreKey
from librus_sdk.simulator import Simulator
from tests.heart.conftest import WEDNESDAY
from tests.safety.evidence import Needles
from tests.shells.test_keyring_store import FileRing

REDIS_PASSWORD: Final = "redis&hasło-12345"
LETTER: Final = "Treść tajemna 700"


class Held:
    """What a program with every kind of session holds, by name; and the secrets in it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.sim = sim = stack.enter_context(Simulator(children=2, today=WEDNESDAY))
        known = sim.credentials
        found: dict[str, Any] = {}
        store = FileStore(folder / "plain")
        session = found["session"] = LibrusSession(known, hosts=sim.hosts, store=store, auth="oauth")
        stack.callback(session.close)
        stack.callback(keyring.set_keyring, keyring.get_keyring())
        keyring.set_keyring(FileRing(folder / "ring"))
        sealed = KeyringStore(folder / "sealed")
        school = LibrusSession(sim.gateway_credentials(), hosts=sim.hosts, store=sealed)
        found["school"] = school
        stack.callback(school.close)
        found["async_session"] = AsyncLibrusSession(known, hosts=sim.hosts)
        child = sim.children[0].id
        found["rows"] = session.list_children()
        found["account"] = account = found["rows"][0]
        found["client"] = client = session.for_child(child)
        client.grades.list()
        found["mail"] = mail = session.for_child_wiadomosci(child)
        found["letters"] = mail.messages.list()
        found["bff"] = session.for_child_bff(child)
        found["school_client"] = school.for_child()
        found["school_client"].grades.list()
        found["portal"] = PortalClient(known, hosts=sim.hosts)
        stack.callback(found["portal"].close)
        found["me"] = found["portal"].get_me()
        found["accounts"] = found["portal"].get_synergia_accounts()
        found["standalone"] = SynergiaApiClient(sim.token(child), hosts=sim.hosts)
        stack.callback(found["standalone"].close)
        found["redis"] = redis = RedisStore(f"redis://:{REDIS_PASSWORD}@127.0.0.1:1/0")

        family = session._account
        found |= {"family": family, "core": family.core, "shared": family.core.shared}
        found["keeping"] = family.core.shared.keeping
        found["slots"] = slots = [*family.slots(), *school._account.slots()]
        states: list[SlotState] = [slot.peek() for slot in slots]
        found["states"] = states
        grants = [state.grant for state in states if state.grant is not None]
        found["grants"], found["minted"] = grants, [grant.minted for grant in grants]
        secrets = [grant.secret for grant in grants]
        found["credentials_held"] = secrets
        token = account.access_token
        jar = found["jar"] = next(each for each in secrets if hasattr(each, "cookies"))
        found["cookies"], found["written"] = jar.cookies, jar.written()

        key = StoreKey.of("family", known.email, ("a",), usual_hosts=False)
        kept = Kept(Secret(token.reveal()), 3)
        document = keeping.BLANK.with_entries({"child:1": kept})
        found |= {"key": key, "kept": kept, "document": document, "text": keeping.written(document)}
        (file,) = [each.path for each in store.files()]
        text = Secret(file.read_text())
        found["read"] = keeping.read(text, "")
        assert isinstance(found["read"], keeping.Document)
        found["entry"] = keeping._Body(
            "",
            1,
            owner="",
            series="",
            revision=1,
            saved_at=0.0,
            entries={"a": keeping._Entry(token.reveal(), 1)},
        )
        for name, kind in (("file", store), ("keyring", sealed), ("redis", redis)):
            found[name] = kind
            shelf: Any = kind.shelf(key)
            found[f"{name}_shelf"] = shelf
            if kind is not redis:
                claim = found[f"{name}_claim"] = shelf.claim()
                claim.save(text)
                stack.callback(claim.release)
                found[f"{name}_loaded"] = shelf.load()

        email, password = known.email.reveal(), known.password.reveal()
        found["secret"], found["boxes"] = Secret(password), [Secret(email), {"a": Secret(password)}]
        found["credentials"] = known
        found["gateway_credentials"] = GatewayCredentials("1234567u", password)
        found["environment"] = Environment({"LIBRUS_PORTAL_EMAIL": email, "LIBRUS_PORTAL_PASSWORD": password})
        found["pair"] = pair = TokenPair(token, Secret(password))
        found["issued"] = Issued(token, token, 3.0)
        form = (("email", known.email), ("password", known.password))
        posted = Request("POST", f"{sim.hosts.portal}/login", endpoint="/login", form=form)
        found |= {"request": posted, "pair_minted": Minted("1", pair, 0.0)}
        grant = Grant(Minted("1", token, 0.0), 1)
        found["stamped"] = stamped(Request("GET", sim.hosts.api, endpoint="/3.0"), grant)
        url = f"{sim.hosts.synergia}/loguj/token/{token.reveal()}"
        found["one_time"] = asked = Request("GET", url, endpoint="/loguj/token/REDACTED")
        body = json.dumps({"accessToken": token.reveal()}).encode()
        found["response"] = answer = Response(200, body, {"x": token.reveal()}, url)
        found["steps"] = [
            Attempt(asked),
            Exchange(posted, jar),
            NewJar(jar),
            Sent(answer),
            Acquired(grant, True),
        ]
        found["walked"] = Walked(answer, Secret(url))
        found["answer"] = Answer(token, 1, {}, Secret(url))
        found["door"] = school_door(sim.hosts, bearer=token)
        found["letter"] = Prepared(cast("Any", mail), (), "a", LETTER)
        found["event"] = Event("info", "done", {"slot": "portal"})
        found["error"] = LibrusSdkError("refused", details={"endpoint": "/3.0/REDACTED"})
        self.found = found
        self.needles = Needles({*sim.secrets(), REDIS_PASSWORD, LETTER})


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    with ExitStack() as stack:
        yield Held(tmp_path_factory.mktemp("held"), stack)


# --- the ways ----------------------------------------------------------------------------------------------


def _all(thing: Any, _depth: int = 4) -> Iterator[Any]:
    """The thing, and what is in it if it is a container."""
    yield thing
    if _depth and isinstance(thing, list | tuple):
        for each in thing:
            yield from _all(each, _depth - 1)


def _attempted(way: Callable[[Any], Any]) -> Callable[[Any], str]:
    """What comes of it as text; a refusal is one, too."""

    def attempted(thing: Any) -> str:
        told = []
        for each in _all(thing):
            try:
                result = way(each)
            except (
                TypeError,
                ValueError,
                AttributeError,
                NotImplementedError,
                pickle.PicklingError,
            ) as error:
                told.append(f"{error!r} {error}")
            else:
                told += (
                    [result.decode("latin-1"), repr(result)] if isinstance(result, bytes) else [f"{result}"]
                )
        return "\n".join(told)

    return attempted


def _logged(thing: Any) -> str:
    record = logging.LogRecord("a", logging.DEBUG, "a.py", 1, "%s %r", (thing, thing), None)
    return record.getMessage() + repr(record.args)


def _failing(thing: Any) -> Exception:
    def program(held: Any) -> None:
        kept = {"held": held, "again": [held]}
        raise ValueError(len(kept))

    try:
        program(thing)
    except ValueError as error:
        return error
    raise AssertionError


def _traced(thing: Any) -> str:
    return "".join(traceback.TracebackException.from_exception(_failing(thing), capture_locals=True).format())


def _traced_by_rich(thing: Any) -> str:
    error = _failing(thing)
    shown = Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True, width=2000)
    console = Console(file=io.StringIO(), width=2000)
    console.print(shown)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _state(thing: Any) -> Any:
    return thing.__getstate__()  # what pickles of other libraries are made of


def _variables(thing: Any) -> Any:
    return vars(thing)


def _json_of_variables(thing: Any) -> str:
    return json.dumps(thing, default=vars)


SHOWN: Final[dict[str, Callable[[Any], Any]]] = {
    "repr": repr,
    "str": str,
    "format": format,
    "ascii": ascii,
    "pprint": pprint.pformat,
    "reprlib": reprlib.repr,
    "rich": pretty_repr,
    "logged": _logged,
    "traced": _traced,
    "traced_by_rich": _traced_by_rich,
    "copied": lambda thing: repr(copy.copy(thing)),
    "copied_deeply": lambda thing: repr(copy.deepcopy(thing)),
    "json": json.dumps,
    "json_of_texts": lambda thing: json.dumps(thing, default=str),
}
WRITTEN: Final[dict[str, Callable[[Any], Any]]] = {
    **{f"pickle_{number}": partial(pickle.dumps, protocol=number) for number in range(6)},
    "msgspec_json": msgspec.json.encode,
    "msgspec_pack": msgspec.msgpack.encode,
    "builtins": msgspec.to_builtins,
    "asdict": dataclasses.asdict,
    "astuple": dataclasses.astuple,
    "structs_asdict": msgspec.structs.asdict,
    "json_of_variables": _json_of_variables,
    "variables": _variables,
    "state": _state,
}
PERSONAL: Final = frozenset({"me", "account", "accounts", "rows"})
"""Records: to write the login or the address down is what a program may want. The token is in none."""
OPEN: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("one_time", "response", "steps", "walked"), "asdict astuple state msgspec_json msgspec_pack builtins"
    ),
    "entry": " ".join(WRITTEN),
    "cookies": "state variables",
    "environment": "state",
    "letter": "state",
}
"""What cannot but hold it as it is, for it goes over the wire or into a file; and where to look for it."""


@pytest.mark.parametrize("way", list(SHOWN))
def test_no_object_shows_a_secret(held: Held, way: str) -> None:
    show = _attempted(SHOWN[way])
    leaks = {name: what for name, thing in held.found.items() if (what := held.needles.found_in(show(thing)))}
    assert leaks == {}


@pytest.mark.parametrize("way", list(WRITTEN))
def test_no_object_is_written_down_with_a_secret(held: Held, way: str) -> None:
    write = _attempted(WRITTEN[way])
    logins = {child.login for child in held.sim.children} | {held.sim.credentials.email.reveal()}
    leaks: dict[str, set[str]] = {}
    for name, thing in held.found.items():
        found = held.needles.found_in(write(thing))
        if name in PERSONAL:
            found -= logins
        if found and way not in OPEN.get(name, "").split():
            leaks[name] = found
    assert leaks == {}


def test_what_is_searched_for_is_there(held: Held) -> None:
    assert len(held.found) > 50
    assert None not in held.found.values()
    shown = [held.found["one_time"].url, held.found["response"].body.decode(), held.found["text"].reveal()]
    assert all(held.needles.found_in(text) for text in shown)
    assert all(held.needles.found_in(write(held.found["entry"])) for write in (_json_of, _repr_of))


def _json_of(thing: Any) -> str:
    return msgspec.json.encode(thing).decode()


def _repr_of(thing: Any) -> str:
    return repr(msgspec.to_builtins(thing))
