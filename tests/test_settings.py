"""Credentials, hosts, limits, and how the environment tells of them."""

from __future__ import annotations

import asyncio
import copy
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk import (
    AsyncLibrusSession,
    AsyncPortalClient,
    AsyncSynergiaApiClient,
    ChildAccount,
    Environment,
    FileStore,
    GatewayCredentials,
    Hosts,
    LibrusChildError,
    LibrusConfigurationError,
    LibrusDeprecationWarning,
    LibrusSession,
    LibrusUnsupportedBackendError,
    PortalClient,
    PortalCredentials,
    RetryPolicy,
    Secret,
    SynergiaApiClient,
    get_api_backend,
)
from librus_sdk.errors import _warned
from librus_sdk.settings import MAX_TIMEOUT_MS, SessionSettings

EMAIL, PASSWORD = "joanna@example.org", " open&sesame "
PORTAL = {"LIBRUS_PORTAL_EMAIL": EMAIL, "LIBRUS_PORTAL_PASSWORD": PASSWORD}
GATEWAY = {"LIBRUS_GATEWAY_LOGIN": "1234567u", "LIBRUS_GATEWAY_PASSWORD": PASSWORD}


@pytest.fixture(autouse=True)
def _nothing_warned_yet() -> Iterator[None]:
    before = set(_warned)
    _warned.clear()
    yield
    _warned.clear()
    _warned.update(before)


def refused(make: Any, *args: Any, **options: Any) -> str:
    """The message of the configuration error; it must not show a value."""
    with pytest.raises(LibrusConfigurationError) as caught:
        make(*args, **options)
    error = caught.value
    assert error.code == "CONFIGURATION_ERROR"
    assert error.details == {}
    assert not any(text in str(error) for text in (EMAIL, PASSWORD.strip(), "1234567u"))
    return error.message


# --- credentials -------------------------------------------------------------------------------------------


def test_credentials_are_boxed_and_not_trimmed() -> None:
    for made in (PortalCredentials(EMAIL, PASSWORD), PortalCredentials(Secret(EMAIL), Secret(PASSWORD))):
        assert (made.email.reveal(), made.password.reveal()) == (EMAIL, PASSWORD)
        assert repr(made) == "PortalCredentials(email=********, password=********)"
    gateway = GatewayCredentials("1234567u", PASSWORD)
    assert (gateway.login.reveal(), gateway.password.reveal()) == ("1234567u", PASSWORD)
    assert repr(gateway) == "GatewayCredentials(login=********, password=********)"


@pytest.mark.parametrize(
    "made", [PortalCredentials(EMAIL, PASSWORD), GatewayCredentials("1u", PASSWORD), Environment({})]
)
def test_credentials_are_not_pickled_or_copied(made: object) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(made, protocol)
    with pytest.raises(TypeError):
        copy.deepcopy(made)


def test_swapped_credentials_are_told_by_the_names_of_the_variables() -> None:
    message = refused(PortalCredentials, "1234567u", PASSWORD)
    assert "LIBRUS_PORTAL_EMAIL" in message
    assert "LIBRUS_GATEWAY_LOGIN" in message
    message = refused(GatewayCredentials, EMAIL, PASSWORD)
    assert "LIBRUS_GATEWAY_LOGIN" in message
    assert "LIBRUS_PORTAL_EMAIL" in message


@pytest.mark.parametrize("kind", [PortalCredentials, GatewayCredentials])
def test_an_empty_credential_is_none(kind: Any) -> None:
    assert "'password'" in refused(kind, EMAIL if kind is PortalCredentials else "1234567u", "")
    assert "is empty" in refused(kind, "", PASSWORD)
    assert "is empty" in refused(kind, Secret(""), PASSWORD)


@pytest.mark.parametrize("wrong", [None, b"open&sesame", 7, ["open&sesame"], "open\udc80sesame"])
def test_a_credential_is_text_that_can_be_sent(wrong: Any) -> None:
    assert "'password' must be text" in refused(PortalCredentials, EMAIL, wrong)
    assert "'email' must be text" in refused(PortalCredentials, wrong, PASSWORD)
    assert "'login' must be text" in refused(GatewayCredentials, wrong, PASSWORD)


# --- hosts -------------------------------------------------------------------------------------------------


def test_the_real_hosts() -> None:
    assert Hosts() == Hosts("https://portal.librus.pl", "https://api.librus.pl/3.0")


@pytest.mark.parametrize(
    "url",
    ["https://portal.example", "https://portal.example:8443/a/b", "HTTPS://Portal.example", "https://127.0.0.1",
     "http://127.0.0.1:8080", "http://localhost", "http://LOCALHOST:1/3.0", "http://[::1]:1", "https://żółw.example"],
)  # fmt: skip
def test_addresses_that_will_do(url: str) -> None:
    assert Hosts(portal=url, api=url).api == url


@pytest.mark.parametrize(
    "url",
    ["http://portal.librus.pl", "http://128.0.0.1:1", "http://192.168.0.1", "http://localhost.example",
     "http://127.0.0.1.example", "http://0.0.0.0"],
)  # fmt: skip
def test_plain_http_leaves_this_machine_for_nobody(url: str) -> None:
    message = refused(Hosts, portal=url)
    assert "hosts.portal" in message
    assert "LIBRUS_PORTAL_URL" in message
    assert "https" in message
    assert "LIBRUS_API_URL" in refused(Hosts, api=url)


@pytest.mark.parametrize(
    "url",
    ["", "portal.librus.pl", "https://", "https:///path", "ftp://portal.librus.pl", "file:///etc/passwd",
     "https://user@portal.librus.pl", "https://user:open&sesame@portal.librus.pl", "https://@portal.librus.pl",
     "https://portal.librus.pl?a=b", "https://portal.librus.pl?", "https://portal.librus.pl#a", "https://[::1",
     "https://portal.librus.pl:abc", "https://portal.librus.pl:99999", "https://portal .librus.pl",
     "https://portal.librus.pl\r\nx", "https://portal.librus.pl\\@evil.example", "https://\udc80", None, 7,
     b"https://portal.librus.pl"],
)  # fmt: skip
def test_what_is_no_address_of_librus(url: Any) -> None:
    assert "must be an address like https://host/path" in refused(Hosts, portal=url)


@given(st.text(max_size=30).map("https://{}".format) | st.text(max_size=30))
def test_no_address_breaks_the_check(url: str) -> None:
    try:
        hosts = Hosts(api=url)
    except LibrusConfigurationError:
        return
    assert hosts.api.lower().startswith("http")


# --- limits ------------------------------------------------------------------------------------------------


def test_the_defaults() -> None:
    settings = SessionSettings()
    assert settings.timeout_ms == 30_000
    assert settings.max_concurrency == 6
    assert (settings.max_requests_per_second, settings.request_burst) == (10, 150)
    assert settings.max_answer_bytes == 64 * 2**20
    assert settings.assumed_token_lifetime_s == 6 * 3600
    assert settings.flight_timeout_s == 30
    assert not settings.strict
    assert settings.retry == RetryPolicy()


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        *[("timeout_ms", wrong) for wrong in (0, -1, 1.5, "1000", True, MAX_TIMEOUT_MS + 1)],
        *[("timeout_total_ms", wrong) for wrong in (0, -1, 1.5, "1000", True, MAX_TIMEOUT_MS + 1)],
        *[("max_concurrency", wrong) for wrong in (0, -1, 1.5, "6", True, None)],
        *[("max_requests_per_second", wrong) for wrong in (0, -1, 2e6, "6", float("nan"), True)],
        *[("request_burst", wrong) for wrong in (0, -1, 1.5, "6", True, None)],
        *[("max_answer_bytes", wrong) for wrong in (0, -1, 1.5, "6", True, None)],
        *[("assumed_token_lifetime_s", wrong) for wrong in (0, -1, "6", float("nan"), float("inf"), True)],
        *[("flight_timeout_s", wrong) for wrong in (0, -1, "30", float("nan"), float("inf"), None)],
        *[("close_grace_s", wrong) for wrong in (-0.1, "5", float("nan"), float("inf"), None)],
        *[("retry", wrong) for wrong in (False, None, 3)],
        *[("hosts", wrong) for wrong in (None, "https://api.librus.pl/3.0")],
        *[("strict", wrong) for wrong in (None, 1, "yes")],
    ],
)
def test_an_impossible_option_is_refused_by_name(option: str, wrong: Any) -> None:
    assert option in refused(SessionSettings, **{option: wrong})
    for kind in (LibrusSession, AsyncLibrusSession, PortalClient, AsyncPortalClient):
        assert option in refused(kind, PortalCredentials(EMAIL, PASSWORD), **{option: wrong})
    for standalone in (SynergiaApiClient, AsyncSynergiaApiClient):
        assert option in refused(standalone, "a-token", **{option: wrong})


def test_limits_at_the_edge_of_the_possible() -> None:
    settings = SessionSettings(
        timeout_ms=1,
        max_concurrency=1,
        assumed_token_lifetime_s=None,
        flight_timeout_s=0.001,
        close_grace_s=0,
    )
    assert settings.assumed_token_lifetime_s is None
    assert SessionSettings(timeout_ms=MAX_TIMEOUT_MS).timeout_ms == MAX_TIMEOUT_MS
    assert SessionSettings(timeout_total_ms=MAX_TIMEOUT_MS).timeout_total_ms == MAX_TIMEOUT_MS
    assert SessionSettings(timeout_total_ms=None).timeout_total_ms is None


@pytest.mark.parametrize("kind", [LibrusSession, AsyncLibrusSession, PortalClient, AsyncPortalClient])
def test_an_unknown_option_is_refused_with_the_known_ones(kind: Any) -> None:
    message = refused(kind, PortalCredentials(EMAIL, PASSWORD), time_out=3)
    assert "'time_out'" in message
    assert "timeout_ms" in message
    assert "on_event" in message


@pytest.mark.parametrize("kind", [SynergiaApiClient, AsyncSynergiaApiClient])
@pytest.mark.parametrize(
    "token", ["", Secret(""), None, 7, b"token", "a token", "tok\nen", "toké", "tok\udc80"]
)
def test_what_is_no_token(kind: Any, token: Any) -> None:
    refused(kind, token)


# --- the back end ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "backend"),
    [
        ({}, "api_v3"),
        ({"LIBRUS_API_BACKEND": "api_v3"}, "api_v3"),
        ({"LIBRUS_API_BACKEND": "gateway_api_20"}, "gateway_api_20"),
        ({"LIBRUS_API_BACKEND": "api_v3", **GATEWAY}, "api_v3"),
        ({"LIBRUS_API_BACKEND": "gateway_api_20", **PORTAL}, "gateway_api_20"),
        (PORTAL, "api_v3"),
        (GATEWAY, "gateway_api_20"),
        (PORTAL | GATEWAY, "api_v3"),
        ({"LIBRUS_PORTAL_EMAIL": EMAIL, **GATEWAY}, "gateway_api_20"),
        ({"LIBRUS_PORTAL_EMAIL": EMAIL, "LIBRUS_PORTAL_PASSWORD": "", **GATEWAY}, "gateway_api_20"),
        ({"LIBRUS_GATEWAY_LOGIN": "1234567u"}, "api_v3"),
        ({"LIBRUS_PORTAL_EMAIL": EMAIL, "LIBRUS_GATEWAY_PASSWORD": "x"}, "api_v3"),
    ],
)
def test_which_back_end_is_meant(values: dict[str, str], backend: str) -> None:
    assert Environment(values).backend() == get_api_backend(values) == backend


@pytest.mark.parametrize(
    ("values", "backend"),
    [
        ({"LIBRUS_AUTH_MODE": "portal", **GATEWAY}, "api_v3"),
        ({"LIBRUS_AUTH_MODE": "synergia", **PORTAL}, "gateway_api_20"),
        ({"LIBRUS_EMAIL": EMAIL, "LIBRUS_PASSWORD": "x", **GATEWAY}, "api_v3"),
        ({"SYNERGIA_ID": "1", "SYNERGIA_PASSWORD": "x"}, "gateway_api_20"),
        (
            {"LIBRUS_EMAIL": EMAIL, "LIBRUS_PORTAL_EMAIL": "", "LIBRUS_PASSWORD": "x", **GATEWAY},
            "gateway_api_20",
        ),
    ],
)
def test_which_back_end_the_legacy_names_mean(values: dict[str, str], backend: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LibrusDeprecationWarning)
        assert get_api_backend(values) == backend


def test_looking_for_credentials_warns_of_no_legacy_name() -> None:
    values = {"LIBRUS_EMAIL": EMAIL, "LIBRUS_PASSWORD": "x", "SYNERGIA_ID": "1", "SYNERGIA_PASSWORD": "x"}
    environment = Environment(values)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert environment.has_credentials("api_v3")
        assert environment.has_credentials("gateway_api_20")
        assert not Environment({}).has_credentials("api_v3")
        assert environment.backend() == "api_v3"
    assert caught == []
    with pytest.warns(LibrusDeprecationWarning, match=r"^LIBRUS_(EMAIL|PASSWORD)_ENV_DEPRECATED"):
        environment.portal_credentials()


@pytest.mark.parametrize("value", ["", "portal", "API_V3", " api_v3", "gateway", EMAIL])
def test_an_unknown_back_end(value: str) -> None:
    message = refused(get_api_backend, {"LIBRUS_API_BACKEND": value, **PORTAL})
    assert "LIBRUS_API_BACKEND" in message
    assert "gateway_api_20" in message


@pytest.mark.filterwarnings("ignore::librus_sdk.LibrusDeprecationWarning")
@pytest.mark.parametrize("value", ["", "api_v3", "Portal", EMAIL])
def test_an_unknown_legacy_mode(value: str) -> None:
    assert "LIBRUS_AUTH_MODE" in refused(get_api_backend, {"LIBRUS_AUTH_MODE": value})


def test_the_primary_name_makes_the_legacy_mode_silent() -> None:
    assert get_api_backend({"LIBRUS_API_BACKEND": "api_v3", "LIBRUS_AUTH_MODE": "nonsense"}) == "api_v3"


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBRUS_API_BACKEND", "gateway_api_20")
    assert get_api_backend() == "gateway_api_20"
    assert repr(Environment()) == "Environment(********)"


# --- credentials of the environment ------------------------------------------------------------------------


def test_credentials_come_from_their_variables() -> None:
    portal = Environment(PORTAL).portal_credentials()
    assert (portal.email.reveal(), portal.password.reveal()) == (EMAIL, PASSWORD)
    gateway = Environment(GATEWAY).gateway_credentials()
    assert (gateway.login.reveal(), gateway.password.reveal()) == ("1234567u", PASSWORD)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {},
            [
                "LIBRUS_PORTAL_EMAIL is unset (legacy name LIBRUS_EMAIL: unset)",
                "LIBRUS_PORTAL_PASSWORD is unset (legacy name LIBRUS_PASSWORD: unset)",
            ],
        ),
        (
            {"LIBRUS_PORTAL_PASSWORD": "", "LIBRUS_PASSWORD": PASSWORD},
            [
                "LIBRUS_PORTAL_EMAIL is unset (legacy name LIBRUS_EMAIL: unset)",
                "LIBRUS_PORTAL_PASSWORD is empty (legacy name LIBRUS_PASSWORD: ignored",
            ],
        ),
        (
            {"LIBRUS_PORTAL_EMAIL": EMAIL, "LIBRUS_PASSWORD": ""},
            ["LIBRUS_PORTAL_PASSWORD is unset (legacy name LIBRUS_PASSWORD: empty)"],
        ),
        (
            {"LIBRUS_PORTAL_EMAIL": "", "LIBRUS_PORTAL_PASSWORD": PASSWORD},
            ["LIBRUS_PORTAL_EMAIL is empty (legacy name LIBRUS_EMAIL: unset)"],
        ),
    ],
)
def test_a_missing_credential_is_told_with_how_it_is_missing(values: dict[str, str], told: list[str]) -> None:
    message = refused(Environment(values).portal_credentials)
    assert "the family account" in message
    for part in told:
        assert part in message
    for name in ("LIBRUS_PORTAL_EMAIL", "LIBRUS_PORTAL_PASSWORD"):
        assert (f"{name} is " in message) is any(part.startswith(name) for part in told)


def test_a_missing_gateway_credential() -> None:
    message = refused(
        Environment({"LIBRUS_GATEWAY_LOGIN": "", "SYNERGIA_ID": "1234567u"}).gateway_credentials
    )
    assert "issued by the school" in message
    assert "LIBRUS_GATEWAY_LOGIN is empty (legacy name SYNERGIA_ID: ignored" in message
    assert "LIBRUS_GATEWAY_PASSWORD is unset (legacy name SYNERGIA_PASSWORD: unset)" in message


def test_swapped_variables() -> None:
    assert "LIBRUS_GATEWAY_LOGIN" in refused(
        Environment(PORTAL | {"LIBRUS_PORTAL_EMAIL": "1234567u"}).portal_credentials
    )
    assert "LIBRUS_PORTAL_EMAIL" in refused(
        Environment(GATEWAY | {"LIBRUS_GATEWAY_LOGIN": EMAIL}).gateway_credentials
    )


ALIASES = [
    ("LIBRUS_EMAIL", "LIBRUS_PORTAL_EMAIL", EMAIL, "portal_credentials"),
    ("LIBRUS_PASSWORD", "LIBRUS_PORTAL_PASSWORD", PASSWORD, "portal_credentials"),
    ("SYNERGIA_ID", "LIBRUS_GATEWAY_LOGIN", "1234567u", "gateway_credentials"),
    ("SYNERGIA_PASSWORD", "LIBRUS_GATEWAY_PASSWORD", PASSWORD, "gateway_credentials"),
]


@pytest.mark.parametrize(("alias", "primary", "value", "read"), ALIASES)
def test_a_legacy_name_works_and_warns_once_a_process(
    alias: str, primary: str, value: str, read: str
) -> None:
    values = {name: text for name, text in (PORTAL | GATEWAY).items() if name != primary} | {alias: value}
    with pytest.warns(LibrusDeprecationWarning) as caught:
        getattr(Environment(values), read)()
    (warning,) = caught
    text = str(warning.message)
    assert text.startswith(f"{alias}_ENV_DEPRECATED: ")
    assert primary in text
    assert value.strip() not in text
    with warnings.catch_warnings(record=True) as again:
        warnings.simplefilter("always")
        getattr(Environment(values), read)()
    assert again == []


def test_the_legacy_mode_warns_once_a_process() -> None:
    with pytest.warns(
        LibrusDeprecationWarning, match=r"^LIBRUS_AUTH_MODE_ENV_DEPRECATED: .*LIBRUS_API_BACKEND"
    ):
        get_api_backend({"LIBRUS_AUTH_MODE": "portal"})
    assert get_api_backend({"LIBRUS_AUTH_MODE": "synergia"}) == "gateway_api_20"


def test_a_set_primary_name_makes_the_alias_count_for_nothing() -> None:
    values = PORTAL | {"LIBRUS_EMAIL": "other@example.org", "LIBRUS_PASSWORD": "other"}
    credentials = Environment(values).portal_credentials()
    assert (credentials.email.reveal(), credentials.password.reveal()) == (EMAIL, PASSWORD)
    assert not _warned


# --- timeouts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("1", 1), (" 5000\n", 5000), ("007", 7), (str(MAX_TIMEOUT_MS), MAX_TIMEOUT_MS), ("30000", 30_000)],
)
def test_the_timeout_of_the_environment(text: str, milliseconds: int) -> None:
    assert Environment({"LIBRUS_TIMEOUT_MS": text}).timeout_ms() == milliseconds


def test_no_timeout_in_the_environment() -> None:
    assert Environment({}).timeout_ms() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0",
        "-1",
        "+1",
        "1.5",
        "1e3",
        "5000ms",
        "0x10",
        "1_000",
        "٣",
        "²",
        str(MAX_TIMEOUT_MS + 1),
        "9" * 5000,
    ],
)
def test_a_timeout_that_is_none(text: str) -> None:
    assert "LIBRUS_TIMEOUT_MS" in refused(Environment({"LIBRUS_TIMEOUT_MS": text}).timeout_ms)
    assert "LIBRUS_TIMEOUT_MS" in refused(LibrusSession.from_env, PORTAL | {"LIBRUS_TIMEOUT_MS": text})


def timeout_of(session: Any) -> int:
    milliseconds: int = session._account.parts.settings.timeout_ms
    return milliseconds


def account() -> ChildAccount:
    return ChildAccount(
        wire_id=101, account_identifier="a", group="parent", login="1", student_name="x",
        access_token=Secret("t"), state="active",
    )  # fmt: skip


def test_which_timeout_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = PortalCredentials(EMAIL, PASSWORD)
    assert timeout_of(LibrusSession(credentials)) == 30_000
    monkeypatch.setenv("LIBRUS_TIMEOUT_MS", "2000")
    assert timeout_of(LibrusSession(credentials)) == 2000
    assert timeout_of(LibrusSession(credentials, timeout_ms=None)) == 2000
    session = LibrusSession(credentials, timeout_ms=3000)
    assert timeout_of(session) == 3000
    assert session.for_child(account(), timeout_ms=4000)._caller._bound.timeout_ms == 4000  # type: ignore[attr-defined]
    assert session.for_child(account())._caller._bound.timeout_ms == 3000  # type: ignore[attr-defined]
    monkeypatch.setenv("LIBRUS_TIMEOUT_MS", "soon")
    assert timeout_of(LibrusSession(credentials, timeout_ms=3000)) == 3000
    assert "LIBRUS_TIMEOUT_MS" in refused(LibrusSession, credentials)


def test_a_given_environment_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBRUS_TIMEOUT_MS", "2000")
    assert timeout_of(LibrusSession.from_env(PORTAL)) == 30_000
    given = PORTAL | {"LIBRUS_TIMEOUT_MS": "500"}
    assert timeout_of(LibrusSession.from_env(given)) == 500
    assert timeout_of(LibrusSession.from_env(given, timeout_ms=None)) == 500
    assert timeout_of(LibrusSession.from_env(given, timeout_ms=700)) == 700
    for name, value in PORTAL.items():
        monkeypatch.setenv(name, value)
    assert timeout_of(LibrusSession.from_env()) == 2000


@pytest.mark.parametrize("wrong", [0, -1, "1000", 1.5])
def test_a_clients_own_timeout_is_checked(wrong: Any) -> None:
    session = LibrusSession(PortalCredentials(EMAIL, PASSWORD))
    assert "timeout_ms" in refused(session.for_child, account(), timeout_ms=wrong)
    assert "timeout_total_ms" in refused(session.for_child, account(), timeout_total_ms=wrong)
    misspelt = refused(session.for_child, account(), timeout=wrong)
    assert "Unknown option 'timeout'. Did you mean 'timeout_ms'?" in misspelt
    assert "strict, timeout_ms, timeout_total_ms." in misspelt


# --- sessions of the environment ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [LibrusSession, AsyncLibrusSession])
def test_a_session_of_the_environment(kind: Any) -> None:
    session = kind.from_env(
        PORTAL | {"LIBRUS_PORTAL_URL": "http://127.0.0.1:1", "LIBRUS_API_URL": "http://127.0.0.1:2/3.0"}
    )
    assert session._account.parts.settings.hosts == Hosts("http://127.0.0.1:1", "http://127.0.0.1:2/3.0")
    assert session.get_api_backend() == "api_v3"
    assert not session.is_logged_in
    session = kind.from_env(PORTAL | {"LIBRUS_API_URL": ""}, strict=True)
    assert session._account.parts.settings.hosts == Hosts()
    assert session._account.parts.settings.strict


@pytest.mark.parametrize("kind", [LibrusSession, AsyncLibrusSession])
def test_an_environment_that_will_not_do(kind: Any) -> None:
    assert "LIBRUS_PORTAL_EMAIL" in refused(kind.from_env, {})
    assert "LIBRUS_API_BACKEND" in refused(kind.from_env, PORTAL | {"LIBRUS_API_BACKEND": ""})
    assert "LIBRUS_API_URL" in refused(kind.from_env, PORTAL | {"LIBRUS_API_URL": "http://api.librus.pl/3.0"})
    assert "'colour'" in refused(kind.from_env, PORTAL, colour="red")
    assert "LIBRUS_GATEWAY_PASSWORD" in refused(kind.from_env, {"LIBRUS_API_BACKEND": "gateway_api_20"})


@pytest.mark.parametrize("kind", [PortalClient, AsyncPortalClient])
def test_a_school_s_login_has_no_portal(kind: Any) -> None:
    with pytest.raises(LibrusUnsupportedBackendError) as caught:
        kind(GatewayCredentials("1234567u", PASSWORD))
    assert caught.value.code == "UNSUPPORTED_BACKEND"
    assert caught.value.details == {"api_backend": "gateway_api_20"}


@pytest.mark.parametrize(
    "make",
    [
        lambda kind: kind(GatewayCredentials("1234567u", PASSWORD)),
        lambda kind: kind.from_gateway_credentials(GatewayCredentials("1234567u", PASSWORD)),
        lambda kind: kind.from_env(GATEWAY),
        lambda kind: kind.from_env({"LIBRUS_API_BACKEND": "gateway_api_20", **PORTAL, **GATEWAY}),
    ],
)
@pytest.mark.parametrize("kind", [LibrusSession, AsyncLibrusSession])
def test_a_session_with_a_school_s_login(kind: Any, make: Any) -> None:
    session = make(kind)
    assert session.get_api_backend() == "gateway_api_20"
    assert repr(session) == f"<{kind.__name__} gateway_api_20>"
    assert not session.is_logged_in


@pytest.mark.parametrize("kind", [LibrusSession, AsyncLibrusSession])
def test_from_gateway_credentials_takes_nothing_else(kind: Any) -> None:
    message = refused(kind.from_gateway_credentials, PortalCredentials(EMAIL, PASSWORD))
    assert "GatewayCredentials" in message


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"auth": "cookie"}, "'cookies' or 'oauth'"),
        ({"store": "a-folder"}, "FileStore"),
        ({"store": FileStore}, "FileStore"),
        ({"request_burst": 10**400}, "request_burst"),
    ],
)
def test_wrong_ways_to_sign_in(options: Any, named: str) -> None:
    assert named in refused(LibrusSession, PortalCredentials(EMAIL, PASSWORD), **options)


def test_tokens_are_of_a_family_account() -> None:
    message = refused(LibrusSession, GatewayCredentials("1234567u", PASSWORD), auth="oauth")
    assert "family account" in message


def test_with_kept_tokens_no_credentials_are_needed(tmp_path: Path) -> None:
    store = FileStore(tmp_path, name="family")
    assert LibrusSession(auth="oauth", store=store).get_api_backend() == "api_v3"
    assert LibrusSession.from_env({}, auth="oauth", store=store).get_api_backend() == "api_v3"
    assert "PortalCredentials" in refused(LibrusSession, auth="oauth")


@pytest.mark.parametrize("wrong", [None, EMAIL, (EMAIL, PASSWORD), {"email": EMAIL}])
@pytest.mark.parametrize("kind", [LibrusSession, AsyncLibrusSession, PortalClient, AsyncPortalClient])
def test_what_are_no_credentials(kind: Any, wrong: Any) -> None:
    assert "PortalCredentials" in refused(kind, wrong)


# --- selectors that ask nobody -----------------------------------------------------------------------------


@pytest.mark.parametrize("selector", [None, ""])
def test_no_selector_is_told_before_any_request(selector: Any) -> None:
    session = LibrusSession(PortalCredentials(EMAIL, PASSWORD))
    for ask in (session.for_child, session.resolve_child, session.refresh_bearer_token):
        with pytest.raises(LibrusChildError) as caught:
            ask(selector)
        assert caught.value.code == "CHILD_REQUIRED"


@pytest.mark.parametrize("selector", [True, 1.5, b"101", ["101"], {"id": 101}])
def test_a_selector_that_is_none_is_told_before_any_request(selector: Any) -> None:
    session = LibrusSession(PortalCredentials(EMAIL, PASSWORD))
    assert "id or login" in refused(session.for_child, selector)

    async def ask() -> None:
        await AsyncLibrusSession(PortalCredentials(EMAIL, PASSWORD)).for_child(selector)

    assert "id or login" in refused(asyncio.run, ask())


def test_swapped_e_mail_and_password_are_told_as_such() -> None:
    with pytest.raises(LibrusConfigurationError, match="swapped") as caught:
        PortalCredentials("a-password", EMAIL)
    assert EMAIL not in caught.value.message


@pytest.mark.parametrize(
    ("option", "value"),
    [("logger", "librus"), ("on_event", 3), ("clock", 3), ("hosts", "x"), ("retry", 3), ("strict", "yes")],
)
def test_an_option_of_the_wrong_kind_is_named(option: str, value: object) -> None:
    options: Any = {option: value}
    with pytest.raises(LibrusConfigurationError, match=f"^{option} must be"):
        LibrusSession(PortalCredentials(EMAIL, "x"), **options)


def test_an_environment_that_is_no_mapping_is_refused() -> None:
    wrong: Any = "LIBRUS_PORTAL_PASSWORD=x"
    with pytest.raises(LibrusConfigurationError, match="environ must be a mapping"):
        LibrusSession.from_env(wrong)


def test_a_query_that_is_no_mapping_is_refused() -> None:
    wrong: Any = "page=1"
    with (
        SynergiaApiClient("a-token") as client,
        pytest.raises(LibrusConfigurationError, match="query must be a mapping"),
    ):
        client.get("Notes", wrong)
