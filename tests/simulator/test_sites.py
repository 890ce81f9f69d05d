"""What each host serves: every route has a name tests can use, and no host answers for another."""

from __future__ import annotations

from collections import Counter
from typing import Any, get_args
from urllib.parse import urlsplit

import httpx2
import pytest

from librus_sdk.simulator import Simulator
from librus_sdk.simulator._call import Route
from librus_sdk.simulator._endpoints import ENDPOINTS, known_endpoint
from librus_sdk.simulator._sites import SITES, Site, site_of
from librus_sdk.simulator._state import Origin

ROUTES = [(site, route) for site in SITES for route in site.routes]
ORIGINS: tuple[Origin, ...] = get_args(Origin)


def path_of(site: Site, route: Route) -> str:
    return site.base + route.pattern.replace("{}", "7")


def address(sim: Simulator, origin: str) -> str:
    parts = urlsplit(getattr(sim.hosts, origin))
    return f"{parts.scheme}://{parts.netloc}"


def test_every_route_has_a_name_that_tests_can_use() -> None:
    assert {route.name for _, route in ROUTES} == set(ENDPOINTS)
    assert len(ENDPOINTS) == len(set(ENDPOINTS))
    for name in ENDPOINTS:
        assert known_endpoint(name) == name


def test_a_name_stands_for_one_thing() -> None:
    """Of the mobile API's versions both serve the same; elsewhere a name has one place and one method."""
    places: dict[str, set[Any]] = {}
    for site, route in ROUTES:
        base = "" if site.origin == "api" else site.base
        places.setdefault(route.name, set()).add((site.origin, base, route.method))
    origins = {name: {origin for origin, _, _ in found} for name, found in places.items()}
    assert [name for name, found in origins.items() if len(found) > 1] == []


def test_no_two_routes_of_a_site_are_the_same() -> None:
    for site in SITES:
        # The file store tells its four things apart by the query.
        found = Counter((route.pattern, route.method) for route in site.routes)
        twice = {pattern for (pattern, _), count in found.items() if count > 1}
        assert twice == ({"index.php"} if site.origin == "sandbox" else set())


@pytest.mark.parametrize("origin", ORIGINS)
def test_every_path_of_a_host_has_a_site(origin: Origin) -> None:
    for path in ("/", "/nothing", "/3.0/nothing", "/gateway/api/2.0/", "//"):
        assert site_of(origin, path).origin == origin
    for site in SITES:
        for route in site.routes:
            if site.origin == origin:
                found = site_of(origin, path_of(site, route))
                assert found is site, "a site before it takes its paths"


# What is asked for at the one path of the file store that serves several things stands in the query.
TOLD_BY_PATH = [(site, route) for site, route in ROUTES if route.pattern != "index.php"]


@pytest.mark.parametrize(("site", "route"), TOLD_BY_PATH, ids=lambda each: getattr(each, "name", None))
def test_a_route_is_found_by_its_path(site: Site, route: Route) -> None:
    name, found, arguments = site.identify(path_of(site, route), route.method)
    assert (name, found) == (route.name, route)
    assert arguments == ("7",) * route.pattern.count("{}")


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_host_answers_its_own_paths_only(sim: Simulator, origin: Origin) -> None:
    """Each path of every other host is asked for here, and is none that this host knows."""
    own = {(path_of(site, route)) for site, route in ROUTES if site.origin == origin}
    foreign = {path_of(site, route): route for site, route in ROUTES if site.origin != origin}
    names = {route.name for site, route in ROUTES if site.origin == origin}
    with httpx2.Client(trust_env=False) as client:
        for path, route in foreign.items():
            here = site_of(origin, path)
            if path in own or here.identify(path, route.method)[1] is not None:
                continue
            sim.reset_counts()
            answer = client.request(route.method, address(sim, origin) + path)
            assert answer.status_code in {401, 403, 404}, (origin, path)
            (name,) = sim.counts
            assert name not in names, (origin, path)


def test_six_hosts_are_six_origins(sim: Simulator) -> None:
    addresses = [address(sim, origin) for origin in ORIGINS]
    assert len(set(addresses)) == len(ORIGINS) == 6
    names = {origin: urlsplit(address(sim, origin)).hostname for origin in ORIGINS}
    apart = [names["api"], names["synergia"], names["wiadomosci"]]
    assert len(set(apart)) == 3, "cookies are told apart by the name of the host"
