"""The ASGI application: names a request, counts it, gates it, answers it, spoils the answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import _pages as pages
from ._call import JSON, Call, bearer_in, html
from ._faults import Fault, Faults
from ._gates import Gates
from ._sites import site_of
from ._spoiling import led_away, reset, send_all, send_spoiled, spoil
from ._state import Origin, RequestRecord, State, Token

__all__ = ["LibrusApp"]

_SHOWN = "<present>"
_CREDENTIALS = frozenset({"authorization", "cookie", "x-zse-authorization"})
_MAINTENANCE = {"Status": "Maintenance", "Message": "Przerwa techniczna w godzinach 23:00-06:00"}


class LibrusApp:
    """All hosts of the invented Librus; the listener a request came to decides which."""

    def __init__(
        self, state: State, gates: Gates, faults: Faults, origins: Mapping[tuple[str, int], Origin]
    ) -> None:
        self._state = state
        self._gates = gates
        self._faults = faults
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            await self._serve(Request(scope, receive), receive, send)
        except (asyncio.CancelledError, ClientDisconnect):
            # The simulator stops, or the client has gone: nobody waits for this answer.
            return

    async def _serve(self, request: Request, receive: Receive, send: Send) -> None:
        call = self._identify(request)
        place = self._state.arrive(self._record(call))
        call.body = await request.body()
        await self._gates.stop_at("request", call.endpoint, call.child_id)
        fault = self._faults.pick(call.endpoint, call.child_id)
        if fault is not None and fault.drop == "before":
            await asyncio.sleep(fault.delay)
            await reset(request, receive)
            return
        with self._state.watch.lock:
            live = call.token is not None and self._state.is_live(call.token)
            if fault is not None and fault.replaces_answer:
                response = self._fault_answer(fault, call)
            else:
                response = call.site.answer(self._state, call)
        if fault is not None:
            spoil(response, fault)
        self._state.answered(place, response.status_code, live)
        await self._gates.stop_at("response", call.endpoint, call.child_id)
        if fault is None:
            await send_all(response, send)
        else:
            await asyncio.sleep(fault.delay)
            await send_spoiled(response, fault, request, receive, send)

    def _identify(self, request: Request) -> Call:
        """Find out which endpoint is meant and whose token is shown, whether or not it is any good."""
        scope = request.scope
        origin = self._origins[scope["server"]]
        raw = scope["raw_path"].decode("ascii", "replace")
        site = site_of(origin, raw)
        name, route, arguments = site.identify(raw, request.method)
        token = self._token(request)
        child = self._state.world.child(token.child_id) if token else None
        call = Call(request, site, name, route, arguments, token, child)
        with self._state.watch.lock:
            site.ask(self._state, call)
        return call

    def _token(self, request: Request) -> Token | None:
        return self._state.tokens.get(bearer_in(request) or "")

    def _record(self, call: Call) -> RequestRecord:
        scope = call.request.scope
        return RequestRecord(
            endpoint=call.endpoint,
            origin=call.site.origin,
            method=call.request.method,
            path=quote(scope["raw_path"], safe="/%,:@!$&'()*+;=~"),
            query=scope["query_string"].decode("latin-1"),
            child_id=call.child_id,
            generation=call.token.generation if call.token else None,
            token_live=call.token is not None and self._state.is_live(call.token),
            status=None,
            at=self._state.clock(),
            headers={
                name: _SHOWN if name in _CREDENTIALS else value
                for name, value in call.request.headers.items()
            },
        )

    def _fault_answer(self, fault: Fault, call: Call) -> Response:
        if fault.redirect is not None:
            return led_away(fault, call.request)
        status = fault.status or (503 if fault.maintenance else 200)
        if fault.html:
            return html(pages.MAINTENANCE, status)
        if fault.maintenance:
            return Response(json.dumps(_MAINTENANCE), status, media_type=JSON)
        if fault.body is not None:
            body: Any = fault.body
            text = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
            return Response(text, status, media_type=JSON)
        return call.site.spoiled(self._state, call, status)
