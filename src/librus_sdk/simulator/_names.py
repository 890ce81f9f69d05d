"""Invented people and places: the word lists the generator draws from.

The lists hold common Polish first names and surnames, so that a family looks plausible to a parent; no person
is meant by any combination of them.
"""

from __future__ import annotations

from typing import Final

GIRLS: Final = (
    "Zofia", "Zuzanna", "Hanna", "Maja", "Lena", "Alicja", "Oliwia", "Amelia", "Pola", "Wiktoria",
    "Iga", "Natalia", "Łucja", "Helena", "Kalina", "Róża", "Jagoda", "Michalina", "Nina", "Ewa",
)  # fmt: skip
BOYS: Final = (
    "Antoni", "Jan", "Stanisław", "Aleksander", "Franciszek", "Jakub", "Leon", "Mikołaj", "Szymon", "Filip",
    "Ignacy", "Wojciech", "Tymon", "Kacper", "Adam", "Marcel", "Borys", "Łukasz", "Józef", "Gustaw",
)  # fmt: skip
WOMEN: Final = (
    "Anna", "Katarzyna", "Agnieszka", "Małgorzata", "Joanna", "Magdalena", "Monika", "Barbara", "Dorota",
    "Beata", "Renata", "Iwona", "Ewelina", "Halina", "Grażyna", "Jolanta", "Urszula", "Bożena",
)  # fmt: skip
MEN: Final = (
    "Piotr", "Krzysztof", "Andrzej", "Tomasz", "Paweł", "Marcin", "Grzegorz", "Zbigniew", "Jerzy", "Rafał",
    "Dariusz", "Sławomir", "Waldemar", "Bogdan", "Mirosław", "Cezary",
)  # fmt: skip

# The form for a man and the form for a woman.
SURNAMES: Final = (
    ("Wiśniewski", "Wiśniewska"), ("Kowalczyk", "Kowalczyk"), ("Zieliński", "Zielińska"),
    ("Szymański", "Szymańska"), ("Woźniak", "Woźniak"), ("Dąbrowski", "Dąbrowska"),
    ("Kozłowski", "Kozłowska"), ("Mazur", "Mazur"), ("Krawczyk", "Krawczyk"), ("Grabowski", "Grabowska"),
    ("Pawłowski", "Pawłowska"), ("Michalski", "Michalska"), ("Król", "Król"), ("Wieczorek", "Wieczorek"),
    ("Jabłoński", "Jabłońska"), ("Wróbel", "Wróbel"), ("Nowakowski", "Nowakowska"), ("Stępień", "Stępień"),
    ("Malinowski", "Malinowska"), ("Adamczyk", "Adamczyk"), ("Dudek", "Dudek"), ("Górski", "Górska"),
    ("Nowicki", "Nowicka"), ("Pawlak", "Pawlak"), ("Witkowski", "Witkowska"), ("Sikora", "Sikora"),
    ("Walczak", "Walczak"), ("Rutkowski", "Rutkowska"), ("Baran", "Baran"), ("Michalak", "Michalak"),
    ("Szewczyk", "Szewczyk"), ("Ostrowski", "Ostrowska"), ("Tomaszewski", "Tomaszewska"),
    ("Pietrzak", "Pietrzak"), ("Zalewski", "Zalewska"), ("Wróblewski", "Wróblewska"),
    ("Jasiński", "Jasińska"), ("Marciniak", "Marciniak"), ("Sadowski", "Sadowska"), ("Bąk", "Bąk"),
    ("Zawadzki", "Zawadzka"), ("Duda", "Duda"), ("Włodarczyk", "Włodarczyk"), ("Borkowski", "Borkowska"),
)  # fmt: skip

# Town, its post code.
TOWNS: Final = (
    ("Brzozowice", "34-120"), ("Lipniki Dolne", "26-340"), ("Zielonka", "05-220"), ("Jaworów", "58-410"),
    ("Nowe Sosnowo", "62-870"), ("Dębinki", "22-135"), ("Kalinów", "97-225"), ("Olszanka Mała", "49-330"),
)  # fmt: skip
STREETS: Final = ("Szkolna", "Lipowa", "Słoneczna", "Ogrodowa", "Kwiatowa", "Jana Kochanowskiego", "Polna")
PATRONS: Final = (
    "Mikołaja Kopernika", "Marii Skłodowskiej-Curie", "Henryka Sienkiewicza", "Janusza Korczaka",
    "Adama Mickiewicza", "Wisławy Szymborskiej",
)  # fmt: skip

# Words an invented password is made of. It also gets characters that a form has to encode.
PASSWORD_WORDS: Final = ("Jeżyna", "Latawiec", "Wrzosowisko", "Żaglówka", "Świetlik", "Morela", "Kołysanka")

_PLAIN: Final = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def plain(text: str) -> str:
    """Return the text without Polish letters, in lower case, as people write it in addresses."""
    return text.translate(_PLAIN).lower().replace(" ", "")
