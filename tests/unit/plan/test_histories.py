"""Long histories: blocks that fill up one after another, codes that change again and again; nobody ever moves."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import GateError, InputError
from inventory.model import Inventory, Region
from ipv6.change.model import Claim
from ipv6.plan.forebears import Forebears
from ipv6.plan.plan import make_plan
from ipv6.plan.prefix import parse
from jiyue.store import open_store
from tests.unit.plan.test_blocks import lab_blocks
from tests.unit.plan.worlds import changed, check_nesting, compact, units, with_blocks, with_units

SOME = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def renamed(inv: Inventory, old: str, new: str, month: str) -> Inventory:
    """County `old` has the code `new` from that month on; its organisations and devices follow."""
    regions = tuple(
        one.model_copy(update={"valid_to": month, "successor": new}) if one.code == old else one for one in inv.regions
    )
    name = inv.region_by_code[old]
    added = Region(code=new, name=f"{name.name}新", level=name.level, parent=name.parent, valid_from=month)
    followers = tuple(one.model_copy(update={"region": new}) if one.region == old else one for one in inv.organisations)
    platforms = tuple(
        platform.model_copy(
            update={
                "devices": tuple(
                    device.model_copy(update={"region": new}) if device.region == old else device
                    for device in platform.devices
                )
            }
        )
        for platform in inv.platforms
    )
    return changed(inv, regions=(*regions, added), organisations=followers, platforms=platforms)


@pytest.mark.parametrize("profile", ["legible", "compact"])
def test_a_county_recoded_twice_keeps_everything(hunan: Inventory, profile: str) -> None:
    inv = compact(hunan) if profile == "compact" else hunan
    inv = with_units(inv, units(inv, 3, "old", "430121"))
    ledger = make_plan(inv).claims
    first = {claim.key: claim.prefix for claim in ledger}
    for old, new, month in (("430121", "430183", "2027-01"), ("430183", "430184", "2029-05")):
        inv = renamed(inv, old, new, month)
        inv = with_units(inv, units(inv, 1, f"of{new}-", new))
        grown = make_plan(inv, ledger)
        assert set(ledger) <= set(grown.claims)
        ledger = grown.claims
    check_nesting(ledger)
    now = {claim.key: claim.prefix for claim in ledger}
    assert now["region/public/430184"] == first["region/public/430121"]
    assert [now[f"org/public/430184/old{n}"] for n in range(3)] == [
        first[f"org/public/430121/old{n}"] for n in range(3)
    ]
    assert len({now[f"org/public/430184/{name}"] for name in ("old0", "old1", "old2", "of430183-0", "of430184-0")}) == 5
    if profile == "legible":
        for code in ("430183", "430184"):
            own = f"3fff:10:{int(code[2:])}::/48"
            assert own in now.values() and now["region/public/430184"] != own


def test_the_first_code_of_a_chain_gives_the_digits_in_a_fresh_ledger(hunan: Inventory) -> None:
    inv = renamed(renamed(hunan, "430121", "430183", "2027-01"), "430183", "430184", "2029-05")
    result = make_plan(inv)
    assert result.by_key["region/public/430184"] == "3fff:10:121::/48"
    assert result.by_key["region/public/430184/reserved"] == "3fff:10:184::/48"


def test_forebears_are_told_nearest_first_and_circles_are_refused() -> None:
    def region(code: str, successor: str = "", begun: str = "", ended: str = "") -> Region:
        return Region(code=code, name=code, level="county", successor=successor, valid_from=begun, valid_to=ended)

    chain = Forebears(
        [
            region("430101", "430102", ended="2020-01"),
            region("430102", "430103", "2020-01", "2021-01"),
            region("430103", begun="2021-01"),
        ]
    )
    assert chain.first("430103") == "430101"
    assert chain.all("430103") == ("430102", "430101")
    circle = Forebears(
        [region("430101", "430102", "2020-01", "2020-01"), region("430102", "430101", "2020-01", "2020-01")]
    )
    with pytest.raises(InputError, match="form a circle"):
        circle.first("430101")


@given(
    batches=st.lists(st.tuples(st.integers(1, 120), st.sampled_from(["430100", "430102", "430000"])), max_size=4),
    blocks=st.integers(0, 2),
    seed=st.integers(0, 2**16),
)
@SOME
def test_full_blocks_hand_on_in_order_and_nobody_moves(
    hunan: Inventory, batches: list[tuple[int, str]], blocks: int, seed: int
) -> None:
    further: list[Mapping[str, object]] = [
        {"plane": "public", "prefix": f"3fff:{0x40 + n:x}::/32", "id": f"b{n}"} for n in range(blocks)
    ]
    inv = with_blocks(hunan, *random.Random(seed).sample([*lab_blocks(hunan), *further], 3 + blocks))
    result = make_plan(inv)
    room = 116 * (1 + blocks)
    for n, (count, region) in enumerate(batches):
        grown = with_units(inv, units(inv, count, f"n{n}-", region))
        wanted = sum(one.region == region and one.plane == "public" for one in grown.organisations)
        if wanted > room:
            with pytest.raises(GateError, match=f"no place for org/public/{region}/"):
                make_plan(grown, result.claims)
            continue
        inv, before = grown, result
        result = make_plan(inv, before.claims)
        assert set(before.claims) <= set(result.claims)
    check_nesting(result.claims)
    for claim in result.claims:
        if "/in/b1" in claim.key:
            assert claim.key.replace("b1", "b0") in result.by_key


def test_a_prefix_in_quarantine_is_given_to_nobody(hunan: Inventory) -> None:
    """As the ledger shows it to the planner: a tombstone beside the claims."""
    inv = with_units(hunan, units(hunan, 2, region="430111"))
    done = make_plan(inv)
    gone = next(claim for claim in done.claims if claim.key == "org/public/430111/u0")
    ledger = [claim for claim in done.claims if claim != gone]
    tombstone = Claim(f"released/{gone.key}/1", gone.prefix, gone.parent)
    again = make_plan(with_units(hunan, units(hunan, 2, region="430111")), [*ledger, tombstone])
    fresh = again.by_key[gone.key]
    assert fresh != gone.prefix
    assert not parse(fresh).contains(parse(gone.prefix))


def test_the_store_takes_the_history_of_a_recoded_county(hunan: Inventory, tmp_path: Path) -> None:
    """The ledger judges every claim itself: an heir is no clash, and it stays so when the store is opened anew."""
    inv = with_units(hunan, units(hunan, 2, "old", "430121"))
    open_store(tmp_path / "a.db").allocate(lambda ledger: make_plan(inv, ledger).new)
    for old, new, month in (("430121", "430183", "2027-01"), ("430183", "430184", "2029-05")):
        inv = renamed(inv, old, new, month)
        inv = with_units(inv, units(inv, 1, f"of{new}-", new))
        store = open_store(tmp_path / "a.db")
        grown = store.allocate(lambda ledger, inv=inv: make_plan(inv, ledger).new)  # type: ignore[misc]
        assert {claim.key for claim in grown} >= {f"org/public/{new}/old0", f"org/public/{new}/of{new}-0"}
        assert store.verify_chain() > 0
