"""What may have been meant by a command that does not exist: what is spelt alike, and words parents use."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

__all__ = ["WORDS", "guesses"]

WORDS: Final[Mapping[str, str]] = {
    "announcements list": "ogloszenia ogloszenie notices news",
    "attendance list": "frekwencja nieobecnosci nieobecnosc obecnosci spoznienia absences absence",
    "auth status": "status",
    "children list": "dzieci dziecko uczniowie kids students",
    "grades averages": "srednia srednie averages average",
    "grades behaviour": "zachowanie behaviour behavior",
    "grades list": "oceny ocena stopnie marks mark",
    "homework assignments": "zadania zadanie zadania-domowe assignments",
    "homework list": "terminarz kalendarz calendar agenda events sprawdziany kartkowki tests exams",
    "justifications conferences": "wywiadowki wywiadowka zebrania zebranie conferences meetings",
    "justifications list": "usprawiedliwienia usprawiedliwienie excuses",
    "login": "zaloguj logowanie signin sign-in",
    "logout": "wyloguj wylogowanie signout sign-out",
    "lucky-number get": "numerek szczesliwy-numerek szczesliwy lucky luckynumber",
    "messages list": "wiadomosci wiadomosc poczta skrzynka mail inbox",
    "notes list": "uwagi uwaga pochwaly pochwala praise",
    "notifications center": "powiadomienia powiadomienie",
    "overview": "dzis dzisiaj przeglad podsumowanie today summary",
    "school class": "klasa class",
    "school get": "szkola",
    "school users": "nauczyciele nauczyciel teachers teacher",
    "timetable free-days": "dni-wolne wolne holidays",
    "timetable substitutions": "zastepstwa zastepstwo substitutions",
    "timetable week": "plan plan-lekcji lekcje schedule week",
}
"""Commands, and what they are looked for as: Polish words, as :func:`_plain` makes them, and English ones."""
_MEANT: Final[Mapping[str, str]] = {
    word: command for command, words in WORDS.items() for word in words.split()
}
_OTHER_L: Final = str.maketrans("łŁ", "lL")


def guesses(typed: str, commands: Collection[str]) -> Sequence[str]:
    """Return what may have been meant, the likeliest first; nothing where nothing comes near."""
    plain = _plain(typed)
    meant = _MEANT.get(plain)
    return [meant] if meant else get_close_matches(plain, commands)


def _plain(word: str) -> str:
    """Return the word in small letters, without what is above and below them, its parts joined by hyphens."""
    # The stroke of that letter is no accent that could be taken off.
    parts = unicodedata.normalize("NFKD", word.translate(_OTHER_L).casefold())
    return "-".join(
        "".join(each for each in parts if not unicodedata.combining(each)).replace("_", " ").split()
    )
