"""The portal's HTML: pages that look like a grown web application, not like a test."""

from __future__ import annotations

from html import escape
from typing import Final

__all__ = ["CAPTCHA", "EXPIRED", "HOME", "MAINTENANCE", "WRONG_EMAIL", "WRONG_LOGIN", "login_page"]

WRONG_LOGIN: Final = (
    "Upewnij się, że nie próbujesz zalogować się danymi otrzymanymi ze szkoły. "
    "Konto LIBRUS wymaga adresu e-mail i własnego hasła."
)
WRONG_EMAIL: Final = "Podany adres e-mail jest nieprawidłowy."
CAPTCHA: Final = "captcha"

EXPIRED: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Page Expired</title></head>
<body><div class="code">419</div><div class="message">Sesja logowania wygasła</div></body></html>
"""

HOME: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Konto LIBRUS</title></head>
<body><div id="app"></div><script src="/assets/rodzina.js" defer></script></body></html>
"""

MAINTENANCE: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Przerwa techniczna</title></head>
<body><h1>Przerwa techniczna</h1><p>Trwają prace serwisowe. Zapraszamy później.</body></html>
"""

# The markup is careless on purpose: unclosed paragraphs, attributes in any order and split over lines, an
# input whose name only begins like the right one, another form with a token of its own kind.
_LOGIN: Final = """<!DOCTYPE html>
<html lang="pl">
<head><meta charset="utf-8"><title>Logowanie &ndash; Konto LIBRUS</title>
<meta content="{token}" name=csrf-token>
<script>var cfg = {{"form": "<input name='_token' value='from-a-script'>", "a": 1 < 2}};</script>
<!-- <input type="hidden" name="_token" value="from-a-comment"> -->
</head>
<body class=login-page>
<form action="/wyszukaj" method="get"><input name="_token_hint" type=hidden value="decoy"><input name=q>
</form>
<div class="row"><p>Zaloguj się do Konta LIBRUS<br>
{notice}
<form id="login-form" action="/konto-librus/login/action" method="POST" autocomplete=off>
  <input value="decoy-2"
         type=hidden name='_token_hint'>
  <input
     value="{token}"  data-x='>'
     type="hidden"
     name="_token"  >
  <input type="hidden" name="redirectTo" value="{target}">{crc}
  <div><label for=email>E-mail<input id=email type="email" name="email" required value="">
  <div><label for=password>Hasło<input type="password" id="password" name="password" required>
{captcha}
  <button type=submit disabled>Zaloguj</button>
</form>
<p>Nie masz konta?<ul><li><a href="/konto-librus/rejestracja">Załóż je
</div>
</body>
"""
_CAPTCHA_MARKUP: Final = (
    '  <div class="g-recaptcha" data-sitekey="invented-site-key" data-callback="captchaValidate"></div>\n'
    "  <p>Potwierdź, że nie jesteś robotem."
)


def login_page(token: str, flash: str | None, target: str = "", crc: str = "") -> str:
    """Return the sign-in page, with the notice of a refused attempt or the captcha when there was one.

    ``target`` is where the form leads, ``crc`` its check value.
    """
    asks_captcha = flash == CAPTCHA
    notice = "" if flash is None or asks_captcha else f'<div class="alert alert-danger">{escape(flash)}</div>'
    check = f"\n  <input name=redirectCrc type=hidden value={crc}>" if crc else ""
    captcha = _CAPTCHA_MARKUP if asks_captcha else ""
    return _LOGIN.format(token=token, notice=notice, captcha=captcha, target=target, crc=check)
