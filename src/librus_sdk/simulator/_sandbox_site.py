"""sandbox.librus.pl: waiting pages, questions whether a file is there yet, and files."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from ._call import Call, Route, html, json_answer, page_or, routed
from ._files import disposition
from ._sandbox import LinkForm, Offer
from ._state import State

__all__ = ["SANDBOX_ROUTES", "sandbox_answer", "sandbox_asker", "sandbox_spoiled"]

_WAITING: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Pobieranie pliku</title></head>
<body><p>Trwa przygotowywanie pliku do pobrania, proszę czekać.</p></body></html>
"""
_GONE: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Pobieranie pliku</title></head>
<body><p>Plik nie istnieje lub link wygasł.</p></body></html>
"""
_INDEX: Final = "index.php"


def waiting_page(state: State, call: Call) -> Response:
    """The page that somebody looks at until the file is there."""
    offer = _offer(state, call.argument, "page")
    return html(_GONE, 404) if offer is None or offer.failed else html(_WAITING)


def file_of_page(state: State, call: Call) -> Response:
    """The file below its waiting page, for whoever comes from there; until it is ready, that page again."""
    offer = _offer(state, call.argument, "page")
    if offer is None or offer.failed:
        return html(_GONE, 404)
    page = f"{state.hosts.sandbox}/GetFile/{call.argument}"
    if call.request.headers.get("referer") != page or not _ready(offer):
        return html(_WAITING)
    return _hand_over(state, call.argument)


def try_to_download(state: State, call: Call) -> Response:
    """The page that asks whether the file is there; a file that is not leads to another page."""
    offer = _offer(state, call.query.get("singleUseKey", ""), "key")
    return _to_failed() if offer is None or offer.failed else html(_WAITING)


def check_key(state: State, call: Call) -> Response:
    """Whether the file is there."""
    offer = _offer(state, call.form.get("singleUseKey", ""), "key")
    if offer is None or offer.failed:
        return json_answer({"status": "download_failed"})
    return json_answer({"status": "ready" if _ready(offer) else "not_downloaded_yet"})


def file_of_key(state: State, call: Call) -> Response:
    """The file, once it is there."""
    key = call.query.get("singleUseKey", "")
    offer = _offer(state, key, "key")
    if offer is None or offer.failed:
        return _to_failed()
    return html(_WAITING) if offer.polls > 0 else _hand_over(state, key)


def failed(_state: State, _call: Call) -> Response:
    """The page for a file that never comes."""
    return html(_GONE)


SANDBOX_ROUTES: Final = (
    Route("sandbox.page", "GetFile/{}", waiting_page),
    Route("sandbox.file", "GetFile/{}/get", file_of_page),
    Route("sandbox.try", _INDEX, try_to_download),
    Route("sandbox.check_key", _INDEX, check_key, "POST"),
    Route("sandbox.download", _INDEX, file_of_key),
    Route("sandbox.failed", _INDEX, failed),
)
_ACTIONS: Final = {
    "CSTryToDownload": "sandbox.try",
    "CSCheckKey": "sandbox.check_key",
    "CSDownload": "sandbox.download",
    "CSDownloadFailed": "sandbox.failed",
}


def sandbox_asker(state: State, call: Call) -> None:
    """Put on the call what its query asks for, as one path serves several things, and whose file it is."""
    if call.route is not None and call.route.pattern == _INDEX:
        name = _ACTIONS.get(call.query.get("action", ""))
        call.route = next((route for route in SANDBOX_ROUTES if route.name == name), None)
        call.endpoint = name or _INDEX
    offer = state.sandbox.offers.get(call.argument or call.query.get("singleUseKey", ""))
    if offer is not None:
        call.child = offer.child


def sandbox_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request that came to the sandbox."""
    return routed(state, call, page_or(_GONE))


def sandbox_spoiled(_state: State, _call: Call, status: int) -> Response:
    """What the sandbox sends with this status when it has trouble."""
    return html(_GONE, status)


def _offer(state: State, key: str, form: LinkForm) -> Offer | None:
    offer = state.sandbox.offers.get(key)
    return offer if offer is not None and offer.form == form else None


def _ready(offer: Offer) -> bool:
    """Whether the file is there; each question that comes too early brings it nearer."""
    if offer.polls <= 0:
        return True
    offer.polls -= 1
    return False


def _hand_over(state: State, key: str) -> Response:
    """The file itself; its key is worth nothing afterwards."""
    file = state.sandbox.offers.pop(key).file
    headers = {"content-disposition": disposition(file.name), "content-type": file.media}
    return Response(file.content, 200, headers)


def _to_failed() -> Response:
    return html("", 302, {"location": f"/{_INDEX}?action=CSDownloadFailed"})
