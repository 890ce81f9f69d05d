"""What a fault does to an answer that is decided: to its body, to its headers, and to how it is sent."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import sys
import zlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Send

from ._call import html
from ._faults import HERE, Fault

__all__ = ["led_away", "reset", "send_all", "send_spoiled", "spoil"]

_FALSE: Final = "spoilt"
_GZIP: Final = 31
_SPACES: Final = b" " * 2**20


def led_away(fault: Fault, request: Request) -> Response:
    """A redirect to where the fault says, or to the very address that was asked for."""
    assert fault.redirect is not None
    target = _address(request) if fault.redirect == HERE else fault.redirect
    return html("", fault.status or 302, {"location": target})


def _address(request: Request) -> str:
    """What was asked for, as it was on the wire."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def spoil(response: Response, fault: Fault) -> None:
    """Change the answer's body and headers as the fault wants them."""
    body = bytes(response.body)
    if fault.truncate:
        body = body[: len(body) // 2]
    if fault.charset is not None:
        body = body.decode("utf-8", "replace").encode(fault.charset, "replace")
    if fault.size is not None and fault.size > len(body):
        body = _padded(body, fault.size, packed=fault.packed)
    elif fault.packed:
        body = gzip.compress(body, mtime=0)
    if fault.packed:
        response.headers["content-encoding"] = "gzip"
    if body != response.body:
        response.body = body
        response.headers["content-length"] = str(len(body))
    if fault.double_cookies:
        _double_cookies(response)
    response.headers.update(fault.headers)
    if fault.retry_after is not None:
        response.headers["retry-after"] = fault.retry_after


def _padded(body: bytes, size: int, *, packed: bool) -> bytes:
    """The body with white space behind it, which neither JSON nor a page minds."""
    if not packed:
        return body.ljust(size)
    packer = zlib.compressobj(1, wbits=_GZIP)
    parts, left = [packer.compress(body)], size - len(body)
    while left > 0:  # in pieces: it may be meant to fill a client's memory, not this one's
        parts.append(packer.compress(_SPACES[:left]))
        left -= len(_SPACES)
    return b"".join((*parts, packer.flush()))


def _double_cookies(response: Response) -> None:
    """Set each cookie twice, with a false value first; an answer without any sets one of its own twice."""
    cookies = response.headers.getlist("set-cookie") or [f"doubled={_FALSE}2; Path=/"]
    del response.headers["set-cookie"]
    for cookie in cookies:
        pair, semicolon, rest = cookie.partition(";")
        response.headers.append("set-cookie", f"{pair.partition('=')[0]}={_FALSE}{semicolon}{rest}")
        response.headers.append("set-cookie", cookie)


# --- sending ---------------------------------------------------------------------------------------------


async def send_all(response: Response, send: Send) -> None:
    """Send the whole answer."""
    await send(_start(response))
    await send({"type": "http.response.body", "body": bytes(response.body)})


def _start(response: Response) -> Message:
    return {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}


async def send_spoiled(
    response: Response, fault: Fault, request: Request, receive: Receive, send: Send
) -> None:
    """Send the answer in the way the fault wants it sent."""
    body = bytes(response.body)
    if fault.drop is not None or fault.stall:
        await send(_start(response))
        if fault.drop != "headers":
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        if fault.drop is not None:
            await reset(request, receive)
        else:
            await _gone(receive)
    elif fault.drip is not None:
        await send(_start(response))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            for place in range(len(body)):
                await send({"type": "http.response.body", "body": body[place : place + 1], "more_body": True})
                await asyncio.wait([gone], timeout=fault.drip)
                if gone.done():
                    return
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})
    else:
        await send_all(response, send)


async def _gone(receive: Receive) -> None:
    """Wait until the client hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def reset(request: Request, receive: Receive) -> None:
    """Break the connection off so that the client sees a reset, not a tidy end."""
    transport = request.scope["state"]["transport"]
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
    await _gone(receive)
