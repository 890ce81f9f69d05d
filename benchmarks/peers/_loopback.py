"""A small authorization server on loopback that counts requests and can hold answers back."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs

__all__ = ["SERVER_THREAD", "Gate", "Loopback"]

SERVER_THREAD: Final = "loopback"
PATIENCE_S: Final = 20.0


class Gate:
    """Where answers that are already decided wait; armed for so many requests at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._left = 0
        self._arrived = 0
        self._open = True

    def arm(self, requests: int) -> None:
        """Hold the next answers."""
        with self._changed:
            self._left, self._arrived, self._open = requests, 0, False

    def wait_arrived(self, requests: int = 1) -> None:
        """Block until so many have come. Raises TimeoutError when they do not."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._arrived >= requests, PATIENCE_S):
                raise TimeoutError(f"{self._arrived} of {requests} requests came")

    def release(self) -> None:
        """Let everybody go, and hold nobody until armed again."""
        with self._changed:
            self._open, self._left = True, 0
            self._changed.notify_all()

    def pass_through(self) -> None:
        """Stand at the gate, if it holds this one."""
        with self._changed:
            if self._left:
                self._left -= 1
                self._arrived += 1
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._open, PATIENCE_S)


class Loopback:
    """The server. ``counts`` has ``token`` (requests for a token) and ``data`` (protected reads).

    Attributes:
        lifetime: seconds, stated with each new token.
        refresh_in: seconds after which the server asks clients to renew early; None says nothing.
        failing: answer 503 to requests for a token.
        refusing: answer 401 to every protected read.
        rotating: a refresh token is good for one use, and each new token comes with the next one.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.lifetime = 3600
        self.refresh_in: int | None = None
        self.failing = False
        self.refusing = False
        self.rotating = False
        self.tokens = Gate()
        self.data = Gate()
        self._lock = threading.Lock()
        self._live: set[str] = set()
        self._minted = 0
        self._refresh_token = "refresh-0"  # noqa: S105  (invented)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        self._thread = threading.Thread(target=self._server.serve_forever, name=SERVER_THREAD, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def revoke(self) -> None:
        """Let every token die."""
        with self._lock:
            self._live.clear()

    def spent(self) -> Counter[str]:
        """The counts since the last time this was asked."""
        with self._lock:
            counts, self.counts = self.counts, Counter()
        return counts

    def issue(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer a request for a token."""
        with self._lock:
            self.counts["token"] += 1
            if self.failing:
                return 503, {"error": "temporarily_unavailable"}
            answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": self.lifetime}
            if self.rotating and "refresh_token" in form:
                if form["refresh_token"] != self._refresh_token:
                    return 400, {"error": "invalid_grant", "error_description": "refresh token used before"}
                self._refresh_token = f"refresh-{self._minted + 1}"
                answer["refresh_token"] = self._refresh_token
            if self.refresh_in is not None:
                answer["refresh_in"] = self.refresh_in
            self._minted += 1
            answer["access_token"] = f"token-{self._minted}"
            self._live.add(answer["access_token"])
        return 200, answer

    def read(self, authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer a protected read."""
        with self._lock:
            self.counts["data"] += 1
            good = authorization.removeprefix("Bearer ") in self._live and not self.refusing
        return (200, {"data": "here"}) if good else (401, {"error": "invalid_token"})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tokens.release()
        self.data.release()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True
    block_on_close = False
    loopback: Loopback

    def process_request(self, request: Any, client_address: Any) -> None:
        # As the base class does, with a name by which the thread is known as the server's.
        threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name=SERVER_THREAD,
            daemon=True,
        ).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the experiment."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def _loopback(self) -> Loopback:
        assert isinstance(self.server, _Server)
        return self.server.loopback

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        form = json.loads(body) if body.startswith("{") else {k: v[0] for k, v in parse_qs(body).items()}
        answer = self._loopback.issue(form)
        self._loopback.tokens.pass_through()
        self._send(*answer)

    def do_GET(self) -> None:
        if self.path.endswith("/.well-known/openid-configuration"):
            base = self.path.removesuffix("/.well-known/openid-configuration")
            where = f"https://{self.headers.get('x-asked-host', 'localhost')}{base}"
            self._send(
                200,
                {
                    "issuer": where,
                    "token_endpoint": f"{where}/token",
                    "authorization_endpoint": f"{where}/authorize",
                },
            )
            return
        answer = self._loopback.read(self.headers.get("authorization", ""))
        self._loopback.data.pass_through()
        self._send(*answer)

    def _send(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
