"""Bodies of messages: from what the messages' website sends to HTML, and from HTML to plain text.

Nothing here is an XML parser: no entity is resolved, no DTD read, and every step takes time in proportion to
the length of the text, whatever the text is.
"""

from __future__ import annotations

import base64
import codecs
import html
import re
from typing import Final

__all__ = ["decoded_body", "plain_text"]

# --- what is packed ---------------------------------------------------------------------------------------

_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_ODD_IN_TEN: Final = 1
_MARK: Final = "\ufeff"


def decoded_body(sent: str) -> str:
    """Return the HTML of a body: out of base64 and out of its XML, each only where it is there.

    A preview is cut at a number of bytes, maybe inside a letter; what is left of that letter is dropped.
    """
    unpacked = _unpacked(sent.strip())
    return _content(sent if unpacked is None else unpacked)


# Not what Python calls unprintable: letters and pictures are added to Unicode every year.
_ODD: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")


def _unpacked(sent: str) -> str | None:
    """Return what base64 stands for; None where it is none, or stands for no text."""
    if not _BASE64.fullmatch(sent) or len(sent) % 4:
        return None
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(base64.b64decode(sent))
    text = text.removeprefix(_MARK)
    odd = len(_ODD.findall(text))
    return text if text and odd * 10 <= len(text) * _ODD_IN_TEN else None


# --- the XML around it ------------------------------------------------------------------------------------

_ELEMENT: Final = re.compile(r"<Message[\s/>]")
_OPEN, _CLOSE = "<![CDATA[", "]]>"


def _content(text: str) -> str:
    """Return what the XML around a body holds; the text itself where there is none."""
    start = text.lstrip(_MARK + " \t\r\n")
    if not start.startswith(("<Message", "<?xml", "<!DOCTYPE")):
        return text
    element = _ELEMENT.search(start)
    if element is None:
        return text
    inside = start[start.find(">", element.start()) + 1 :]
    content = inside.find("<Content")
    if content >= 0:
        inside = inside[inside.find(">", content) + 1 :]
    return _sections(inside) if _OPEN in inside else _characters(inside)


def _sections(inside: str) -> str:
    """Return the text of the CDATA sections up to the end of the element; the last may be cut short."""
    found: list[str] = []
    at = 0
    while (begin := inside.find(_OPEN, at)) >= 0:
        if "</Content" in inside[at:begin]:
            break
        begin += len(_OPEN)
        end = inside.find(_CLOSE, begin)
        if end < 0:
            found.append(inside[begin:])
            break
        found.append(inside[begin:end])
        at = end + len(_CLOSE)
    return "".join(found)


_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_REFERENCE: Final = re.compile(r"&(lt|gt|amp|quot|apos);")


def _characters(inside: str) -> str:
    """Return text that stands in the element as it is, with the five entities every XML has."""
    for end in ("</Content", "</Message"):
        inside = inside.partition(end)[0]
    return _REFERENCE.sub(lambda found: _NAMED[found[1]], inside)


# --- from HTML to text ------------------------------------------------------------------------------------

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})(?![a-zA-Z0-9:@.-])([^<>]*)>")
_CUT_TAG: Final = re.compile(r"<[a-zA-Z/!][^<>]*\Z")
_HREF: Final = re.compile(r"""(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.IGNORECASE)
_AFTER_BREAK: Final = re.compile(r"[ \t]*\r?\n")
_UNSEEN: Final = frozenset({"head", "script", "style", "template", "title"})
# How many line ends part an element from what stands before and after it.
_APART: Final = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "blockquote", "table"), 2),
    **dict.fromkeys(("address", "article", "div", "dl", "dt", "dd", "footer", "header", "hr", "li", "ol"), 1),
    **dict.fromkeys(("section", "tr", "ul"), 1),
}
_KNOWN: Final = frozenset(
    {
        *_APART,
        *_UNSEEN,
        *("a", "abbr", "b", "base", "big", "body", "br", "caption", "center", "cite", "code", "col"),
        *("colgroup", "del", "em", "figure", "font", "form", "html", "i", "iframe", "img", "input", "ins"),
        *("kbd", "label", "link", "main", "mark", "meta", "nav", "object", "q", "s", "samp", "small"),
        *("span", "strike", "strong", "sub", "sup", "tbody", "td", "tfoot", "th", "thead", "tt", "u"),
        *("var", "wbr"),
    }
)
_SHOWN_SCHEMES: Final = ("http://", "https://")
_MAIL: Final = "mailto:"


def plain_text(body: str, *, is_cut: bool = False) -> str:
    """Return HTML as plain text: line breaks, paragraphs, lists, and links as ``text (address)``.

    Line ends of the HTML itself are kept: most messages are plain lines. What looks like a tag but is none of
    HTML is text. With ``is_cut`` a tag at the end that was cut in two is dropped.
    """
    if is_cut:
        body = _CUT_TAG.sub("", body)
    return _Text().of(_without_comments(body))


class _Text:
    """Text in the making."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._ends = 0
        self._is_empty = True
        self._wanted = 0
        self._lists: list[int | None] = []
        self._href: str | None = None
        self._linked_from = 0

    def of(self, body: str) -> str:
        at = 0
        while (tag := _next_tag(body, at)) is not None:
            self._say(_readable(body[at : tag.start()]))
            at = tag.end()
            name, is_end = tag[2].lower(), bool(tag[1])
            if name == "br":
                at = self._break(body, at)
            elif name in _UNSEEN and not is_end:
                at = _end_of(body, at, f"</{name}")
            else:
                self._tag(name, tag[3], is_end=is_end)
        self._say(_readable(body[at:]))
        self._end_link()
        return "".join(self._parts).strip("\n")

    def _say(self, text: str) -> None:
        if self._wanted and text.strip():
            if not self._is_empty and self._ends < self._wanted:
                self._add("\n" * (self._wanted - self._ends))
            self._wanted = 0
        if self._wanted:
            # Between two paragraphs: the line ends that part them are counted, the rest means nothing.
            text = "\n" * min(text.count("\n"), max(0, self._wanted - self._ends))
        self._add(text)

    def _add(self, text: str) -> None:
        if not text:
            return
        self._parts.append(text)
        rest = text.rstrip("\n")
        ends = len(text) - len(rest)
        self._ends = ends if rest else self._ends + ends
        self._is_empty = self._is_empty and not rest

    def _break(self, body: str, at: int) -> int:
        self._add("\n")
        line_end = _AFTER_BREAK.match(body, at)
        return line_end.end() if line_end else at

    def _tag(self, name: str, attributes: str, *, is_end: bool) -> None:
        if name == "a":
            self._end_link()
            if not is_end:
                self._begin_link(attributes)
            return
        if name in {"ol", "ul"}:
            if not is_end:
                self._lists.append(0 if name == "ol" else None)
            elif self._lists:
                self._lists.pop()
        self._wanted = max(self._wanted, _APART.get(name, 0))
        if name == "li" and not is_end:
            self._say(self._bullet())
        elif name in {"td", "th"} and not is_end and not (self._ends or self._wanted or self._is_empty):
            self._add("\t")

    def _bullet(self) -> str:
        if not self._lists or (number := self._lists[-1]) is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number + 1}. "

    def _begin_link(self, attributes: str) -> None:
        found = _HREF.search(attributes)
        self._href = html.unescape(next(filter(None, found.groups()), "")).strip() if found else None
        self._linked_from = len(self._parts)

    def _end_link(self) -> None:
        """Say where a link leads, unless its text is that address."""
        href, self._href = self._href or "", None
        text = "".join(self._parts[self._linked_from :]).strip() if href else ""
        if href.lower().startswith(_MAIL):
            href = href[len(_MAIL) :].partition("?")[0]
        elif not href.lower().startswith(_SHOWN_SCHEMES):
            return
        if href.rstrip("/") != text.rstrip("/"):
            self._say(f" ({href})" if text else href)


def _next_tag(body: str, at: int) -> re.Match[str] | None:
    """Return the next tag of HTML; what only looks like one is text."""
    while (found := _TAG.search(body, at)) is not None and found[2].lower() not in _KNOWN:
        at = found.end()
    return found


def _end_of(body: str, at: int, mark: str) -> int:
    """Return where what is not shown ends: at its end tag, or at the end of all."""
    found = re.compile(re.escape(mark), re.IGNORECASE).search(body, at)
    return found.start() if found else len(body)


_NUMBERED: Final = re.compile(r"&#\d{8,};?", re.ASCII)


def _readable(text: str) -> str:
    """Return text with its entities resolved."""
    # Python refuses to read numbers of thousands of digits; no character has as many as eight.
    text = html.unescape(_NUMBERED.sub("\ufffd", text))
    return text.replace("\xa0", " ").replace("\r\n", "\n")


def _without_comments(body: str) -> str:
    found: list[str] = []
    at = 0
    while (begin := body.find("<!--", at)) >= 0 and (end := body.find("-->", begin + 4)) >= 0:
        found.append(body[at:begin])
        at = end + 3
    return "".join([*found, body[at:]])
