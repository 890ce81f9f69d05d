"""Every answer the simulator gives fits the document, asked for and judged by schemathesis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import Failure, FailureGroup

from librus_sdk import generate_openapi_document
from librus_sdk.simulator import Simulator

DOCUMENT = generate_openapi_document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
IDS = {path["get"]["operationId"]: name for name, path in DOCUMENT["paths"].items()}
UNFIT = (Failure, FailureGroup)

# What Librus refuses to parents, and so does the simulator: nobody has seen an answer.
REFUSED = {"getBehaviourSystemProposal": 403, "getAuthClassroom": 404}


def parameters(operation_id: str, place: str) -> list[dict[str, Any]]:
    declared = DOCUMENT["paths"][IDS[operation_id]]["get"].get("parameters", ())
    return [parameter for parameter in declared if parameter["in"] == place]


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(today=date(2026, 11, 23)) as running:
        yield running


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[httpx2.Client]:
    headers = {"authorization": f"Bearer {sim.token(sim.children[0].id)}"}
    with httpx2.Client(base_url=sim.hosts.api, headers=headers, trust_env=False) as client:
        yield client


def ask(api: httpx2.Client, operation_id: str, item: Any = None, **query: Any) -> httpx2.Response:
    path = IDS[operation_id]
    for parameter in parameters(operation_id, "path"):
        path = path.replace("{" + parameter["name"] + "}", quote(str(item), safe=""))
    return api.get(path, params=query)


def judge(operation_id: str, answer: httpx2.Response) -> None:
    """Raises one of UNFIT when the answer is none of those the document describes."""
    SCHEMA.find_operation_by_id(operation_id).validate_response(answer)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(member)


def ids_known(base: str, api: httpx2.Client) -> list[tuple[str, str]]:
    """Every id in the answers to reads without one: the folder it is in, or may be in, and the id."""
    found: dict[tuple[str, str], None] = {}
    for operation_id, path in IDS.items():
        if parameters(operation_id, "path"):
            continue
        answer = ask(api, operation_id)
        if answer.status_code != 200:
            continue
        for thing in objects(answer.json()):
            for key, value in thing.items():
                if key.lower() == "id" and isinstance(value, int | str):
                    found[path, str(value)] = None
                elif isinstance(value, str) and "://" in value:
                    # An address: the folder it names, and the id at its end.
                    folder, _, item = urlsplit(value).path.removeprefix(base).rpartition("/")
                    if folder:
                        found[folder, unquote(item)] = None
    # Some addresses are no record's: `Notes/Categories`.
    return [(folder, item) for folder, item in found if f"{folder}/{item}" not in IDS.values()]


@pytest.fixture(scope="module")
def known(sim: Simulator, api: httpx2.Client) -> list[tuple[str, str]]:
    return ids_known(urlsplit(sim.hosts.api).path, api)


def likely(known: list[tuple[str, str]], operation_id: str) -> Iterator[str]:
    """The ids an operation may know: those said to be in its folder, then all others."""
    folder = IDS[operation_id].rpartition("/")[0]
    yield from dict.fromkeys(item for where, item in known if where == folder)
    yield from dict.fromkeys(item for where, item in known if where != folder)


@pytest.mark.parametrize("operation_id", IDS)
def test_the_answer_fits(api: httpx2.Client, known: list[tuple[str, str]], operation_id: str) -> None:
    items: list[Any] = [None]
    if parameters(operation_id, "path"):
        items = list(likely(known, operation_id))
    answer = None
    for item in items:
        answer = ask(api, operation_id, item)
        if answer.status_code == 200:
            break
    assert answer is not None, "there is no id to ask for"
    if operation_id in REFUSED:
        assert answer.status_code == REFUSED[operation_id]
        return
    assert answer.status_code == 200, f"the simulator does not serve {IDS[operation_id]}"
    judge(operation_id, answer)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2027, 6, 21)], ids=str)
@pytest.mark.parametrize("number", range(3))
def test_every_answer_for_every_child_fits(day: date, number: int) -> None:
    """Lists, and each record there is an id of: in autumn and at the end of the year."""
    with Simulator(today=day) as sim:
        headers = {"authorization": f"Bearer {sim.token(sim.children[number].id)}"}
        with httpx2.Client(base_url=sim.hosts.api, headers=headers, trust_env=False) as api:
            ids = ids_known(urlsplit(sim.hosts.api).path, api)
            for operation_id, path in IDS.items():
                folder = path.rpartition("/")[0]
                items = [item for where, item in ids if where == folder]
                for item in items if parameters(operation_id, "path") else [None]:
                    answer = ask(api, operation_id, item)
                    if answer.status_code == 200:
                        judge(operation_id, answer)
                    else:
                        assert answer.status_code in {403, 404}, (operation_id, item)


CHOOSING = [
    (operation_id, parameter["name"])
    for operation_id in IDS
    for parameter in parameters(operation_id, "query")
]


@pytest.mark.parametrize(("operation_id", "name"), CHOOSING)
def test_the_answer_to_a_choice_fits(
    sim: Simulator, api: httpx2.Client, known: list[tuple[str, str]], operation_id: str, name: str
) -> None:
    (schema,) = [one["schema"] for one in parameters(operation_id, "query") if one["name"] == name]
    numbers = [(where, item) for where, item in known if item.isdigit()]
    value = next((item for where, item in numbers if where == IDS[operation_id]), numbers[0][1])
    if schema.get("format") == "date":
        value = (sim.today - timedelta(days=sim.today.weekday())).isoformat()
    answer = ask(api, operation_id, **{name: schema.get("default", value)})
    assert answer.status_code == 200
    judge(operation_id, answer)


@pytest.mark.parametrize(
    "operation_id", [name for name in IDS if DOCUMENT["paths"][IDS[name]]["get"].get("parameters")]
)
def test_whatever_the_document_lets_one_ask(sim: Simulator, operation_id: str) -> None:
    headers = {"authorization": f"Bearer {sim.token(sim.children[0].id)}"}

    @settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def search(data: st.DataObject) -> None:
        case = data.draw(SCHEMA.find_operation_by_id(operation_id).as_strategy())
        request = case.as_transport_kwargs(base_url=sim.hosts.api)
        answer = httpx2.get(request["url"], params=request.get("params"), headers=headers, trust_env=False)
        assert answer.status_code in {200, 400, 404}
        if answer.status_code == 200:
            judge(operation_id, answer)

    search()


def test_averages_that_are_switched_off_fit() -> None:
    with Simulator(today=date(2026, 11, 23)) as sim:
        child = sim.children[0]
        sim.set_averages(child.id, False)
        headers = {"authorization": f"Bearer {sim.token(child.id)}"}
        answer = httpx2.get(f"{sim.hosts.api}/Grades/Averages", headers=headers, trust_env=False)
    assert answer.json()["Status"] == "Disabled"
    judge("getGradeAverages", answer)
    with pytest.raises(UNFIT):
        judge("getGrades", answer)


@pytest.mark.parametrize(
    "change",
    [{"Grades": None}, {"Grades": {}}, {"Grades": [{}]}, {"Grades": [{"Id": 1, "Grade": 5}]}, {"Url": 7}],
    ids=str,
)
def test_an_answer_that_does_not_fit_is_noticed(api: httpx2.Client, change: dict[str, Any]) -> None:
    answer = ask(api, "getGrades")
    changed = json.dumps(answer.json() | change).encode()
    headers = {"content-type": answer.headers["content-type"]}
    forged = httpx2.Response(200, headers=headers, content=changed, request=answer.request)
    forged.elapsed = answer.elapsed
    with pytest.raises(UNFIT):
        judge("getGrades", forged)
