"""Reading the portal's sign-in page: the form's hidden fields, and what a refusal looks like.

Tag by tag, not by one pattern: attributes come in any order, markup is unclosed, and inputs with similar
names (``_token_hint``) must not match.  Nothing of a page is ever repeated in an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final, Literal

from ..core.http import json_object
from ..secret import Secret

__all__ = ["CSRF_FIELD", "Refusal", "captcha_demanded", "hidden_fields", "refusal_of"]

CSRF_FIELD: Final = "_token"
_MAX_PAGE: Final = 2 * 1024 * 1024

Refusal = Literal["credentials", "captcha", "expired"]

# Texts and markers other public clients have met on these pages.
_WRONG_CREDENTIALS: Final = ("Upewnij się, że nie", "Podany adres e-mail jest nieprawidłowy")
_CAPTCHA: Final = ("g-recaptcha", "captchaValidate", "robotem")
_EXPIRED: Final = ("Sesja logowania wygasła",)


def _text(page: bytes) -> str:
    return page[:_MAX_PAGE].decode("utf-8", "replace")


def hidden_fields(page: bytes) -> dict[str, Secret]:
    """Return the hidden inputs of the page, and the CSRF field whatever its type; empty values left out."""
    found: dict[str, Secret] = {}
    for attributes in _inputs(_text(page)):
        name, value = attributes.get("name"), attributes.get("value")
        hidden = attributes.get("type", "").lower() == "hidden"
        if name and value and (name == CSRF_FIELD or hidden):
            found.setdefault(name, Secret(value))
    return found


def _inputs(text: str) -> Iterator[dict[str, str]]:
    """The attributes of each input, in the order of the page.

    Every character is looked at a few times at most, whatever the page is made of: a sign-in waits for this,
    and no deadline interrupts it. (Parsers of the standard library take hours for some pages of a megabyte.)
    """
    place = 0
    while (start := _START.search(text, place)) is not None:
        tag = start[0].lower()
        if tag == "<!--":
            place = start.end()
        else:
            attributes, place = _attributes(text, start.end())
            if tag == "<input" and attributes is not None:
                yield attributes
        # Nothing in a comment or a script is markup; what does not end goes on to the end of the page.
        ending = _ENDS.get(tag)
        if ending is not None:
            end = ending.search(text, place)
            place = len(text) if end is None else end.end()


def _attributes(text: str, place: int) -> tuple[dict[str, str] | None, int]:
    """The attributes of a tag whose name ends here, and where the tag ends; None for one that never ends."""
    found: dict[str, str] = {}
    while (item := _ATTRIBUTE.match(text, place)) is not None:
        place, quote = item.end(), item["quote"]
        value = item["bare"] or ""
        if quote is not None:
            end = text.find(quote, place)
            if end < 0:
                return None, len(text)
            value, place = text[place:end], end + 1
        found[item["name"].lower()] = unescape(value)
    end = text.find(">", place)
    return (None, len(text)) if end < 0 else (found, end + 1)


# No part of these patterns can take what the next one wants, so they never go back.
_START: Final = re.compile(r"<!--|<[a-zA-Z][^\s/>]*+")
_ENDS: Final = {
    "<!--": re.compile(r"-->"),
    "<script": re.compile(r"</script(?=[\s/>])", re.IGNORECASE),
    "<style": re.compile(r"</style(?=[\s/>])", re.IGNORECASE),
}
_ATTRIBUTE: Final = re.compile(
    r"[\s/]*+(?P<name>[^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:(?P<quote>[\"'])|(?P<bare>[^\s>]*+)))?"
)


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
    body = json_object(text)
    if body is None:
        return None
    if body.get("captchaRequired") is True:
        return "captcha"
    return "credentials" if body.get("errors") else None
