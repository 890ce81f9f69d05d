"""Reading the sign-in page: the CSRF field in any markup, and what a refusal looks like."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from librus_sdk.flows.login_page import CSRF_FIELD, captcha_demanded, hidden_fields, refusal_of


def found(html: str) -> dict[str, str]:
    return {name: box.reveal() for name, box in hidden_fields(html.encode()).items()}


@pytest.mark.parametrize(
    "html",
    [
        '<input type="hidden" name="_token" value="abc">',
        '<input value="abc" name="_token" type="hidden">',
        "<input value='abc' name=_token>",
        "<input name=_token value=abc>",
        '<INPUT NAME="_token" VALUE="abc" TYPE="HIDDEN">',
        '<input\n  data-x=">"\n  value="abc"\n\n  name="_token"  >',
        '<input type="hidden" name="_token" value="abc" />',
        '<form><p><div><input type="hidden" name="_token" value="abc"><b>',
        '<form action="/a" <input type="hidden" name="_token" value="abc">><input name="_token" value="abc">',
        '</nothing></form><<input name="_token" value="abc">',
        '<input name="_token_hint" value="no"><input name="_token" value="abc">',
        '<input name="_token"><input name="_token" value=""><input name="_token" value="abc">',
        '<input name="_token" value="abc"><input name="_token" value="second">',
        '<!-- <input name="_token" value="no"> --><input name="_token" value="abc">',
        '<script>\'<input name="_token" value="no">\'</script><input name=_token value=abc>',
        '<input name="_token" value="abc" disabled readonly autocomplete=off>',
        '\ufeff<!DOCTYPE html><html><input name="_token" value="abc">',
        '<![if x]><!x y><input name="_token" value="abc">',
        '<style>\'<input name="_token" value="no">\'</style><input name=_token value=abc>',
        """<div data-x="<input name='_token' value='no'>"><input name=_token value=abc>""",
        '<input =odd = / name="_token" / value = "abc">',
        '<inputs name="_token" value="no"><input name="_token" value="abc">',
        '<input name="_token" value="no" value="abc">'.replace('value="no" ', ""),
    ],
)
def test_the_csrf_value_is_found_in_any_markup(html: str) -> None:
    assert found(html)[CSRF_FIELD] == "abc"


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<html><h1>Przerwa techniczna</h1>",
        '<input name="_token_hint" value="decoy">',
        '<input name="x_token" value="decoy">',
        '<input name="_TOKEN" value="decoy">',
        '<input id="_token" value="decoy">',
        '<meta name="_token" content="decoy">',
        '<button name="_token" value="decoy">',
        '<input name="_token" value="">',
        '<input name="_token">',
        '<!-- <input name="_token" value="decoy"> -->',
        '<input name="_token" value="cut',
        '<input name="_token" value="cut"',
        '<!-- never ends <input name="_token" value="decoy">',
        '<script>never ends <input name="_token" value="decoy">',
    ],
)
def test_what_is_not_the_field_is_not_taken_for_it(html: str) -> None:
    assert CSRF_FIELD not in found(html)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a&amp;b", "a&b"),
        ("&quot;x&quot;", '"x"'),
        ("&#43;&#x3d;", "+="),
        ("a&b", "a&b"),
        ("ż&lt;ó", "ż<ó"),
        ("  a  ", "  a  "),
    ],
)
def test_entities_are_decoded_and_nothing_is_trimmed(written: str, meant: str) -> None:
    assert found(f'<input name="_token" value="{written}">') == {CSRF_FIELD: meant}


def test_hidden_fields_come_along_and_visible_ones_do_not() -> None:
    html = """
        <input type=hidden name=redirectTo value="/rodzina"> <input type=hidden name=empty value="">
        <input type=hidden value=nameless> <input name=email value=typed> <input type=text name=q value=typed>
        <input name=_token value=abc>
    """
    assert found(html) == {"redirectTo": "/rodzina", "_token": "abc"}


def test_bytes_that_are_no_text_do_not_hide_the_field() -> None:
    assert hidden_fields(b'\xff\xfe<input name="_token" value="abc">\x00')[CSRF_FIELD].reveal() == "abc"


def test_a_value_is_boxed() -> None:
    assert "abc" not in repr(hidden_fields(b'<input name="_token" value="abc">'))


def test_the_end_of_an_endless_page_is_not_read() -> None:
    assert hidden_fields(b" " * (2 * 1024 * 1024) + b'<input name="_token" value="abc">') == {}


PIECES = [
    "<",
    "<a ",
    "<!--",
    "<!",
    "<?",
    "</",
    "<a b='",
    "<input a=\"'",
    "<input name=_token value=",
    "<input =",
    "&#",
]


@pytest.mark.parametrize("piece", PIECES)
def test_no_page_takes_long(piece: str) -> None:
    """Half a megabyte of anything is read in a moment; twice as much takes twice as long, not four times."""
    page = (piece * (2**19 // len(piece))).encode()
    began = time.process_time()
    hidden_fields(page)
    assert time.process_time() - began < 5


MARKUP = st.text(st.sampled_from("<>!-/\"'= &;#[]?abinput_tokenvalue\n\x00é"), max_size=120)


@given(st.one_of(st.binary(max_size=200), MARKUP.map(str.encode)))
@example(b"<![CDATA[")
@example(b"<!DOCTYPE [<!ENTITY")
@example(b"<![a[")
@example(b"<!" + b"[" * 50)
def test_no_bytes_raise(data: bytes) -> None:
    hidden_fields(data)
    captcha_demanded(data)
    refusal_of(data)


@given(st.one_of(st.binary(max_size=100), MARKUP.map(str.encode)))
def test_garbage_before_a_finished_tag_does_not_matter_when_it_opens_nothing(data: bytes) -> None:
    junk = bytes(byte for byte in data if byte not in b"<&")
    assert CSRF_FIELD in hidden_fields(junk + b'<input name="_token" value="abc">')


# --- what a refusal looks like -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("<p>Upewnij się, że nie próbujesz", "credentials"),
        ("<p>Podany adres e-mail jest nieprawidłowy.", "credentials"),
        ("<div class=message>Sesja logowania wygasła", "expired"),
        ('<div class="g-recaptcha">', "captcha"),
        ("<script>captchaValidate()</script>", "captcha"),
        ("<p>Potwierdź, że nie jesteś robotem", "captcha"),
        ("<p>Podany adres e-mail jest nieprawidłowy.<div class=g-recaptcha>", "credentials"),
        ('{"errors": ["Nieprawidłowy login"], "captchaRequired": false}', "credentials"),
        ('{"errors": ["x"], "captchaRequired": true}', "captcha"),
        ('  {"status": "error", "errors": [{"message": "x"}]}', "credentials"),
        ('{"errors": []}', None),
        ('{"redirect": "/rodzina/home"}', None),
        ('{"captchaRequired": "yes"}', None),
        ("{not json", None),
        ('{"a":' * 5000, None),
        ("", None),
        ("<h1>Konto LIBRUS</h1>", None),
        ("[1]", None),
    ],
)
def test_what_the_page_after_the_form_says(text: str, refusal: str | None) -> None:
    assert refusal_of(text.encode()) == refusal


def test_json_that_is_no_object_says_nothing() -> None:
    assert refusal_of(b'{"errors": 1}x') is None
    assert refusal_of(b"\xff\xff") is None
