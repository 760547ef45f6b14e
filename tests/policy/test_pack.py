"""The pack sees what the program declares and comes to the same findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from infra.policy.pack.adapter import findings, manifests
from tests.infra.world import Declared, declare, inventory, objects

TODAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Shown:
    """A resource in the form of the engine's analyzer."""

    resource_type: str
    props: dict[str, Any]
    opts: Any


def shown(item: Declared) -> Shown:
    return Shown(item.type, item.inputs, SimpleNamespace(protect=item.protect, ignore_changes=list(item.yields)))


def test_nothing_is_lost_on_the_way() -> None:
    """Every object of a stack comes back as it was rendered, its protection included."""
    back = {item.key: item for item in manifests(map(shown, declare("changsha")))}
    assert back == {item.key: item for item in objects("changsha").all}


def test_the_real_stack_passes() -> None:
    assert findings(map(shown, declare("changsha")), inventory(), TODAY) == ()


@pytest.mark.parametrize(
    ("kind", "change", "rule"),
    [
        ("Service", {"ipFamilyPolicy": "SingleStack"}, "services-dual-stack"),
        ("Gateway", {"addresses": []}, "gateways-dual-stack"),
        ("NetworkPolicy", {"ingress": [{}], "policyTypes": ["Ingress", "Egress"]}, "peers-named"),
    ],
)
def test_a_broken_resource_is_found(kind: str, change: dict[str, Any], rule: str) -> None:
    """By the same rule as inside the program."""
    declared = [shown(item) for item in declare("changsha")]
    first = next(item for item in declared if item.resource_type.endswith(f":{kind}"))
    first.props["spec"].update(change)
    assert rule in {one.rule for one in findings(declared, inventory(), TODAY)}
