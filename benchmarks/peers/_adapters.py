"""How each library is used, as its documentation says, with the loopback server for a provider."""

from __future__ import annotations

import datetime as dt
import json
import time
import urllib.request
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit

from ._experiments import AsyncRead, Peer, Read
from ._loopback import Loopback

__all__ = ["PEERS"]


def _ask_for_token(server: Loopback) -> dict[str, Any]:
    """What a program's own provider function does, for libraries that call one."""
    request = urllib.request.Request(f"{server.url}/token", data=b"grant_type=client_credentials")  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  (loopback)
        document: dict[str, Any] = json.load(answer)
    return document


# --- google-auth ------------------------------------------------------------------------------------------


def _google(server: Loopback, repeats: bool) -> Read:  # noqa: ARG001  (it has no such option)
    credentials = import_module("google.oauth2.credentials").Credentials(
        token=None,
        refresh_token="refresh-0",  # noqa: S106  (invented)
        token_uri=f"{server.url}/token",
        client_id="id",
        client_secret="secret",  # noqa: S106
    )
    session = import_module("google.auth.transport.requests").AuthorizedSession(credentials)
    return lambda: session.get(f"{server.url}/data").raise_for_status()


# --- msal -------------------------------------------------------------------------------------------------


class _ToLoopback:
    """msal takes https authorities only; the HTTP client it lets programs pass in brings it to loopback."""

    def __init__(self, server: Loopback) -> None:
        self._session = import_module("requests").Session()
        self._server = server

    def _send(self, method: str, url: str, **options: Any) -> Any:
        parts = urlsplit(url)
        headers = {**(options.pop("headers", None) or {}), "x-asked-host": parts.netloc}
        known = {name: options[name] for name in ("params", "data") if name in options}
        return self._session.request(method, f"{self._server.url}{parts.path}", headers=headers, **known)

    def post(self, url: str, **options: Any) -> Any:
        return self._send("POST", url, **options)

    def get(self, url: str, **options: Any) -> Any:
        return self._send("GET", url, **options)

    def close(self) -> None:
        self._session.close()


def _msal(server: Loopback, repeats: bool) -> Read:  # noqa: ARG001  (it has no such option)
    app = import_module("msal").ConfidentialClientApplication(
        "id",
        client_credential="secret",
        authority="https://login.microsoftonline.com/tenant",
        instance_discovery=False,
        http_client=_ToLoopback(server),
    )
    session = import_module("requests").Session()

    def read() -> None:
        result = app.acquire_token_for_client(scopes=["data/.default"])
        if "access_token" not in result:
            raise RuntimeError(result.get("error"))
        headers = {"authorization": f"Bearer {result['access_token']}"}
        session.get(f"{server.url}/data", headers=headers).raise_for_status()

    return read


# --- Authlib ----------------------------------------------------------------------------------------------


def _authlib_options(server: Loopback) -> dict[str, Any]:
    status, token = server.issue({"grant_type": "password"})
    assert status == 200
    return {
        "client_id": "id",
        "client_secret": "secret",
        "token_endpoint": f"{server.url}/token",
        "token": {**token, "refresh_token": "refresh-0", "expires_at": int(time.time()) + server.lifetime},
    }


def _authlib(server: Loopback, repeats: bool) -> Read:  # noqa: ARG001  (it has no such option)
    client = import_module("authlib.integrations.httpx_client").OAuth2Client(**_authlib_options(server))
    return lambda: client.get(f"{server.url}/data").raise_for_status()


def _authlib_async(server: Loopback, repeats: bool) -> AsyncRead:  # noqa: ARG001
    client = import_module("authlib.integrations.httpx_client").AsyncOAuth2Client(**_authlib_options(server))

    async def read() -> object:
        return (await client.get(f"{server.url}/data")).raise_for_status()

    return read


# --- botocore ---------------------------------------------------------------------------------------------


def _botocore(server: Loopback, repeats: bool) -> Read:  # noqa: ARG001  (it has no such option)
    def renew() -> dict[str, str]:
        answer = _ask_for_token(server)
        expires = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=answer["expires_in"])
        return {
            "access_key": "key",
            "secret_key": "secret",
            "token": answer["access_token"],
            "expiry_time": expires.isoformat(),
        }

    kind = import_module("botocore.credentials").RefreshableCredentials
    credentials = kind.create_from_metadata(renew(), refresh_using=renew, method="custom")

    def read() -> None:
        token = credentials.get_frozen_credentials().token
        request = urllib.request.Request(f"{server.url}/data", headers={"authorization": f"Bearer {token}"})  # noqa: S310
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310  (loopback)

    return read


# --- anthropic --------------------------------------------------------------------------------------------


def _anthropic_options(server: Loopback, repeats: bool) -> dict[str, Any]:
    access_token = import_module("anthropic.lib.credentials").AccessToken

    def provide(*, force_refresh: bool = False) -> Any:  # noqa: ARG001  (it has nothing cached)
        answer = _ask_for_token(server)
        return access_token(answer["access_token"], int(time.time()) + answer["expires_in"])

    return {"credentials": provide, "base_url": server.url, "max_retries": 2 if repeats else 0}


def _anthropic(server: Loopback, repeats: bool) -> Read:
    client = import_module("anthropic").Anthropic(**_anthropic_options(server, repeats))
    return lambda: client.get("/data", cast_to=object)


def _anthropic_async(server: Loopback, repeats: bool) -> AsyncRead:
    client = import_module("anthropic").AsyncAnthropic(**_anthropic_options(server, repeats))
    return lambda: client.get("/data", cast_to=object)


# --- openai -----------------------------------------------------------------------------------------------


def _openai_client(kind: str, server: Loopback, repeats: bool) -> Any:
    client = getattr(import_module("openai"), kind)(
        workload_identity={
            "identity_provider_id": "provider",
            "service_account_id": "account",
            "provider": {"token_type": "jwt", "get_token": lambda: "subject"},
        },
        base_url=f"{server.url}/v1",
        max_retries=2 if repeats else 0,
    )
    # The address of the exchange is no option; this is the one place it is kept in.
    client._workload_identity_auth.token_exchange_url = f"{server.url}/token"  # noqa: SLF001
    return client


def _openai(server: Loopback, repeats: bool) -> Read:
    client = _openai_client("OpenAI", server, repeats)
    return lambda: client.get("/data", cast_to=object)


def _openai_async(server: Loopback, repeats: bool) -> AsyncRead:
    client = _openai_client("AsyncOpenAI", server, repeats)
    return lambda: client.get("/data", cast_to=object)


PEERS: Final = {
    peer.name: peer
    for peer in (
        Peer("google-auth", _google, no_asyncio="asyncio not measured", early=120),
        Peer("msal", _msal, acts_on_401=False, early=3600, early_hint=1, early_after=2.1),
        Peer("Authlib", _authlib, _authlib_async, acts_on_401=False, signs_in=False, early=30),
        Peer("botocore", _botocore, acts_on_401=False, signs_in=False, early=12 * 60),
        Peer("anthropic", _anthropic, _anthropic_async, early=60),
        # Renews in the second half of a short lifetime.
        Peer("openai", _openai, _openai_async, early=4, early_after=2.1, dead_after=1.1),
    )
}
"""The libraries, by their names on the package index."""
