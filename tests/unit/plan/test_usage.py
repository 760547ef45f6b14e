"""How full the pools are, what a prefix holds, and what changes of the division would do."""

from __future__ import annotations

from math import isclose, log

import pytest

from inventory.errors import GateError, InputError
from inventory.model import Inventory, Region
from ipv6.change.model import Claim
from ipv6.plan.fits import fit
from ipv6.plan.plan import PlanResult, make_plan
from ipv6.plan.prefix import parse
from ipv6.plan.usage import hd_ratio, summaries, usage
from ipv6.plan.whatif import add_county, merge
from tests.unit.plan.worlds import changed, check_nesting, compact, units, with_policy, with_units


@pytest.mark.parametrize(("used", "slots", "ratio"), [(0, 16, None), (1, 1, None), (1, 16, 0.0), (16, 16, 1.0)])
def test_the_hd_ratio_at_its_ends(used: int, slots: int, ratio: float | None) -> None:
    assert hd_ratio(used, slots) == ratio


def test_the_hd_ratio_is_that_of_rfc_3194() -> None:
    """The RFC's own example: 10 digits, 50 to 60 million telephones; 0.77 for 50 million of 10^10."""
    found = hd_ratio(50_000_000, 10**10)
    assert found is not None
    assert isclose(found, log(5e7) / log(1e10))
    assert round(found, 2) == 0.77


def test_usage_counts_what_the_ledger_holds(hunan: Inventory, planned: PlanResult) -> None:
    rows = {(row.level, row.where): row for row in usage(hunan, planned.claims)}
    plane = rows["regions", "plane/public"]
    assert (plane.used, plane.slots, plane.left) == (139, 65536, 65397)
    city = rows["organisations", "region/public/430100"]
    assert (city.used, city.slots, city.reserve, city.left, city.warnings) == (3, 128, 12, 113, ())
    links = sum(claim.key.startswith("link/") for claim in planned.claims)
    assert sum(row.used for (level, _), row in rows.items() if level == "links") == links
    assert {row.where for row in usage(hunan, planned.claims, "430100")} == {
        f"region/{plane}/430100" for plane in ("public", "private", "internet")
    }


def test_a_shared_prefix_counts_once(hunan: Inventory, planned: PlanResult) -> None:
    heir = Claim("org/public/430103/zfb", planned.by_key["org/public/430102/zfb"], "org/public/430102/zfb")
    rows = {row.where: row for row in usage(hunan, (*planned.claims, heir)) if row.level == "organisations"}
    assert rows["region/public/430102"].used == 1


@pytest.mark.parametrize(
    ("count", "percent", "warnings"),
    [
        (110, 0, set()),
        (113, 10, {"only the reserve of 12 places is left"}),
        (125, 0, {"full: all 128 places are used"}),
    ],
)
def test_a_pool_that_runs_full_warns(hunan: Inventory, count: int, percent: int, warnings: set[str]) -> None:
    more = with_policy(with_units(hunan, units(hunan, count, region="430100")), reserve={"organisations": percent})
    rows = [row for row in usage(more, make_plan(more).claims, "430100") if row.level == "organisations"]
    row = next(row for row in rows if row.plane == "public")
    assert row.used == count + 3
    assert set(row.warnings) == warnings


def test_a_small_pool_with_one_place_left_warns(hunan: Inventory) -> None:
    inv = compact(hunan)
    rows = usage(inv, make_plan(inv).claims)
    cities = [row for row in rows if row.level == "cities"]
    assert [(row.used, row.slots, row.left, row.warnings) for row in cities] == [
        (15, 16, 1, ("1 of 16 places left",))
    ] * 3
    counties = {row.where: row for row in rows if row.level == "counties"}
    assert counties["city/public/430400"].used == 13


def test_a_dense_plane_warns_with_its_hd_ratio(hunan: Inventory, planned: PlanResult) -> None:
    more = [Claim(f"link/x{n}", f"3fff:10:100:{n:x}::/64", "region/public/430100") for n in range(0x300, 0xA00)]
    row = next(
        row for row in usage(hunan, (*planned.claims, *more), "430100") if (row.level, row.plane) == ("links", "public")
    )
    assert row.hd is not None and 0.87 < row.hd < 0.92
    assert any("above 0.87 (RFC 3194" in one for one in row.warnings)


def test_summaries_add_up(hunan: Inventory, planned: PlanResult) -> None:
    rows = usage(hunan, planned.claims)
    lines = {(line.level, line.plane): line for line in summaries(rows)}
    line = lines["organisations", "public"]
    assert (line.pools, line.used, line.slots) == (137, 60, 137 * 128)
    assert line.fullest.where == "region/public/430000"


@pytest.mark.parametrize(
    ("prefix", "profile", "regions", "planes", "missing", "said"),
    [
        ("3fff:40::/28", "legible", 15, 3, 0, "13 of 16 planes are left"),
        ("3fff::/24", "legible", 15, 3, 0, "15 more blocks of a /28 are left"),
        ("3fff:40::/30", "legible", 15, 3, 2, "a /30 holds 3 of 3 planes"),
        ("3fff:40::/31", "legible", 15, 2, 3, "a /31 holds 2 of 3 planes"),
        ("3fff:40::/34", "legible", 15, 0, 6, "a /34 holds 15 of 15 regions in one plane: 2 bits missing"),
        ("3fff:40::/36", "legible", 10, 0, 8, "a /36 holds 10 of 15 regions in one plane: 4 bits missing"),
        ("3fff:40:3000::/36", "legible", 1, 0, 8, "a /36 holds 1 of 15 regions"),
        ("3fff:40:4000::/36", "legible", 0, 0, 8, "a /36 holds 0 of 15 regions"),
        ("3fff:40::/44", "legible", 0, 0, 16, "a /44 holds 0 of 15 regions"),
        ("3fff:40::/32", "compact", 15, 3, 0, "region values: 1 of 16 are left"),
        ("3fff:40::/38", "compact", 4, 0, 6, "a /38 holds 4 of 15 regions in one plane: 2 bits missing"),
        ("3fff:40::/35", "compact", 15, 2, 3, "the compact profile needs a /32 for all planes: 3 bits missing"),
    ],
)
def test_what_a_prefix_holds(
    hunan: Inventory, prefix: str, profile: str, regions: int, planes: int, missing: int, said: str
) -> None:
    found = fit(hunan, parse(prefix), profile)
    assert (found.regions, found.planes, found.missing) == (regions, planes, missing)
    assert any(note.startswith(said) for note in found.notes), found.notes
    assert bool(found.rows) == (missing == 0)


@pytest.mark.parametrize(("prefix", "profile"), [("fd00::/8", ""), ("3fff:40::/28", "roomy"), ("::/0", "")])
def test_what_is_no_prefix_for_a_province_is_refused(hunan: Inventory, prefix: str, profile: str) -> None:
    with pytest.raises(InputError):
        fit(hunan, parse(prefix), profile)


def test_a_new_county_gets_its_digits_and_nothing_else_changes(hunan: Inventory, planned: PlanResult) -> None:
    effect = add_county(hunan, planned.claims, "430199", "430100")
    assert {(claim.key, claim.prefix) for claim in effect.new} == {
        ("region/public/430199", "3fff:10:199::/48"),
        ("region/private/430199", "3fff:11:199::/48"),
        ("region/internet/430199", "3fff:ff1:199::/48"),
    }
    assert effect.notes[0] == f"3 claims would be made, {len(planned.claims)} stay as they are"


def test_a_new_county_before_the_first_plan_is_told_apart_from_it(hunan: Inventory) -> None:
    assert len(add_county(hunan, (), "430199", "430100").new) == 3


@pytest.mark.parametrize(
    ("code", "parent", "cause"),
    [
        ("430102", "430100", "is 芙蓉区 already"),
        ("430521", "430500", "was 邵东县 until 2019-07: its digits stay taken for ever"),
        ("430299", "430100", "does not begin like its city"),
        ("430199", "430102", "is no city in force"),
        ("430199", "439900", "is no city in force"),
        ("430100", "430100", "is not the code of a county"),
        ("43019", "430100", "is not the code of a county"),
        ("43０199", "430100", "is not the code of a county"),
    ],
)
def test_a_code_that_cannot_be_added_is_refused(
    hunan: Inventory, planned: PlanResult, code: str, parent: str, cause: str
) -> None:
    with pytest.raises(InputError, match=cause):
        add_county(hunan, planned.claims, code, parent)


def test_a_full_compact_city_refuses_a_county_with_numbers(hunan: Inventory) -> None:
    """衡阳 has 12 counties: three more fill its 15 values, a fourth finds none."""
    inv = compact(hunan)
    more = tuple(Region(code=f"43049{n}", name="新县", level="county", parent="430400") for n in range(3))
    full = changed(inv, regions=(*inv.regions, *more))
    with pytest.raises(GateError, match="all 15 of 15 places are taken"):
        add_county(full, make_plan(full).claims, "430499", "430400")


@pytest.mark.parametrize("planned_first", [True, False])
def test_a_merger_moves_nothing(hunan: Inventory, planned: PlanResult, planned_first: bool) -> None:
    effect = merge(hunan, planned.claims if planned_first else (), "430102", "430103", "2026-11")
    assert [(claim.key, claim.prefix) for claim in effect.new] == [("org/public/430103/zfb", "3fff:10:102:8000::/56")]
    assert effect.handed == 1
    assert {claim.key for claim in effect.kept} >= {"region/public/430102", "loopback/pe-430102"}
    assert "devices to write 430103 for: pe-430102" in effect.notes
    check_nesting((*planned.claims, *effect.new))


def test_an_absorbed_county_keeps_its_digits_in_a_fresh_ledger_too(hunan: Inventory) -> None:
    gone = tuple(
        one.model_copy(update={"valid_to": "2026-11", "successor": "430103"}) if one.code == "430102" else one
        for one in hunan.regions
    )
    moved = tuple(
        one.model_copy(update={"region": "430103"}) if one.region == "430102" else one for one in hunan.organisations
    )
    result = make_plan(changed(hunan, regions=gone, organisations=moved))
    assert result.by_key["region/public/430102"] == "3fff:10:102::/48"
    assert result.by_key["region/public/430103"] == "3fff:10:103::/48"


@pytest.mark.parametrize(
    ("code", "into", "cause"),
    [
        ("430102", "430202", "cannot be merged into 430202"),
        ("430102", "430102", "cannot be merged"),
        ("430100", "430102", "is no county in force"),
        ("430521", "430582", "is no county in force"),
    ],
)
def test_a_merger_that_cannot_be_is_refused(
    hunan: Inventory, planned: PlanResult, code: str, into: str, cause: str
) -> None:
    with pytest.raises(InputError, match=cause):
        merge(hunan, planned.claims, code, into, "2026-11")


def test_two_organisations_with_one_id_stop_a_merger(hunan: Inventory, planned: PlanResult) -> None:
    twin = with_units(hunan, units(hunan, 1, "zf", "430102"), units(hunan, 1, "zf", "430103"))
    with pytest.raises(InputError, match="organisations zf0 exist in 430103 too"):
        merge(twin, make_plan(twin).claims, "430102", "430103", "2026-11")
