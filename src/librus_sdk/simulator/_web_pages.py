"""The HTML of synergia.librus.pl and of the sign-in form on api.librus.pl."""

from __future__ import annotations

from typing import Final

__all__ = [
    "BLOCKED",
    "BREAK",
    "HOME",
    "NOT_FOUND",
    "NO_FILE",
    "RULES",
    "SIGN_IN",
    "SIGN_IN_FORM",
    "THROTTLED",
]

SIGN_IN_FORM: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>LIBRUS Synergia</title></head>
<body><form id="formLogin" method="post" action="/OAuth/Authorization?client_id=46">
<input type="hidden" name="action" value="login">
<label for="Login">Login <input id="Login" name="login" autocomplete="username"></label>
<label for="Pass">Hasło <input id="Pass" name="pass" type="password"></label>
<button id="LoginBtn" type="submit">Zaloguj</button>
</form><script src="/OAuth/js/login.js" defer></script></body></html>
"""

SIGN_IN: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Synergia - logowanie</title></head>
<body><h2>Sesja wygasła</h2><form method="post" action="/loguj">
<input name="login"><input type="password" name="passwd"><button>Zaloguj</button>
</form></body></html>
"""

HOME: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Synergia</title></head>
<body><div id="user-section">jesteś zalogowany jako: rodzic</div>
<a href="/wyloguj">Wyloguj</a><div id="graphic-menu"></div></body></html>
"""

RULES: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Regulamin</title></head>
<body><form method="post" action="/OAuth/Authorization/AcceptRules?client_id=46">
<p>Aby kontynuować, zaakceptuj regulamin.
<label><input type="checkbox" name="rules" value="1"> Akceptuję</label><button>Dalej</button>
</form></body></html>
"""

THROTTLED: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>LIBRUS</title></head>
<body><p>Zbyt wiele prób. Spróbuj ponownie za chwilę.</body></html>
"""

BLOCKED: Final = """<html><head><title>Request Rejected</title></head>
<body>The URL you requested has been blocked. Please consult with your administrator.</body></html>
"""

BREAK: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Przerwa techniczna</title></head>
<body><h2 class="inside">Przerwa techniczna</h2><p>Zapraszamy później.</body></html>
"""

NOT_FOUND: Final = "<!DOCTYPE html><title>404</title><p>Nie znaleziono strony"
NO_FILE: Final = "<!DOCTYPE html><title>Synergia</title><p>Plik nie istnieje"
