"""Over real TLS: the way every request to the real Librus goes."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from librus_sdk import (
    AsyncSynergiaApiClient,
    Hosts,
    LibrusNetworkError,
    LibrusTimeoutError,
    RetryPolicy,
    SynergiaApiClient,
)
from librus_sdk.shells import wire

FOLDER = Path(__file__).parent.parent / "fixtures" / "tls"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stalled = threading.Event()

    def do_GET(self) -> None:
        body = b'{"Date": "2026-11-23"}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.path.endswith("/stall"):
            self.wfile.write(body[:5])
            self.wfile.flush()
            self.stalled.wait(10)
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Be silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that distrusts the certificate breaks the handshake off: expected."""


@pytest.fixture
def address() -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "cert.pem", FOLDER / "key.pem")
    # The handshake happens in the connection's own thread, not in the accepting one.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/3.0"
    _Handler.stalled.set()
    server.shutdown()
    server.server_close()
    thread.join()
    _Handler.stalled.clear()


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(cafile=str(FOLDER / "cert.pem"))
    monkeypatch.setattr(wire, "_ssl_context", lambda: context)


@pytest.mark.usefixtures("trusted")
def test_a_trusted_server_is_read_by_threads(address: str) -> None:
    with SynergiaApiClient("a-token", hosts=Hosts(api=address)) as client:
        assert client.get("SystemData") == {"Date": "2026-11-23"}
        assert client.get("SystemData") == {"Date": "2026-11-23"}


@pytest.mark.anyio
@pytest.mark.usefixtures("trusted")
async def test_a_trusted_server_is_read_by_tasks(address: str) -> None:
    async with AsyncSynergiaApiClient("a-token", hosts=Hosts(api=address)) as client:
        assert await client.get("SystemData") == {"Date": "2026-11-23"}


@pytest.mark.usefixtures("trusted")
def test_the_deadline_holds_under_tls(address: str) -> None:
    with (
        SynergiaApiClient("a-token", hosts=Hosts(api=address), timeout_ms=300) as client,
        pytest.raises(LibrusTimeoutError) as caught,
    ):
        client.get("stall")
    assert caught.value.details == {"endpoint": f"{address}/stall", "timeout_ms": 300}


def test_an_untrusted_certificate_is_a_network_error_to_threads(address: str) -> None:
    with (
        SynergiaApiClient("a-token", hosts=Hosts(api=address), retry=RetryPolicy.off()) as client,
        pytest.raises(LibrusNetworkError) as caught,
    ):
        client.get("SystemData")
    assert caught.value.details["reason"] == "the TLS certificate is not trusted"


@pytest.mark.anyio
async def test_an_untrusted_certificate_is_a_network_error_to_tasks(address: str) -> None:
    async with AsyncSynergiaApiClient("a-token", hosts=Hosts(api=address), retry=RetryPolicy.off()) as client:
        with pytest.raises(LibrusNetworkError) as caught:
            await client.get("SystemData")
    assert caught.value.details["reason"] == "the TLS certificate is not trusted"
