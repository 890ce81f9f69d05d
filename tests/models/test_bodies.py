"""Bodies of messages: base64, XML, HTML; and those who would break what reads them."""

from __future__ import annotations

import base64
import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.models._bodies import decoded_body, plain_text

LONGEST_S = 5.0


def packed(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def wrapped(inside: str) -> str:
    return f"<Message><Content>{inside}</Content></Message>"


@pytest.mark.parametrize(
    ("document", "content"),
    [
        (wrapped("<![CDATA[Dzień<br>dobry]]>"), "Dzień<br>dobry"),
        ('<?xml version="1.0" encoding="UTF-8"?>\n' + wrapped("<![CDATA[ą]]>"), "ą"),
        ("\ufeff" + wrapped("<![CDATA[ą]]>"), "ą"),
        ('\ufeff<?xml version="1.0"?>' + wrapped("<![CDATA[ą]]>"), "ą"),
        (wrapped("<![CDATA[a]]]]><![CDATA[>b]]>"), "a]]>b"),
        (wrapped("<![CDATA[a</Content>b]]>"), "a</Content>b"),
        ("<Message><Content><![CDATA[a]]></Content><Actions><![CDATA[b]]></Actions></Message>", "a"),
        (wrapped("a &lt;b&gt; &amp;amp; &quot;&apos;"), "a <b> &amp; \"'"),
        ("<Message><![CDATA[a]]></Message>", "a"),
        ("<Message>a</Message>", "a"),
        ("<Message><Content><![CDATA[cut of", "cut of"),
        ("<Message><Content>cut of", "cut of"),
        ("<Message", "<Message"),
        ("<MessageBox>a</MessageBox>", "<MessageBox>a</MessageBox>"),
        ("<?xml version='1.0'?><Other>a</Other>", "<?xml version='1.0'?><Other>a</Other>"),
        ("<p>zwykły</p>", "<p>zwykły</p>"),
        ("Piszę o <Message> w tekście", "Piszę o <Message> w tekście"),
    ],
)
def test_what_is_in_a_body(document: str, content: str) -> None:
    assert decoded_body(packed(document)) == content
    assert decoded_body(document) == content


def test_entities_and_documents_types_are_never_resolved() -> None:
    bombs = '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    assert decoded_body(packed(bombs + wrapped("<![CDATA[&b;&c;]]>"))) == "&b;&c;"
    assert decoded_body(packed(bombs + wrapped("&b;&c;&amp;"))) == "&b;&c;&"
    assert plain_text("&b;&c;") == "&b;&c;"


@pytest.mark.parametrize("cut", range(1, 25))
def test_a_preview_may_end_inside_a_letter(cut: int) -> None:
    text = "Zażółć gęślą jaźń 😀!"
    start = text.encode()[:cut]
    assert decoded_body(packed(start)) == start.decode(errors="ignore")


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Zebranie",
        "Plan",
        "Dzień dobry!",
        "abc",
        "ab==cd",
        "====",
        "ąąąą",
        "TWF\u00a0",
        packed(bytes(range(200))),
    ],
)
def test_what_is_no_base64_of_text_stays(sent: str) -> None:
    assert decoded_body(sent) == sent


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("a<br>b<br/>c<BR />\r\nd", "a\nb\nc\nd"),
        ("a\nb\r\nc", "a\nb\nc"),
        ("<p>a</p>\n<p>b</p><p>c", "a\n\nb\n\nc"),
        ("<div>a</div><div>b</div>c", "a\nb\nc"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\nc"),
        ("<ol>\n <li>a</li>\n <li>b</li>\n</ol>", "1. a\n2. b"),
        ("<li>a", "- a"),
        ("</ol>a", "a"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<b>a</b> &amp; &lt;i&gt; &nbsp;&oacute;&#x105;&#261;", "a & <i>  óąą"),
        ('<a href="https://liblink.pl/Ab1">strona</a>!', "strona (https://liblink.pl/Ab1)!"),
        ("<a target=x href='https://liblink.pl/A?a=1&amp;b=2'>tu</a>", "tu (https://liblink.pl/A?a=1&b=2)"),
        ("<a href=https://liblink.pl/A>https://liblink.pl/A/</a>", "https://liblink.pl/A/"),
        ('<a href="https://liblink.pl/A"></a>', "https://liblink.pl/A"),
        ('<a href="mailto:a@example.org?subject=x">pisz</a>', "pisz (a@example.org)"),
        ('<a href="mailto:a@example.org">a@example.org</a>', "a@example.org"),
        ('<a href="javascript:alert(1)">klik</a><a name="x">b</a><a href="">c</a>', "klikbc"),
        ('<a href="https://a.pl">a<a href="https://b.pl">b', "a (https://a.pl)b (https://b.pl)"),
        ("1 < 2 > 0 <jan@example.org> <Kowalski> <3", "1 < 2 > 0 <jan@example.org> <Kowalski> <3"),
        ("a<script>alert('<b>')</script>b<style>x</style>c<script>d", "abc"),
        ("a<!-- <p>b</p> -->c<!-- d", "ac<!-- d"),
        ("&#99999999999999999999;&#0;&#xd800;", "\ufffd\ufffd\ufffd"),
        ("\n\n<p>\n</p>a\n\n", "a"),
        ("", ""),
    ],
)
def test_html_as_text(body: str, text: str) -> None:
    assert plain_text(body) == text


def test_a_tag_that_was_cut_in_two() -> None:
    assert plain_text('a <a href="https://lib', is_cut=True) == "a "
    assert plain_text("a <p", is_cut=True) == "a "
    assert plain_text("a < b", is_cut=True) == "a < b"
    assert plain_text("a <p", is_cut=False) == "a <p"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\xa0")))
def test_typed_text_comes_back(text: str) -> None:
    assert plain_text(html.escape(text)) == text
    assert decoded_body(packed(wrapped(f"<![CDATA[{html.escape(text)}]]>"))) == html.escape(text)


PIECES = [
    *("<", ">", "<p>", "</p>", "<br>", "<a href='", "'>", "</a>", "<li>", "<ol>", "<!--", "-->", "<script>"),
    *("</script", "&", "&#", ";", "9" * 9, "<![CDATA[", "]]>", "<Message>", "<Content>", "\n", "x", " ", "ą"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_body_can_be_shown(body: str) -> None:
    for sent in (body, packed(body), packed(f"<Message>{body}")):
        for is_cut in (True, False):
            plain_text(decoded_body(sent), is_cut=is_cut).encode()


@given(st.binary())
def test_any_bytes_can_be_shown(content: bytes) -> None:
    plain_text(decoded_body(packed(content))).encode()


@pytest.mark.parametrize(
    "piece", [*PIECES, "<a href=", "<a href='http://x'>t", "<x ", "&#9", "href ", "<td>"]
)
def test_long_bodies_take_no_longer_than_their_length(piece: str) -> None:
    body = piece * (150_000 // len(piece))
    began = time.process_time()
    plain_text(body, is_cut=True)
    decoded_body(f"<Message>{body}")
    decoded_body(packed(body))
    assert time.process_time() - began < LONGEST_S
