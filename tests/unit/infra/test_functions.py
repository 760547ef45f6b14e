"""One function's objects, by its setting."""

from __future__ import annotations

import pytest

from infra.objects.functions import listening_port
from infra.objects.platform import Settings
from inventory.model import FunctionSetting
from tests.infra.world import approved, inventory, objects


def test_several_replicas_bring_a_disruption_budget() -> None:
    """With one replica a budget would only block the node's maintenance."""
    settings = Settings(functions={"search": FunctionSetting(replicas=3)})
    kinds = {name: [item.kind for item in items] for name, items in objects("changsha", settings).functions.items()}
    assert kinds["search"] == ["Deployment", "Service", "PodDisruptionBudget"]
    assert kinds["publishing"] == ["Deployment", "Service"]


def test_the_quota_follows_the_replicas() -> None:
    """A rolling update of everything must fit."""

    def pods(settings: Settings) -> int:
        found = objects("changsha", settings).zones["app"]
        return int(next(item for item in found if item.kind == "ResourceQuota").body["spec"]["hard"]["pods"])

    grown = Settings(functions={"search": FunctionSetting(replicas=5)})
    assert pods(grown) - pods(Settings()) == 8


def test_a_function_that_is_off_keeps_its_address_and_runs_nothing() -> None:
    """And the engine does not wait for endpoints that will not come."""
    off = objects("changsha", Settings(functions={"search": FunctionSetting(enabled=False)})).functions["search"]
    on = objects("changsha").functions["search"]
    assert off[0].body["spec"]["replicas"] == 0
    assert off[1].body["spec"]["clusterIPs"] == on[1].body["spec"]["clusterIPs"]
    assert off[1].annotations["pulumi.com/skipAwait"] == "true"


PORTS = {"publishing": 8080, "identity": 9443, "protection": 6514, "analytics": 8115, "monitoring": 8114}


@pytest.mark.parametrize("function", PORTS)
def test_pods_listen_where_the_zone_matrix_lets_traffic_in(function: str) -> None:
    """Otherwise the default deny would cut the function off; with no such flow, on the catalogue port."""
    known = next(item for item in inventory().functions if item.id == function)
    assert listening_port(known, approved("changsha").values) == PORTS[function]


def test_free_settings_change_the_objects_but_never_what_was_approved() -> None:
    """Image, size and replicas are free; addresses are not touched by them."""
    grown = Settings(functions={"search": FunctionSetting(replicas=2)})
    assert objects("changsha").fingerprint != objects("changsha", grown).fingerprint
    assert objects("changsha").outputs == objects("changsha", grown).outputs
