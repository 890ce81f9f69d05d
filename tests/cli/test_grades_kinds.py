"""Grades of every kind as a parent reads them: behaviour, points, skills, words, and teachers' comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from librus_sdk.simulator import SimulatedChild, Simulator
from tests.cli.conftest import Cli, Terminal, nameless, sent_to
from tests.cli.test_terminal import ANSI, words

WIDE = {"COLUMNS": "240"}


@pytest.fixture(scope="module")
def june() -> Iterator[Simulator]:
    """A family at the end of a school year, with a child in a low class and one graded in words."""
    with Simulator(children=4, today=date(2026, 6, 24)) as running:
        yield running


@pytest.fixture
def own() -> Iterator[Simulator]:
    """The same family, for tests that change something."""
    with Simulator(children=4, today=date(2026, 6, 24)) as running:
        yield running


def sent(sim: Simulator, child: SimulatedChild, path: str) -> list[dict[str, Any]]:
    """The rows the API answers for the child, read without the SDK."""
    (rows,) = (value for value in sent_to(sim, child.id, path).values() if isinstance(value, list))
    return list(rows)


def by_id(sim: Simulator, child: SimulatedChild, path: str) -> dict[str, dict[str, Any]]:
    return {str(row["Id"]): row for row in sent(sim, child, path)}


def having(sim: Simulator, path: str) -> SimulatedChild:
    """The first child with such grades."""
    return next(child for child in sim.children if sent(sim, child, path))


def lines(out: str) -> list[str]:
    return out.splitlines()


def comment_ids(row: dict[str, Any]) -> list[str]:
    return [str(held["Id"] if isinstance(held, dict) else held) for held in row.get("Comments", ())]


def name(row: dict[str, Any]) -> str:
    return f"{row['FirstName']} {row['LastName']}"


def days(out: str) -> list[str]:
    """The days at the beginning of lines, as text that sorts."""
    found = re.findall(r"^ +\S+ (\d\d)\.(\d\d)\.(\d{4}) ", out, re.MULTILINE)
    return ["-".join(reversed(parts)) for parts in found]


# --- comments ---------------------------------------------------------------------------------------------


def test_a_comment_says_to_which_grade_it_is(cli: Cli, june: Simulator) -> None:
    child = june.children[0]
    out = cli("grades", "comments", "--child", child.id, sim=june, env=WIDE).out
    grades, subjects, users = (by_id(june, child, path) for path in ("Grades", "Subjects", "Users"))
    comments = sent(june, child, "Grades/Comments")
    assert comments
    for comment in comments:
        grade = grades[str(comment["Grade"]["Id"])]
        expected = [
            f"{date.fromisoformat(grade['Date']):%d.%m.%Y}",
            subjects[str(grade["Subject"]["Id"])]["Name"],
            f" {grade['Grade']} ",
            comment["Text"],
            name(users[str(comment["AddedBy"]["Id"])]),
        ]
        assert any(all(part in line for part in expected) for line in lines(out)), comment
    assert len(days(out)) == len(comments)
    assert days(out) == sorted(days(out), reverse=True)


def test_comments_are_shown_when_the_grades_cannot_be_read(cli: Cli, own: Simulator) -> None:
    child = own.children[0]
    own.fail("Grades", status=403, times=None)
    result = cli("grades", "comments", "--child", child.id, sim=own, env=WIDE)
    assert (result.status, result.err) == (0, "")
    for comment in sent(own, child, "Grades/Comments"):
        assert any(
            comment["Text"] in line and f"#{comment['Grade']['Id']}" in line for line in lines(result.out)
        )


def below(out: str) -> str:
    """The tables of what teachers wrote."""
    return "".join(found[0] for found in re.finditer(r"  What teachers wrote to them:\n\n(  .*\n)+", out))


def test_the_list_of_grades_marks_commented_ones_and_quotes_the_comments_below(
    cli: Cli, june: Simulator
) -> None:
    child = june.children[0]
    out = cli("grades", "list", "--child", child.id, sim=june, env=WIDE).out
    texts = by_id(june, child, "Grades/Comments")
    subjects = by_id(june, child, "Subjects")
    commented = [row for row in sent(june, child, "Grades") if comment_ids(row)]
    assert len(commented) == len(texts)
    assert len([line for line in lines(out) if line.endswith("comment below")]) == len(commented)
    for row in commented:
        (comment,) = comment_ids(row)
        expected = [
            f"{date.fromisoformat(row['Date']):%d.%m.%Y}  {subjects[str(row['Subject']['Id'])]['Name']} ",
            f" {row['Grade']} ",
            texts[comment]["Text"],
        ]
        assert any(all(part in line for part in expected) for line in lines(below(out))), row["Id"]


def test_a_long_comment_is_wrapped_below_the_table_and_not_in_it(cli: Cli, own: Simulator) -> None:
    child = own.children[0]
    grade = next(row for row in sent(own, child, "Grades") if comment_ids(row))
    text = "Praca bardzo staranna i samodzielna, chociaż ostatnie zadanie trzeba jeszcze poprawić. " * 3
    own.fail("Grades", body={"Grades": [grade]}, times=None)
    (comment,) = comment_ids(grade)
    own.fail("Grades/Comments", body={"Comments": [{"Id": comment, "Text": text}]}, times=None)
    out = cli("grades", "list", "--child", child.id, sim=own).out
    assert max(map(len, lines(out))) <= 80
    table, _, said = out.partition("What teachers wrote")
    assert len(lines(table)) <= 10
    assert "staranna" not in table
    assert said.count("samodzielna") == said.count("poprawić") == 3


def test_a_comment_that_stands_in_the_grade_itself_is_quoted_as_well(cli: Cli, own: Simulator) -> None:
    child = own.children[0]
    grade = sent(own, child, "Grades")[0] | {"Comments": [{"Text": "Brawo za odwagę!"}]}
    own.fail("Grades", body={"Grades": [grade]}, times=None)
    assert "Brawo za odwagę!" in below(cli("grades", "list", "--child", child.id, sim=own).out)


def test_grades_are_listed_when_comments_cannot_be_read(cli: Cli, own: Simulator) -> None:
    own.fail("Grades/Comments", status=403, times=None)
    result = cli("grades", "list", "--child", own.children[0].id, sim=own)
    assert (result.status, result.err) == (0, "")
    assert "comment" not in result.out
    assert "What teachers wrote" not in result.out
    assert "Matematyka" in result.out


# --- behaviour --------------------------------------------------------------------------------------------


def test_behaviour_grades_are_named_proposed_or_given(cli: Cli, june: Simulator) -> None:
    child = june.children[0]
    out = cli("grades", "behaviour", "--child", child.id, sim=june).out
    types = by_id(june, child, "BehaviourGrades/Types")
    rows = sent(june, child, "BehaviourGrades")
    assert len(rows) == 4
    shown = [re.split(r"  +", line.strip()) for line in lines(out)[-4:]]
    for row, cells in zip(rows, shown, strict=True):
        assert cells[:3] == [
            str(row["Semester"]),
            types[str(row["GradeType"]["Id"])]["Name"],
            "proposed" if row["IsProposal"] else "given",
        ]
        assert cells[3].endswith(f"{date.fromisoformat(row['AddDate'][:10]):%d.%m.%Y}")


def test_behaviour_grades_without_their_names(cli: Cli, own: Simulator) -> None:
    own.fail("BehaviourGrades/Types", status=403, times=None)
    child = own.children[0]
    result = cli("grades", "behaviour", "--child", child.id, sim=own)
    assert (result.status, result.err) == (0, nameless("Grades"))
    assert f"#{sent(own, child, 'BehaviourGrades')[0]['GradeType']['Id']}" in result.out


def test_the_scale_of_behaviour_begins_with_the_best(cli: Cli, own: Simulator) -> None:
    child = own.children[0]
    rows = sent(own, child, "BehaviourGrades/Types")
    own.fail("BehaviourGrades/Types", body={"Types": [*rows[3:], *rows[:3]]}, times=None)
    out = cli("grades", "behaviour-types", "--child", child.id, sim=own).out
    assert [line.split()[-1] for line in lines(out)[-6:]] == ["wz", "bdb", "db", "popr", "ndp", "ng"]


def signed(value: float) -> str:
    return f"+{value}" if value > 0 else str(value)


def test_behaviour_points_say_how_many_what_for_and_by_whom(cli: Cli, june: Simulator) -> None:
    # One who was given a mark in place of points, too.
    child = next(
        child
        for child in june.children
        if any("Value" not in row for row in sent(june, child, "BehaviourGrades/Points"))
    )
    out = cli("grades", "behaviour-points", "--child", child.id, sim=june, env=WIDE).out
    categories, types, users, comments = (
        by_id(june, child, path)
        for path in (
            "BehaviourGrades/Points/Categories",
            "BehaviourGrades/Types",
            "Users",
            "BehaviourGrades/Points/Comments",
        )
    )
    rows = sent(june, child, "BehaviourGrades/Points")
    for row in rows:
        mark = signed(row["Value"]) if "Value" in row else types[str(row["BehaviourGrade"]["Id"])]["Name"]
        expected = [
            f"{date.fromisoformat(row['AddDate'][:10]):%d.%m.%Y} ",
            f" {mark} ",
            categories[str(row["Category"]["Id"])]["Name"],
            row["Text"],
            name(users[str(row["AddedBy"]["Id"])]),
        ]
        number = next(n for n, line in enumerate(lines(out)) if all(part in line for part in expected))
        for comment in comment_ids(row):
            assert lines(out)[number + 1].strip() == comments[comment]["Text"]
    assert len(days(out)) == len(rows)
    assert days(out) == sorted(days(out), reverse=True)
    for semester in (1, 2):
        total = sum(row.get("Value", 0) for row in rows if row["Semester"] == semester)
        (part,) = (text for text in out.split("\n\nBehaviour") if f", semester {semester}\n" in text)
        assert f"Together {signed(total)}, without the points a semester begins with." in part


def test_behaviour_points_keep_the_short_name_when_categories_cannot_be_read(
    cli: Cli, own: Simulator
) -> None:
    child = own.children[0]
    own.fail("BehaviourGrades/Points/Categories", status=403, times=None)
    out = cli("grades", "behaviour-points", "--child", child.id, sim=own).out
    assert {row["ShortName"] for row in sent(own, child, "BehaviourGrades/Points")} <= set(out.split())


def test_behaviour_points_are_coloured_by_their_sign(own: Simulator, terminal: Terminal) -> None:
    rows = [{"Id": number, "Value": value, "Semester": 1} for number, value in enumerate((7, -4, 0))]
    own.fail("BehaviourGrades/Points", body={"Grades": rows}, times=None)
    drawn = terminal("grades", "behaviour-points", "--child", own.children[0].id, sim=own)
    assert "\x1b[32m+7\x1b[0m" in drawn
    assert "\x1b[31m-4\x1b[0m" in drawn
    assert re.search(r"^ +— +0 +—", drawn, re.MULTILINE)


# --- points -----------------------------------------------------------------------------------------------


def test_grades_in_points_say_out_of_how_many(cli: Cli, june: Simulator) -> None:
    child = having(june, "PointGrades")
    out = cli("grades", "points", "--child", child.id, sim=june, env=WIDE).out
    categories, users, subjects, comments = (
        by_id(june, child, path)
        for path in ("PointGrades/Categories", "Users", "Subjects", "PointGrades/Comments")
    )
    for row in sent(june, child, "PointGrades"):
        category = categories[str(row["Category"]["Id"])]
        got = f"{Decimal(str(row['GradeValue'])).normalize():f}"
        subject = subjects[str(row["Subject"]["Id"])]["Name"]
        expected = [
            f" {got} " if category["ValueTo"] is None else f" {got} of {category['ValueTo']} ",
            category["Name"],
            subject,
            name(users[str(row["AddedBy"]["Id"])]),
            f"{date.fromisoformat(row['Date']):%d.%m.%Y}",
        ]
        assert any(all(part in line for part in expected) for line in lines(out)), row["Id"]
        for comment in comment_ids(row):
            text = comments[comment]["Text"]
            assert any(text in line and subject in line for line in lines(below(out)))


def test_points_without_their_categories_are_still_points(cli: Cli, own: Simulator) -> None:
    child = having(own, "PointGrades")
    own.fail("PointGrades/Categories", status=403, times=None)
    result = cli("grades", "points", "--child", child.id, sim=own)
    assert (result.status, result.err) == (0, nameless("Categories"))
    assert not re.search(r"\d of ", result.out)
    assert f"#{sent(own, child, 'PointGrades')[0]['Category']['Id']}" in result.out


def test_averages_of_points_by_subject(cli: Cli, june: Simulator) -> None:
    child = having(june, "PointGrades")
    out = cli("grades", "point-averages", "--child", child.id, sim=june).out
    subjects = by_id(june, child, "Subjects")
    rows = sent(june, child, "PointGrades/Averages")
    assert len(lines(out)) == 4 + len(rows)
    for row in rows:
        line = next(text for text in lines(out) if subjects[str(row["Subject"]["Id"])]["Name"] in text)
        assert Decimal(line.split()[-1]) == Decimal(str(row["Average"]))


@pytest.mark.parametrize("command", ["averages", "point-averages"])
def test_a_module_that_is_off_is_told_in_a_parents_words(cli: Cli, own: Simulator, command: str) -> None:
    child = own.children[0]
    own.set_averages(child.id, shown=False)
    result = cli("grades", command, "--child", child.id, sim=own)
    assert (result.status, result.out) == (1, "")
    told = " ".join(result.err.split())
    said = "message The school has switched this module off. Only the school can switch it on. Until that"
    nothing = "has nothing to work with: ask again another day."
    assert f"{said} changes, librus grades {command} {nothing} details" in told
    error = cli("grades", command, "--child", child.id, "--format=json", sim=own).error
    assert "/" not in error["message"]
    assert error["details"]["endpoint"].endswith("Averages")


@pytest.mark.parametrize(
    ("bounds", "shown"),
    [
        ({"ValueFrom": 0, "ValueTo": 30}, "0 to 30"),
        ({"ValueTo": "7,5"}, "up to 7.5"),
        ({"ValueFrom": 1}, "from 1"),
        ({}, "—"),
    ],
)
def test_categories_of_points_say_how_many(
    cli: Cli, own: Simulator, bounds: dict[str, Any], shown: str
) -> None:
    own.fail("PointGrades/Categories", body={"Categories": [{"Id": 1, "Name": "Test", **bounds}]}, times=None)
    out = cli("grades", "point-categories", "--child", own.children[0].id, sim=own).out
    assert re.split(r"  +", lines(out)[-1].strip()) == ["Test", "—", shown, "yes"]


# --- the youngest classes, and words ----------------------------------------------------------------------


def test_descriptive_grades_are_listed_by_subject_with_the_skills_name(cli: Cli, june: Simulator) -> None:
    child = having(june, "DescriptiveGrades")
    out = cli("grades", "descriptive", "--child", child.id, sim=june, env=WIDE).out
    skills, subjects, users, comments = (
        by_id(june, child, path)
        for path in ("DescriptiveGrades/Skills", "Subjects", "Users", "DescriptiveGrades/Comments")
    )
    rows = sent(june, child, "DescriptiveGrades")
    halves = out.split(", semester 2\n")
    assert len(halves) == 2
    for row in rows:
        title = f"\n{subjects[str(row['Subject']['Id'])]['Name']}\n"
        part = halves[row["Semester"] - 1].partition(title)[2].split("\n\n")[0]
        expected = [
            skills[str(row["Skill"]["Id"])]["Name"],
            f" {row['Map']} ",
            row["Phrase"],
            name(users[str(row["AddedBy"]["Id"])]),
            f"{date.fromisoformat(row['Date']):%d.%m.%Y}",
        ]
        number = next(n for n, line in enumerate(lines(part)) if all(one in line for one in expected))
        for comment in comment_ids(row):
            assert lines(part)[number + 1].strip() == comments[comment]["Text"]
    # What Librus calls the grade is a place on a scale.
    assert not any(row["Grade"] in out for row in rows)


def test_the_skills_of_the_school_are_not_read_for_older_children(cli: Cli, own: Simulator) -> None:
    child = own.children[0]
    assert cli("grades", "descriptive", "--child", child.id, sim=own).status == 0
    assert own.counts["DescriptiveGrades/Skills"] == 0


@pytest.mark.parametrize(
    ("command", "path", "given_for", "lookup"),
    [
        ("descriptive-text", "DescriptiveGrades/Text", "Category", "DescriptiveGrades/Text/Categories"),
        ("descriptive-text-grades", "DescriptiveTextGrades", "Skill", "DescriptiveTextGrades/Skills"),
        ("text", "TextGrades", "Category", "Grades/Categories"),
    ],
)
def test_texts_keep_their_lines_and_come_latest_first(
    cli: Cli, june: Simulator, command: str, path: str, given_for: str, lookup: str
) -> None:
    child = having(june, path)
    out = cli("grades", command, "--child", child.id, sim=june).out
    names, users = by_id(june, child, lookup), by_id(june, child, "Users")
    rows = sorted(sent(june, child, path), key=lambda row: str(row["Date"]), reverse=True)
    headings = [line for line in lines(out)[1:] if line and not line.startswith(" ")]
    assert [heading.split()[-1] for heading in headings] == [
        f"{date.fromisoformat(row['Date']):%d.%m.%Y}" for row in rows
    ]
    found = [line.strip() for line in lines(out)]
    for row in rows:
        assert f"given for  {names[str(row[given_for]['Id'])]['Name']}" in found
        assert f"teacher    {name(users[str(row['AddedBy']['Id'])])}" in found
        assert all(line in found for line in re.split(r"\r?\n", row["Grade"]))


def test_a_text_for_a_skill_and_one_the_register_hides(cli: Cli, own: Simulator) -> None:
    child = own.children[0]
    skill = sent(own, child, "DescriptiveTextGrades/Skills")[0]
    row = {"Id": 1, "Grade": "Mówi pełnymi zdaniami.", "Skill": {"Id": skill["Id"]}, "Date": "2026-06-01"}
    own.fail("TextGrades", body={"Grades": [row]}, times=1)
    out = cli("grades", "text", "--child", child.id, sim=own).out
    assert f"given for  {skill['Name']}" in out
    assert "hidden" not in out
    own.fail("TextGrades", body={"Grades": [row | {"ShowInGradesView": 0}]}, times=1)
    out = cli("grades", "text", "--child", child.id, sim=own).out
    assert "hidden in the register's own list of grades" in out


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("descriptive", "DescriptiveGrades"),
        ("descriptive-text", "DescriptiveGrades/Text"),
        ("descriptive-text-grades", "DescriptiveTextGrades"),
        ("text", "TextGrades"),
        ("behaviour", "BehaviourGrades"),
    ],
)
def test_the_longest_names_fit(cli: Cli, own: Simulator, terminal: Terminal, command: str, path: str) -> None:
    """What the eldest child of the usual family has none of; the rest is tested with all commands."""
    child = having(own, path)
    long = "Edukacja wczesnoszkolna z elementami wychowania konstantynopolitańskiego"
    for other, many in (
        (path, "Grades"),
        ("DescriptiveGrades/Skills", "Skills"),
        ("DescriptiveGrades/Comments", "Comments"),
        ("DescriptiveGrades/Text/Categories", "Categories"),
        ("DescriptiveTextGrades/Skills", "Skills"),
        ("Grades/Categories", "Categories"),
        ("BehaviourGrades/Types", "Types"),
        ("Subjects", "Subjects"),
        ("Users", "Users"),
    ):
        keys = ("Name", "LastName", "Text", "Phrase", *(("Grade",) if "text" in command else ()))
        rows = [
            row | {key: long for key in keys if isinstance(row.get(key), str)}
            for row in sent(own, child, other)
        ]
        own.fail(other, body={many: rows}, times=None)
    for columns in (80, 140):
        env = {"COLUMNS": str(columns)}
        plain = cli("grades", command, "--child", child.id, sim=own, env=env).out
        assert "konstantynopolitańskiego" in plain
        drawn = terminal("grades", command, "--child", child.id, sim=own, columns=columns)
        assert words(drawn) == words(plain)
        for text in (plain, ANSI.sub("", drawn)):
            assert max(map(len, lines(text))) <= columns


# --- every list -------------------------------------------------------------------------------------------


LISTS = [
    ("comments", "Grades/Comments", "Comments", "No teacher has written"),
    ("behaviour", "BehaviourGrades", "Grades", "No behaviour grades yet"),
    ("behaviour-types", "BehaviourGrades/Types", "Types", "has entered none"),
    ("behaviour-points", "BehaviourGrades/Points", "Grades", "No behaviour points yet"),
    ("points", "PointGrades", "Grades", "No grades in points"),
    ("point-averages", "PointGrades/Averages", "Averages", "There are no averages of points."),
    ("point-categories", "PointGrades/Categories", "Categories", "has entered none"),
    ("descriptive", "DescriptiveGrades", "Grades", "No descriptive grades"),
    ("descriptive-text", "DescriptiveGrades/Text", "Grades", "No descriptions"),
    ("descriptive-text-grades", "DescriptiveTextGrades", "Grades", "No skills graded in words"),
    ("text", "TextGrades", "Grades", "No grades in words"),
]


@pytest.mark.parametrize(("command", "path", "wrapper", "said"), LISTS)
def test_nothing_an_empty_row_and_an_odd_one(
    cli: Cli, own: Simulator, command: str, path: str, wrapper: str, said: str
) -> None:
    argv = ["grades", command, "--child", own.children[0].id]
    own.fail(path, body={wrapper: []}, times=1)
    empty = cli(*argv, sim=own)
    assert (empty.status, empty.err) == (0, "")
    assert said in empty.out
    own.fail(path, body={wrapper: [{}, {"Id": {"odd": 1}}]}, times=1)
    bare = cli(*argv, sim=own)
    assert bare.status == 0
    assert bare.err.startswith("Note: 1 row has an unknown form")
    assert said not in bare.out
    assert "—" in bare.out
    assert "None" not in bare.out
