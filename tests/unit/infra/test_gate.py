"""The stack takes from the plan what was approved, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.gate import check_inventory, check_planned, differences
from infra.values import approved_path, load_approved, parse_approved, parse_values
from inventory.errors import GateError
from tests.infra.world import DIGEST, approved, inventory, raw_values


def moved(**changes: Any) -> dict[str, object]:
    """Changsha's values with some of them replaced."""
    return {**raw_values("changsha"), **changes}


def test_the_approved_values_pass() -> None:
    """Same digest, same values."""
    check_planned(approved("changsha"), DIGEST, raw_values("changsha"))
    check_inventory(inventory(), inventory().platform_by_name["changsha"], approved("changsha").values, "x")


def test_another_digest_is_refused() -> None:
    """The file is from an older approval."""
    with pytest.raises(GateError, match="holds digest 5a5a5a5a5a5a, approved is 0000"):
        check_planned(approved("changsha"), "0" * 64, raw_values("changsha"))


def test_other_values_under_the_same_digest_are_refused() -> None:
    """Someone edited the file."""
    with pytest.raises(GateError, match=r"services6: approved 3fff.*, now 3fff:bad::/64"):
        check_planned(approved("changsha"), DIGEST, moved(services6="3fff:bad::/64"))


INVENTORY_MOVED: dict[str, tuple[dict[str, Any], str]] = {
    "flow": ({"flows": []}, "flow .*in the inventory, but not approved"),
    "service range": ({"services4": "10.9.0.0/20"}, r"services4: approved 10.9.0.0/20, now 10.2.32.0/20"),
    "site": ({"sites": []}, "site jyj.changsha.gov.cn 198.18.1.11: in the inventory, but not approved"),
    "zone": (
        {"prefixes": {"dmz": raw_values("changsha")["prefixes"]["dmz"]}},  # type: ignore[index]
        "zone app: in the inventory, but not approved",
    ),
}


@pytest.mark.parametrize("case", INVENTORY_MOVED)
def test_an_inventory_that_moved_on_is_refused(case: str) -> None:
    """Even plain `pulumi up`, which knows no store, notices."""
    changes, words = INVENTORY_MOVED[case]
    values = parse_values(moved(**changes), "x")
    with pytest.raises(GateError, match=words):
        check_inventory(inventory(), inventory().platform_by_name["changsha"], values, "stack changsha")


def test_differences_name_the_path() -> None:
    """Lists by number, mappings by key, in order."""
    assert differences({"a": [1, {"b": 2}], "c": 1}, {"a": [1, {"b": 3}], "d": 1}) == (
        "a[1].b: approved 2, now 3",
        "c: approved, but no longer planned",
        "d: planned, but not approved",
    )
    assert differences({"a": [1]}, {"a": [1]}) == ()


def test_no_approval_is_a_refusal(tmp_path: Path) -> None:
    """It says which command gives one."""
    with pytest.raises(GateError, match="no approved plan in this environment; run: jiyue review approve changsha"):
        load_approved(tmp_path, "lab", "changsha")


def test_the_file_is_read_back(tmp_path: Path) -> None:
    """As `review approve` writes it."""
    path = approved_path(tmp_path, "lab", "changsha")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"digest": DIGEST, "values": raw_values("changsha")}), encoding="utf-8")
    assert load_approved(tmp_path, "lab", "changsha") == approved("changsha")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"digest": "x", "values": {}}', '{"digest": 1, "values": {}}', '{"digest": "5a"}']
)
def test_anything_else_is_refused(text: str) -> None:
    """Half a file, another file, no digest: closed."""
    with pytest.raises(GateError):
        parse_approved("changsha", text, "place")
