"""Every policy rule with cases from files: tests/policy/<rule-id>/{allow_,deny_}<case>.yaml, one test each.

A case is a platform's own objects with a few changes: `set` writes fields by their dotted path, `drop` removes objects,
`add` puts a document in, `protect` says whether an object is protected, `yields` what of it a controller owns.
`settings` are the stack's own, `functions` those of its functions; `measured`: its cluster is said to serve metrics.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.manifest import Manifest
from infra.policy.finding import Stack
from infra.policy.judge import every_rule, judge, refuse
from infra.rendering import settings_of
from inventory.clauses import Waiver
from inventory.errors import GateError
from tests.infra.world import inventory, measured, objects

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.yaml"))
RULES = {rule.id: rule for rule in every_rule()}
TODAY = date(2026, 6, 1)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def stack(case: Mapping[str, Any]) -> Stack:
    """The platform's objects as the case changes them."""
    functions = {key: case[key] for key in ("functions",) if key in case}
    settings = {**case.get("settings", {}), **functions}
    chosen = settings_of(functions, "a case", inventory())
    where = measured() if case.get("measured") else None
    manifests = list(objects(case.get("platform", "changsha"), chosen, where).all)
    for change in case.get("change", ()):
        if "add" in change:
            manifests.append(manifest(change["add"]))
            continue
        chosen = [item for item in manifests if matches(item, change)]
        assert chosen, f"the case changes nothing: {change}"
        for item in chosen:
            at = manifests.index(item)
            manifests[at : at + 1] = [] if change.get("drop") else [changed(item, change)]
    zones = [zone.id for zone in inventory().matrix.zones]
    return Stack(manifests, zones, settings, case.get("lab", True))


def matches(item: Manifest, change: Mapping[str, Any]) -> bool:
    wanted = ("kind", "name", "namespace")
    return all(getattr(item, key) == change[key] for key in wanted if key in change)


def changed(item: Manifest, change: Mapping[str, Any]) -> Manifest:
    body, labels = copy.deepcopy(dict(item.body)), {**item.labels, **change.get("labels", {})}
    for path, value in change.get("set", {}).items():
        at: Any = body
        *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))
        for part in parents:
            at = at[part]
        at[last] = value
    yields = tuple(change.get("yields", item.yields))
    return replace(item, body=body, labels=labels, protect=change.get("protect", item.protect), yields=yields)


def manifest(document: Mapping[str, Any]) -> Manifest:
    meta = document["metadata"]
    body = {key: value for key, value in document.items() if key not in ("apiVersion", "kind", "metadata")}
    return Manifest(document["apiVersion"], document["kind"], meta["name"], meta.get("namespace", ""), {}, {}, body)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    """An allowed case gives no finding of its rule, a denied one exactly the expected places and causes."""
    case, rule = read(path), RULES[path.parent.name]
    found = judge(stack(case), inventory().clauses.by_id, (), TODAY, (rule,))
    assert [f"{one.place}: {one.cause}" for one in found] == case.get("expect", [])
    assert bool(found) == path.stem.startswith("deny_")


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rule_has_both_cases_and_a_clause(rule: str) -> None:
    """A rule that never fires, or always, is none; its clause is one of the province's, its module named after it."""
    assert {path.stem.partition("_")[0] for path in CASES if path.parent.name == rule} == {"allow", "deny"}
    assert RULES[rule].clause in inventory().clauses.by_id
    assert RULES[rule].check.__module__ == f"infra.policy.rules.{rule.replace('-', '_')}"


def test_no_cases_of_unknown_rules() -> None:
    """A folder that no rule owns would test nothing."""
    assert {path.parent.name for path in CASES} <= set(RULES)


BROKEN = stack(read(HERE / "services-dual-stack" / "deny_prefer.yaml"))
PLACE = "Service changsha-app/search"


def findings(*waivers: Waiver) -> list[str]:
    found = judge(BROKEN, inventory().clauses.by_id, waivers, TODAY)
    refuse(found, "stack changsha")
    return [f"{one.place} {one.waived}" for one in found if one.waived]


def test_a_broken_rule_stops_the_stack_and_names_clause_object_and_fix() -> None:
    """As a gate: exit code 3."""
    with pytest.raises(GateError) as caught:
        findings()
    assert caught.value.exit_code == 3
    for word in (PLACE, "PreferDualStack", "通知三(六)-平台", "services-dual-stack", "write RequireDualStack"):
        assert word in str(caught.value)


def test_a_waiver_lets_one_rule_go_at_one_object() -> None:
    """With its reason in the finding, until its last day."""
    waiver = Waiver(rule="services-dual-stack", objects=(PLACE,), reason="厂商升级中", until=TODAY)
    assert findings(waiver) == [f"{PLACE} 厂商升级中"]
    for other in ({"rule": "default-deny"}, {"objects": ("Service changsha-app/publishing",)}):
        with pytest.raises(GateError, match="PreferDualStack"):
            findings(waiver.model_copy(update=other))


@pytest.mark.parametrize(
    ("change", "words"),
    [({"until": date(2026, 5, 31)}, "expired on 2026-05-31"), ({"rule": "no-such"}, "no policy rule has this name")],
)
def test_a_void_waiver_is_an_error_of_its_own(change: dict[str, Any], words: str) -> None:
    """Even where nothing is broken."""
    waiver = Waiver(rule="services-dual-stack", objects=(PLACE,), reason="r", until=TODAY).model_copy(update=change)
    with pytest.raises(GateError, match=words):
        judge(stack({}), inventory().clauses.by_id, (waiver,), TODAY)


def test_the_real_platforms_break_nothing_in_the_lab() -> None:
    """All 15, every rule."""
    for platform in inventory().platform_by_name:
        assert judge(stack({"platform": platform}), inventory().clauses.by_id, (), TODAY) == ()


def test_advice_stops_nothing() -> None:
    """Outside of a lab the same objects bring advice about spare replicas, once the images are pinned."""
    found = judge(stack({"lab": False}), inventory().clauses.by_id, (), TODAY, (RULES["spare-replicas"],))
    assert len(found) == 16 and not any(one.stops for one in found)
    refuse(found, "stack changsha")
