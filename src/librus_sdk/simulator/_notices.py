"""The school's notice board (tablica ogłoszeń): a new announcement every two weeks, as the year goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from ._rows import Row, ref, stamp
from ._school import School
from ._year import SchoolYear

__all__ = ["notices"]

_EVERY: Final = timedelta(days=14)
# Longer than the step from one to the next: on a day of school one or two are shown.
_SHOWN: Final = timedelta(days=20)
_UNREAD: Final = 2

# The first one is shown the whole year. One text holds HTML entities, as live ones do, and one a line break.
_TEXTS: Final = (
    ("Godziny pracy sekretariatu", "Sekretariat jest czynny od poniedziałku do piątku w godz. 7:30-15:30."),
    ("Zebrania z rodzicami", "Zapraszamy na zebrania klasowe o godz. 17:00.\nWychowawcy czekają w salach."),
    (
        "Zbiórka makulatury",
        "Makulaturę można przynosić do piątku, przed godz. 8:00. &bdquo;Liczy się każda gazeta!&rdquo;",
    ),
    ("Pasowanie na ucznia", "Uroczystość klas pierwszych odbędzie się w sali gimnastycznej."),
    ("Święto Niepodległości", "Na apel przychodzimy w strojach galowych i śpiewamy hymn."),
    ("Dzień kolorowej skarpetki", "W środę przychodzimy w dwóch różnych skarpetkach."),
    ("Mikołajki", "Samorząd uczniowski zbiera karmę dla schroniska. Pudło stoi przy portierni."),
    ("Przerwa świąteczna", "W czasie przerwy sekretariat jest nieczynny. Wesołych Świąt!"),
    ("Szatnia", "Prosimy podpisywać kurtki i buty na zmianę. Rzeczy znalezione leżą na portierni."),
    ("Koniec semestru", "Oceny śródroczne zostaną wpisane do końca przyszłego tygodnia."),
    ("Zima w szkole", "Zapisy na zajęcia w czasie ferii przyjmuje sekretariat."),
    ("Zajęcia dodatkowe", "Nowy rozkład zajęć dodatkowych wisi obok biblioteki."),
    ("Obiady", "Opłaty za obiady przyjmujemy do końca tygodnia."),
    ("Konkurs recytatorski", "Zapisy u nauczycieli języka polskiego. Można wybrać dowolny wiersz."),
    ("Pierwszy dzień wiosny", "Przychodzimy ubrani na zielono. Lekcje odbywają się zgodnie z planem."),
    ("Zbiórka elektrośmieci", "Stare telefony i baterie można zostawiać w pudle przy szatni."),
    ("Dzień Ziemi", "Klasy sprzątają okolicę szkoły. Prosimy o rękawiczki."),
    ("Egzamin ósmoklasisty", "W dniach egzaminu prosimy o ciszę na pierwszym piętrze."),
    ("Piknik rodzinny", "Zapraszamy rodziny na boisko. Ciasta przyjmuje Rada Rodziców."),
    ("Dzień Dziecka", "Po lekcjach zapraszamy na zawody sportowe na boisku."),
    ("Zwrot podręczników", "Podręczniki oddajemy w bibliotece, klasami, według listy na drzwiach."),
    ("Zakończenie roku", "Świadectwa rozdają wychowawcy w salach. Obowiązują stroje galowe."),
)


def notices(seed: int, school: School, year: SchoolYear, today: date) -> Iterator[Row]:
    """What was put up by today, the oldest first. The family has yet to open the latest ones.

    The ids are a number and texts.
    """
    starts = [year.next_school_day(year.start + number * _EVERY) for number in range(len(_TEXTS))]
    put_up = [
        (day, *text) for day, text in zip(starts, _TEXTS, strict=True) if day is not None and day <= today
    ]
    for number, (day, subject, content) in enumerate(put_up):
        yield {
            "Id": f"LID-NBOARD-NOTICE-{seed % 97:02d}f0c{number}" if number else 8100,
            "StartDate": day.isoformat(),
            "EndDate": (day + _SHOWN if number else year.end).isoformat(),
            "Subject": subject,
            "Content": content,
            "AddedBy": ref("Users", school.head.id),
            "CreationDate": stamp(day, 450),
            "WasRead": number < len(put_up) - _UNREAD,
        }
