"""What a terminal gets besides the words: styles; and that tables fit it, whatever the names."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, get_args

import pytest

from librus_sdk.cli import _days
from librus_sdk.cli._days import day_cell, day_heading, short_day, today, with_weekday
from librus_sdk.cli._document import (
    Column,
    Fields,
    Kind,
    Part,
    Section,
    Sentence,
    Styled,
    Table,
    lay_out,
    styled,
)
from librus_sdk.cli._terminal import draw
from librus_sdk.simulator import Simulator
from tests.cli.conftest import SCHOOL_DAY, Cli, Terminal, as_sent, first, monday
from tests.cli.reads import READS, Read

ANSI = re.compile(r"\x1b\[[0-9;]*m")
RULE = re.compile(r"[─-]+")


def words(text: str) -> list[str]:
    """The words in their order, line by line, without codes and the rules under the titles of columns."""
    return [word for word in ANSI.sub("", text).split() if not RULE.fullmatch(word)]


# --- styles -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("strong", "1"),
        ("struck", "9"),
        ("muted", "2"),
        ("good", "32"),
        ("bad", "31"),
        ("today", "1;32"),
        ("absent", "1;31"),
        ("excused", "33"),
        ("late", "36"),
    ],
)
def test_every_kind_has_a_look_of_its_own_wherever_it_stands(kind: Kind, codes: str) -> None:
    cell = Styled("word", kind)
    parts: list[Part] = [Table((Column("A"),), [(cell,)]), Fields([("label", cell)]), Sentence(cell)]
    assert draw([Section("T", parts)], 80).count(f"\x1b[{codes}mword\x1b[0m") == 3


def test_every_kind_is_tested_above() -> None:
    (mark,) = test_every_kind_has_a_look_of_its_own_wherever_it_stands.pytestmark  # type: ignore[attr-defined]
    assert {kind for kind, _ in mark.args[1]} == set(get_args(Kind))


def test_plain_output_has_the_same_words_and_no_codes() -> None:
    parts: list[Part] = [
        Table((Column("A"), Column("B")), [(Styled("one two", "bad"), "three")]),
        Fields([("label", Styled("four", "late"))]),
        Sentence(Styled("five", "muted")),
    ]
    section = Section(Styled("Title", "today"), parts)
    plain, drawn = lay_out([section], 80), draw([section], 80)
    assert "\x1b" not in plain
    assert words(drawn) == words(plain)


def test_a_styled_text_is_no_markup_and_obeys_nothing() -> None:
    nasty = Styled("[red]a\x1b[2J\u202e", "strong")
    for text in (
        lay_out([Section(nasty, [Sentence(nasty)])], 80),
        draw([Section("T", [Sentence(nasty)])], 80),
    ):
        assert "[red]a[2J" in ANSI.sub("", text)
        assert "\x1b[2J" not in text


def test_no_style_is_no_style() -> None:
    assert styled("word", None) == "word"
    assert styled("word", "bad") == Styled("word", "bad")


def test_a_wrapped_text_keeps_its_style_on_every_line() -> None:
    table = Table((Column("A"), Column("B")), [(Styled("Edukacja dla bezpieczeństwa", "struck"), "x" * 30)])
    drawn = draw([Section("T", [table])], 52)
    assert "\x1b[9mEdukacja dla" in drawn
    assert "\x1b[9mbezpieczeństwa" in drawn


def test_words_are_not_broken_while_a_date_can_be_wrapped_at_its_space() -> None:
    columns = (Column("Date", right=True, stiff=True), Column("Subject"), Column("What"))
    table = Table(columns, [("pon. 14.09.2026", "bezpieczeństwa", "przypomnienie")])
    for text in (lay_out([Section("T", [table])], 45), ANSI.sub("", draw([Section("T", [table])], 45))):
        words = text.split()
        assert {"14.09.2026", "bezpieczeństwa", "przypomnienie"} <= set(words)
        assert max(map(len, text.splitlines())) <= 45
        assert "pon. 14.09.2026" not in text


# --- days -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2020, 9, 14), "pon. 14.09.2020"),
        (date(2020, 9, 15), "wt. 15.09.2020"),
        (date(2020, 9, 16), "śr. 16.09.2020"),
        (date(2020, 9, 17), "czw. 17.09.2020"),
        (date(2020, 9, 18), "pt. 18.09.2020"),
        (date(2020, 9, 19), "sob. 19.09.2020"),
        (date(2020, 9, 20), "niedz. 20.09.2020"),
        (date(826, 1, 2), "pt. 02.01.0826"),
    ],
)
def test_days_are_written_as_in_poland(day: date, shown: str) -> None:
    assert with_weekday(day) == day_heading(day) == shown


def test_tables_leave_out_the_year_of_the_school_year() -> None:
    began = today().year if today().month >= 8 else today().year - 1
    for day in (date(began, 9, 1), date(began, 12, 31), date(began + 1, 1, 1), date(began + 1, 6, 26)):
        if day != today():
            assert day_cell(day) == short_day(day) == with_weekday(day).removesuffix(f".{day.year}")
    for day in (date(began, 6, 30), date(began + 1, 9, 1)):
        assert day_cell(day) == short_day(day) == with_weekday(day)


def test_today_says_so_and_stands_out() -> None:
    day = today()
    assert day_cell(day) == Styled(f"today {day:%d.%m}", "today")
    assert day_heading(day) == Styled(f"{with_weekday(day)}, today", "today")


# --- commands ---------------------------------------------------------------------------------------------


LESSON = {"LessonNo": "3", "Subject": {"Id": 1, "Name": "Fizyka"}, "Teacher": {"Id": 2, "LastName": "Bąk"}}


def test_a_cancelled_lesson_is_struck_out_and_a_moved_one_is_not(sim: Simulator, terminal: Terminal) -> None:
    moved = {**LESSON, "LessonNo": "4", "IsSubstitutionClass": True, "Subject": {"Id": 3, "Name": "Chemia"}}
    lessons = [
        [{**LESSON, "IsCanceled": True}],
        [{**moved, "IsCanceled": True}],
        [{**moved, "LessonNo": "5"}],
    ]
    sim.fail("Timetables", body={"Timetable": {"2026-09-14": lessons}}, times=None)
    sent = terminal("timetable", "day", "--day", "2026-09-14", "--child", first(sim), sim=sim)
    rows = [line for line in sent.splitlines() if "Fizyka" in line or "Chemia" in line]
    assert "\x1b[9mFizyka\x1b[0m" in rows[0]
    assert "\x1b[9mBąk\x1b[0m" in rows[0]
    assert "\x1b[31mcancelled\x1b[0m" in rows[0]
    assert "\x1b[2mChemia\x1b[0m" in rows[1]
    assert "\x1b[1mmoved\x1b[0m" in rows[1]
    assert "\x1b[1msubstitution\x1b[0m" in rows[2]
    assert "Chemia" in ANSI.split(rows[2])[0]


def test_attendance_is_coloured_by_kind(sim: Simulator, terminal: Terminal) -> None:
    sent = as_sent(sim, "Attendances", {})
    kinds = {"1": "1;31", "2": "36", "3": "33", "4": "2", "100": "32"}
    row = sent["Attendances"][0]
    sent["Attendances"] = [
        {**row, "Id": number, "Date": f"2026-09-{number + 10}", "Type": {"Id": int(kind)}}
        for number, kind in enumerate(kinds)
    ]
    sim.fail("Attendances", body=sent, times=None)
    drawn = terminal("attendance", "list", "--child", first(sim), sim=sim)
    names = {"1": "absent", "2": "late", "3": "absent, excused", "4": "released", "100": "present"}
    for kind, codes in kinds.items():
        # Once in the counts, once in the list, where presences are not; being released is one to Librus.
        assert drawn.count(f"\x1b[{codes}m{names[kind]}\x1b[0m") == (1 if kind in {"4", "100"} else 2), kind


def test_today_is_marked_on_a_terminal_and_in_plain_text(
    cli: Cli, sim: Simulator, terminal: Terminal
) -> None:
    sent = as_sent(sim, "HomeWorks", {})
    day = today()
    sent["HomeWorks"] = [{**sent["HomeWorks"][0], "Date": str(day + timedelta(days=n))} for n in (0, 1)]
    sim.fail("HomeWorks", body=sent, times=None)
    shown = f"today {day:%d.%m}"
    assert f"\x1b[1;32m{shown}\x1b[0m" in terminal("homework", "list", "--child", first(sim), sim=sim)
    plain = cli("homework", "list", "--child", first(sim), sim=sim).out
    assert plain.count("today") == 1
    assert shown in plain
    argv = ["timetable", "day", "--day", str(day)]
    assert f"{with_weekday(day)}, today\n" in cli(*argv, "--child", first(sim), sim=sim).out


LONG = {
    "Name": "Edukacja wczesnoszkolna z elementami wychowania konstantynopolitańskiego i języka angielskiego",
    "FirstName": "Konstancja Wszebora",
    "LastName": "Brzęczyszczykiewicz-Gżegżółkowska",
    "Content": "Powtórzenie wiadomości przed sprawdzianem z Konstytucji; " * 6,
    "Description": "Uczniowie przynoszą przybory do kaligrafii. " * 5,
    "Symbol": "Pracownia fizyczno-chemiczna",
    "Body": "Zebranie z rodzicami odbędzie się w auli.<br>Proszę o przybycie i potwierdzenie obecności. " * 3,
    "CategoryName": "Zachowanie podczas przerw międzylekcyjnych i wycieczek szkolnych",
    "fileName": "Konstancja Wszebora Brzęczyszczykiewicz-Gżegżółkowska – zdjęcie do legitymacji.png",
    "Topic": "Konstytucja Rzeczypospolitej Polskiej i konstytucjonalizm w dziewiętnastowiecznej Europie",
    "Text": "Proszę uzupełnić zeszyt i poprawić sprawdzian z Konstytucji do końca miesiąca. " * 4,
    "SubstitutionNote": "Lekcja odbędzie się w czytelni biblioteki szkolnej, proszę przynieść podręczniki",
}


def lengthened(value: Any) -> Any:
    """Return what Librus sent with the longest names a school could enter."""
    if isinstance(value, list):
        return [lengthened(item) for item in value]
    if isinstance(value, dict):
        return {
            key: LONG[key] if key in LONG and isinstance(held, str | None) else lengthened(held)
            for key, held in value.items()
        }
    return value


LOOKUPS = (
    "Classes", "Grades/Categories", "Attendances/Types", "HomeWorks/Categories", "Subjects", "Users",
    "Classrooms", "Grades/Comments", "BehaviourGrades/Types", "BehaviourGrades/Points/Categories",
    "BehaviourGrades/Points/Comments", "Notes/Categories", "PointGrades/Categories", "PointGrades/Comments",
    "Calendars/ClassFreeDays/Types", "Lessons",
)  # fmt: skip


def with_long_names(sim: Simulator, read: Read) -> None:
    bodies = {read.path: read.answer(sim), **{path: as_sent(sim, path, {}) for path in LOOKUPS}}
    for path, body in bodies.items():
        sim.fail(path, body=lengthened(body), times=None)


@pytest.mark.parametrize("read", READS, ids=str)
def test_the_longest_names_fit(cli: Cli, sim: Simulator, terminal: Terminal, read: Read) -> None:
    argv = [*read.argv(sim), "--child", first(sim)]
    with_long_names(sim, read)
    for columns in (80, 140):
        plain = cli(*argv, sim=sim, env={"COLUMNS": str(columns)})
        assert (plain.status, plain.err) == (0, "")
        drawn = ANSI.sub("", terminal(*argv, sim=sim, columns=columns))
        for text in (plain.out, drawn):
            assert max(map(len, text.splitlines())) <= columns
            assert "…" not in text
        # Wrapped alike, to the letter.
        assert words(drawn) == words(plain.out)


@pytest.mark.parametrize("name", ["grades list", "homework list", "attendance list", "timetable week"])
def test_no_date_or_hour_is_broken_however_long_the_names(
    cli: Cli, sim: Simulator, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In another school year dates have their year, too, and beside such names no room for it.
    monkeypatch.setattr(_days, "today", lambda: SCHOOL_DAY)
    read = next(read for read in READS if read.name == name)
    argv = [*read.argv(sim), "--child", first(sim)]
    with_long_names(sim, read)
    out = cli(*argv, sim=sim, env={"COLUMNS": "80"}).out
    begun = re.search(r"  (pon\.|wt\.|śr\.|czw\.|pt\.|today)(?! \d\d\.\d\d)", out)
    assert begun is None, out
    assert re.search(r"\d\d\.\d\d", out)


def test_the_longest_names_of_children_fit(cli: Cli, sim: Simulator, terminal: Terminal) -> None:
    name = f"{LONG['FirstName']} {LONG['LastName']} " * 3
    account = {
        "id": 1, "accountIdentifier": "x", "group": "parent", "login": "1u", "studentName": name.strip(),
        "accessToken": "t" * 20, "state": "active",
    }  # fmt: skip
    sim.fail("accounts", body={"accounts": [account]}, times=None)
    for columns in (80, 140):
        plain = cli("children", "list", sim=sim, env={"COLUMNS": str(columns)}).out
        drawn = ANSI.sub("", terminal("children", "list", sim=sim, columns=columns))
        assert words(drawn) == words(plain)
        assert max(map(len, [*plain.splitlines(), *drawn.splitlines()])) <= columns
        assert plain.count("Gżegżółkowska") == 3


@pytest.mark.parametrize("read", [read for read in READS if read.days], ids=str)
def test_text_writes_no_day_as_programs_do(cli: Cli, calm: Simulator, read: Read) -> None:
    out = cli(*read.argv(calm), "--child", first(calm), sim=calm).out
    assert not re.search(r"\d{4}-\d\d-\d\d", out)
    assert re.search(r"\d\d\.\d\d", out)


def test_json_keeps_to_iso_days(cli: Cli, calm: Simulator) -> None:
    argv = ["timetable", "day", "--day", monday(calm), "--child", first(calm), "--format", "json"]
    assert list(cli(*argv, sim=calm).json["data"]["Timetable"]) == [monday(calm)]
