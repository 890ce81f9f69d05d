"""Reading the portal's sign-in page: the form's hidden fields, and what a refusal looks like.

An HTML parser, not a pattern: attributes come in any order, markup is unclosed, and inputs with similar names
(``_token_hint``) must not match.  Nothing of a page is ever repeated in an error.
"""

from __future__ import annotations

import contextlib
import json
from html.parser import HTMLParser
from typing import Any, Final, Literal

from ..secret import Secret

__all__ = ["CSRF_FIELD", "Refusal", "captcha_demanded", "hidden_fields", "refusal_of"]

CSRF_FIELD: Final = "_token"
_MAX_PAGE: Final = 2 * 1024 * 1024

Refusal = Literal["credentials", "captcha", "expired"]

# Texts and markers other public clients have met on these pages.
_WRONG_CREDENTIALS: Final = ("Upewnij się, że nie", "Podany adres e-mail jest nieprawidłowy")
_CAPTCHA: Final = ("g-recaptcha", "captchaValidate", "robotem")
_EXPIRED: Final = ("Sesja logowania wygasła",)


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, Secret] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "input":
            return
        attributes = dict(attrs)
        name, value = attributes.get("name"), attributes.get("value")
        hidden = (attributes.get("type") or "").lower() == "hidden"
        if name and value and (name == CSRF_FIELD or hidden):
            self.found.setdefault(name, Secret(value))


def _text(page: bytes) -> str:
    return page[:_MAX_PAGE].decode("utf-8", "replace")


def hidden_fields(page: bytes) -> dict[str, Secret]:
    """Return the hidden inputs of the page, and the CSRF field whatever its type; empty values left out."""
    parser = _Inputs()
    # The parser gives up on a few malformed declarations; what it found before them counts.
    with contextlib.suppress(AssertionError):
        parser.feed(_text(page))
        parser.close()
    return parser.found


def captcha_demanded(page: bytes) -> bool:
    """Whether the page shows a captcha."""
    text = _text(page)
    return any(marker in text for marker in _CAPTCHA)


def refusal_of(page: bytes) -> Refusal | None:
    """Return what the page after the form says of a refusal, if it says anything we know."""
    text = _text(page)
    if text.lstrip().startswith("{"):
        return _refusal_of_json(text)
    if any(marker in text for marker in _WRONG_CREDENTIALS):
        return "credentials"
    if any(marker in text for marker in _EXPIRED):
        return "expired"
    if captcha_demanded(page):
        return "captcha"
    return None


def _refusal_of_json(text: str) -> Refusal | None:
    try:
        body: dict[str, Any] = json.loads(text)  # it begins with a brace
    except (ValueError, RecursionError):
        return None
    if body.get("captchaRequired") is True:
        return "captcha"
    return "credentials" if body.get("errors") else None
