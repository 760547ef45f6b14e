"""Cities read what the province's stack published; the plan decides what it must be."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from infra.joining import OUTPUT, refusal, unlike
from tests.infra.world import PLATFORMS, Echo, approved, declare, inventory, objects

CITIES = [name for name in PLATFORMS if name != "hunan"]
PUBLISHED: dict[str, Any] = json.loads(json.dumps(objects("hunan").outputs[OUTPUT]))


@pytest.mark.parametrize("city", CITIES)
def test_what_the_province_publishes_is_what_every_city_expects(city: str) -> None:
    """Both sides compute it on their own, from their own approved values."""
    wanted = objects(city)
    assert wanted.centre == "hunan"
    assert set(wanted.expected["functions"]) == {one.id for one in inventory().provincial_functions}
    assert refusal(wanted, PUBLISHED) is None


def test_endpoints_have_a_name_both_addresses_and_a_port() -> None:
    """And the library its networks of both families; a city publishes its library alone."""
    search = PUBLISHED["functions"]["smart-search"]
    assert search == {"title": "智能检索", "address4": "10.1.32.28", "address6": search["address6"], "port": 9443}
    assert search["address6"].endswith("::28")
    assert PUBLISHED["library"]["v4"] and PUBLISHED["library"]["v6"]
    own = approved("changsha").values.prefixes["exchange"]
    library = {"v4": ["10.2.18.0/24"], "v6": [str(prefix) for prefix in own.v6]}
    assert objects("changsha").outputs[OUTPUT] == {"functions": {}, "library": library}


def test_the_province_reads_nobody() -> None:
    assert (objects("hunan").centre, objects("hunan").expected) == ("", {})
    assert refusal(objects("hunan"), None) is None
    echo = Echo({})
    assert declare("hunan", echo=echo) and echo.read == []


def moved(published: dict[str, Any]) -> None:
    published["functions"]["answers"]["address6"] = "3fff:bad::1"


def gone(published: dict[str, Any]) -> None:
    del published["functions"]["new-media"]


def port(published: dict[str, Any]) -> None:
    published["functions"]["smart-search"]["port"] = 80


def one_family(published: dict[str, Any]) -> None:
    published["library"]["v6"] = []


def mangled(published: dict[str, Any]) -> None:
    published["functions"] = ["smart-search"]


WRONG: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "address": (moved, "function answers has address6 3fff:bad::1, planned is 3fff:"),
    "missing": (gone, "function new-media is missing"),
    "port": (port, "function smart-search has port 80, planned is 9443"),
    "one family": (one_family, "the library's v6 is [], planned is ['3fff:"),
    "mangled": (mangled, "it has published nothing yet"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_differs_from_the_plan_is_refused_before_anything_is_declared(case: str) -> None:
    """By the program itself, so inside whatever engine runs it."""
    change, words = WRONG[case]
    published = copy.deepcopy(PUBLISHED)
    change(published)
    told = list(unlike(objects("changsha").expected, published))
    assert len(told) == 1 and told[0].startswith(words)
    echo = Echo({OUTPUT: published})
    with pytest.raises(pulumi.RunError, match="run first: jiyue stack up hunan"):
        declare("changsha", echo=echo)
    assert (echo.read, echo.made) == (["organization/jiyue/hunan"], [])


def test_a_province_that_published_nothing_is_refused() -> None:
    """A stack that is there without the output: an older version, or taken down."""
    echo = Echo({"digest": "5a" * 32})
    with pytest.raises(
        pulumi.RunError, match=r"stack changsha: the province's stack hunan .*: it has published nothing"
    ):
        declare("changsha", echo=echo)


class Unreadable(Echo):
    """An engine that cannot read the province's stack, or is gone in the middle of it."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            raise RuntimeError('unknown stack "organization/jiyue/hunan"')
        return super().new_resource(args)


@pytest.mark.timeout(60)
def test_a_read_that_fails_ends_the_program() -> None:
    """Before anything else is declared."""
    echo = Unreadable({})
    with pytest.raises(Exception, match="unknown stack"):
        declare("changsha", echo=echo)
    assert echo.made == []


def test_more_than_the_plan_knows_is_the_provinces_own_affair() -> None:
    """A function that it offers already; a title that was changed."""
    published = copy.deepcopy(PUBLISHED)
    published["functions"]["chat"] = {"address4": "10.1.32.99", "address6": "3fff::99", "port": 9443}
    published["functions"]["answers"]["title"] = "问答"
    assert refusal(objects("changsha"), published) is None
