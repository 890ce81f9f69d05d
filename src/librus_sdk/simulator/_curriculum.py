"""What an invented primary school teaches and how it marks: the fixed data behind the generated year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "AGENDA_CATEGORIES",
    "ATTENDANCE_TYPES",
    "BELL",
    "GRADE_CATEGORIES",
    "LEVELS",
    "SUBJECTS",
    "YOUNG",
    "Subject",
]


@dataclass(frozen=True, slots=True)
class Subject:
    """A school subject.

    Attributes:
        name: as the register shows it.
        short: the school's abbreviation.
        marked: whether it has marks; early education (edukacja wczesnoszkolna) is described instead.
        groups: names of the two groups a class is split into, or empty.
        rooms: symbols of the rooms it is taught in, one for each group at least; none: in the tutor's.
        topics: what its tests are about.
    """

    name: str
    short: str
    marked: bool = True
    groups: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


SUBJECTS: Final[dict[str, Subject]] = {
    item.short: item
    for item in (
        Subject(
            "Język polski",
            "pol",
            rooms=("12", "13", "15"),
            topics=("Lektura: Pinokio", "Części zdania", "Ortografia: ó i u", "Charakterystyka postaci"),
        ),
        Subject(
            "Matematyka",
            "mat",
            rooms=("14", "19", "20"),
            topics=("Ułamki zwykłe", "Pola figur", "Równania", "Procenty"),
        ),
        Subject(
            "Język angielski",
            "ang",
            groups=("j.ang gr. 1", "j.ang gr. 2"),
            rooms=("21", "23", "24", "26"),
            topics=("Past simple", "Unit 3: Food", "Słówka, unit 4", "Present perfect"),
        ),
        Subject(
            "Język niemiecki", "niem", rooms=("22", "27"), topics=("Meine Familie", "Liczebniki", "Perfekt")
        ),
        Subject(
            "Historia",
            "hist",
            rooms=("8", "28"),
            topics=("Piastowie", "Rzeczpospolita szlachecka", "Rozbiory"),
        ),
        Subject(
            "Przyroda", "przyr", rooms=("9",), topics=("Składniki pogody", "Mapa i plan", "Budowa rośliny")
        ),
        Subject(
            "Geografia", "geo", rooms=("10",), topics=("Mapa Polski", "Krajobrazy świata", "Ludność Europy")
        ),
        Subject("Biologia", "biol", rooms=("11",), topics=("Komórka", "Tkanki", "Układ krążenia")),
        Subject("Chemia", "chem", rooms=("16",), topics=("Budowa atomu", "Wiązania", "Kwasy i zasady")),
        Subject("Fizyka", "fiz", rooms=("17",), topics=("Gęstość", "Zasady dynamiki", "Praca i moc")),
        Subject("Wiedza o społeczeństwie", "wos", rooms=("8", "28"), topics=("Samorząd", "Konstytucja")),
        Subject("Edukacja dla bezpieczeństwa", "edb", rooms=("18",), topics=("Pierwsza pomoc",)),
        Subject(
            "Informatyka", "inf", rooms=("K1", "K3"), topics=("Arkusz kalkulacyjny", "Algorytmy w Scratchu")
        ),
        Subject("Technika", "tech", rooms=("K2",), topics=("Znaki drogowe", "Rysunek techniczny")),
        Subject("Muzyka", "muz", rooms=("5",), topics=("Wartości nut",)),
        Subject("Plastyka", "plast", rooms=("6",), topics=("Perspektywa",)),
        Subject(
            "Wychowanie fizyczne",
            "wf",
            groups=("wf dziewczęta", "wf chłopcy"),
            rooms=("SG", "SM", "B1", "B2"),
            topics=(),
        ),
        Subject("Religia", "rel", marked=True, rooms=("7",), topics=("Przypowieści",)),
        Subject("Godzina wychowawcza", "gw", marked=False),
        Subject(
            "Edukacja polonistyczna",
            "e.pol",
            marked=False,
            rooms=("2",),
            topics=("Czytamy wiersz", "Litera ż"),
        ),
        Subject(
            "Edukacja matematyczna", "e.mat", marked=False, rooms=("2",), topics=("Dodawanie do 100", "Zegar")
        ),
        Subject("Edukacja przyrodnicza", "e.przyr", marked=False, rooms=("2",), topics=("Las jesienią",)),
        Subject("Edukacja plastyczna", "e.plast", marked=False, rooms=("2",), topics=("Kolory ciepłe",)),
        Subject("Edukacja muzyczna", "e.muz", marked=False, rooms=("5",), topics=("Głośno i cicho",)),
        Subject("Edukacja ruchowa", "e.ruch", marked=False, rooms=("SG",)),
    )
}

# Hours a week for each level of primary school.
LEVELS: Final[dict[int, dict[str, int]]] = {
    2: {
        "e.pol": 5,
        "e.mat": 4,
        "e.ruch": 3,
        "e.przyr": 2,
        "e.plast": 1,
        "e.muz": 1,
        "ang": 2,
        "inf": 1,
        "rel": 2,
    },
    4: {
        "pol": 5,
        "mat": 4,
        "ang": 3,
        "wf": 4,
        "przyr": 2,
        "hist": 1,
        "inf": 1,
        "tech": 1,
        "muz": 1,
        "plast": 1,
        "rel": 1,
        "gw": 1,
    },
    5: {
        "pol": 5,
        "mat": 4,
        "ang": 3,
        "wf": 4,
        "hist": 2,
        "geo": 1,
        "biol": 1,
        "inf": 1,
        "tech": 1,
        "muz": 1,
        "plast": 1,
        "rel": 1,
        "gw": 1,
    },
    6: {
        "pol": 5,
        "mat": 4,
        "ang": 3,
        "wf": 4,
        "hist": 2,
        "geo": 1,
        "biol": 1,
        "inf": 1,
        "tech": 1,
        "muz": 1,
        "plast": 1,
        "rel": 1,
        "gw": 1,
    },
    7: {
        "pol": 5,
        "mat": 4,
        "ang": 3,
        "wf": 4,
        "niem": 2,
        "hist": 2,
        "geo": 2,
        "biol": 2,
        "chem": 2,
        "fiz": 2,
        "inf": 1,
        "muz": 1,
        "plast": 1,
        "gw": 1,
    },
    8: {
        "pol": 5,
        "mat": 4,
        "ang": 3,
        "wf": 4,
        "niem": 2,
        "hist": 2,
        "wos": 2,
        "geo": 1,
        "biol": 1,
        "chem": 2,
        "fiz": 2,
        "inf": 1,
        "edb": 1,
        "gw": 1,
    },
}

# Classes 1 to 3 are taught as a whole and described instead of marked.
YOUNG: Final = 2

# Lesson number -> from, to. Lesson 0 exists in the register and is not used by these classes.
BELL: Final = (
    ("07:10", "07:55"), ("08:00", "08:45"), ("08:55", "09:40"), ("09:50", "10:35"), ("10:50", "11:35"),
    ("11:45", "12:30"), ("12:50", "13:35"), ("13:45", "14:30"), ("14:35", "15:20"),
)  # fmt: skip

# Name and the fields a category row has on the wire. Weights are odd on purpose: Librus sends numbers, texts,
# null, and leaves the key out.
GRADE_CATEGORIES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("Sprawdzian", {"Weight": 4, "CountToTheAverage": True}),
    ("Kartkówka", {"Weight": 2, "CountToTheAverage": True}),
    ("Odpowiedź ustna", {"Weight": 2, "CountToTheAverage": True}),
    ("Praca na lekcji", {"Weight": 1, "CountToTheAverage": True}),
    ("Zadanie domowe", {"Weight": "1", "CountToTheAverage": True}),
    ("Projekt", {"Weight": "2,5", "CountToTheAverage": True}),
    ("Aktywność", {"Weight": None, "CountToTheAverage": True}),
    ("Zeszyt", {"Weight": 1}),
    ("Diagnoza wstępna", {"Weight": 0, "CountToTheAverage": False}),
    ("Ocena śródroczna", {"Weight": None, "CountToTheAverage": False}),
    ("Ocena roczna", {"CountToTheAverage": False}),
)
ORDINARY_CATEGORIES: Final = 8  # the first ones; a teacher picks among them by weight
SEMESTER_CATEGORY: Final = 9
FINAL_CATEGORY: Final = 10

COLORS: Final = (
    ("aqua", "00FFFF"), ("blueviolet", "8A2BE2"), ("coral", "FF7F50"), ("gold", "FFD700"),
    ("lightgreen", "90EE90"), ("orchid", "DA70D6"), ("salmon", "FA8072"), ("skyblue", "87CEEB"),
)  # fmt: skip

# What teachers write under a good, a middling and a bad mark.
GRADE_COMMENTS: Final = (
    ("Bardzo ładna praca!", "Praca staranna.", "Prawie maksimum punktów: 18/20."),
    ("Praca staranna.", "Drobne błędy w zadaniu 3.", "Stać Cię na więcej!"),
    ("Brak zeszytu.", "Proszę poprawić do końca miesiąca.", "Proszę powtórzyć cały dział."),
)

# Standard ids are fixed by Librus; 4766 is the kind of type a school adds itself.
ATTENDANCE_TYPES: Final[tuple[dict[str, Any], ...]] = (
    {
        "Id": 1,
        "Name": "Nieobecność",
        "Short": "nb",
        "ColorRGB": "FFCCCC",
        "Standard": True,
        "IsPresenceKind": False,
    },
    {
        "Id": 2,
        "Name": "Spóźnienie",
        "Short": "sp",
        "ColorRGB": "FFFF99",
        "Standard": True,
        "IsPresenceKind": True,
    },
    {
        "Id": 3,
        "Name": "Nieobecność uspr.",
        "Short": "u",
        "ColorRGB": "CCFFCC",
        "Standard": True,
        "IsPresenceKind": False,
    },
    {
        "Id": 4,
        "Name": "Zwolnienie",
        "Short": "zw",
        "ColorRGB": "CCE5FF",
        "Standard": True,
        "IsPresenceKind": True,
    },
    {
        "Id": 100,
        "Name": "Obecność",
        "Short": "ob",
        "ColorRGB": "FFFFFF",
        "Standard": True,
        "IsPresenceKind": True,
    },
)
TRIP_TYPE: Final = 4766

AGENDA_CATEGORIES: Final = (
    "sprawdzian", "kartkówka", "praca klasowa", "projekt", "wycieczka", "Zebranie z rodzicami", "inne",
)  # fmt: skip

NOTES: Final = (
    (1, "Pomaga młodszym kolegom w świetlicy."), (0, "Rozmawia na lekcji mimo upomnień."),
    (1, "Przygotował(a) gazetkę szkolną."), (2, "Nie przyniosła/nie przyniósł stroju na wf."),
)  # fmt: skip
