"""Every platform's stack as the program declares it to the engine."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.infra.world import PLATFORMS, Declared, declare, inventory, objects

KUBERNETES = "kubernetes:"


@cache
def stack(platform: str) -> tuple[Declared, ...]:
    """Declared once per platform."""
    return declare(platform)


def of_kind(platform: str, kind: str) -> list[Declared]:
    """The platform's resources of a Kubernetes kind."""
    return [item for item in stack(platform) if item.type.startswith(KUBERNETES) and item.type.endswith(f":{kind}")]


def spec(item: Declared) -> dict[str, Any]:
    """The resource's specification."""
    found: dict[str, Any] = item.inputs["spec"]
    return found


def test_there_are_fifteen_platforms() -> None:
    """One province and fourteen cities."""
    assert len(PLATFORMS) == 15


def offered(platform: str) -> list[str]:
    """Ids of the functions that run on the platform."""
    return [function.id for function in inventory().functions_of(inventory().platform_by_name[platform])]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_program_declares_exactly_the_rendered_objects(platform: str) -> None:
    """Nothing is added or lost between the pure objects and the engine, whatever case its SDK likes."""
    declared = {}
    for item in stack(platform):
        if item.type.startswith(KUBERNETES):
            metadata = item.inputs["metadata"]
            declared[item.inputs["kind"], metadata.get("namespace", ""), metadata["name"]] = item.inputs
    wanted = {item.key: item.document() for item in objects(platform).all}
    assert declared == wanted


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_service_requires_both_families(platform: str) -> None:
    """Its functions, the library and the edge."""
    services = of_kind(platform, "Service")
    assert len(services) == len(offered(platform)) + 2
    assert {spec(item)["ipFamilyPolicy"] for item in services} == {"RequireDualStack"}
    assert all(spec(item)["ipFamilies"] == ["IPv4", "IPv6"] for item in services)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_all_sixteen_functions_are_there(platform: str) -> None:
    """Each is a component of its own; the five of the province run nowhere else."""
    names = {item.name for item in stack(platform) if item.type == "jiyue:platform:PlatformFunction"}
    assert names == {f"{platform}-{name}" for name in offered(platform)}
    assert len(names) == (21 if platform == "hunan" else 16)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_default_deny_comes_before_every_workload(platform: str) -> None:
    """A pod can never run in a zone that is still open."""
    closed = {item.urn for item in of_kind(platform, "NetworkPolicy") if item.name.endswith("/default-deny")}
    assert len(closed) == len(of_kind(platform, "Namespace")) == 6
    for item in (*of_kind(platform, "Deployment"), *of_kind(platform, "StatefulSet")):
        zone = item.inputs["metadata"]["namespace"]
        assert any(f"::{zone}/" in urn and urn in closed for urn in item.dependencies), item.name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_only_the_library_is_protected(platform: str) -> None:
    """Its claims, volumes and their namespace outlive the stack; everything else can be built again."""
    kept = [item for item in stack(platform) if item.protect]
    assert {item.type.rsplit(":", 1)[-1] for item in kept} == {"PersistentVolume", "PersistentVolumeClaim", "Namespace"}
    assert {item.inputs["metadata"]["name"] for item in kept if item.type.endswith(":Namespace")} == {
        f"{platform}-data"
    }


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_object_uses_the_platforms_own_provider(platform: str) -> None:
    """Never the default provider, which would take whatever context is current."""
    providers = {item.provider.rsplit("::", 2)[-2] for item in stack(platform) if item.type.startswith(KUBERNETES)}
    assert providers == {platform}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_object_belongs_to_a_component(platform: str) -> None:
    """The tree of a stack reads like the platform."""
    for item in stack(platform):
        if item.type.startswith(KUBERNETES):
            assert "jiyue:platform:Platform" in item.parent, item.name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_size_of_a_stack_is_what_progress_is_counted_against(platform: str) -> None:
    """The engine takes one step per registration, the stack itself being one more."""
    declared = [item for item in stack(platform) if item.type != "pulumi:pulumi:Stack"]
    assert objects(platform).steps == len(declared) + 1


def test_names_never_change_between_runs() -> None:
    """The same inputs give the same names, types and parents, in any run."""
    first, second = stack("changsha"), declare("changsha")
    assert {item.urn for item in first} == {item.urn for item in second}


def test_names_and_addresses_are_unique_in_the_province() -> None:
    """All platforms share one cluster, so nothing of two platforms may collide."""
    keys = [item.key for platform in PLATFORMS for item in objects(platform).all]
    assert len(keys) == len(set(keys))
    addresses = [
        address
        for platform in PLATFORMS
        for item in of_kind(platform, "Service")
        for address in spec(item)["clusterIPs"]
        if address != "None"
    ]
    assert len(addresses) == (15 * 17 + 5) * 2 == len(set(addresses))


@pytest.mark.parametrize("platform", sorted(set(PLATFORMS) - {"hunan"}))
def test_a_city_finds_the_provincial_functions_in_both_families(platform: str) -> None:
    """Those of the services of the province itself, on the port that the zone matrix lets through."""
    held = {item.key: item for item in objects(platform).all}
    file = json.loads(held["ConfigMap", f"{platform}-exchange", "exchange"].body["data"]["exchange.json"])
    served = {item.name: item.body["spec"] for item in objects("hunan").all if item.kind == "Service"}
    assert set(file["provincial"]) == {function.id for function in inventory().provincial_functions}
    for name, client in file["provincial"].items():
        assert served[name]["clusterIPs"] == [client["address4"], client["address6"]]
        assert client["port"] in [port["port"] for port in served[name]["ports"]]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_stack_has_at_least_140_resources(platform: str) -> None:
    """What the figures speak of."""
    assert objects(platform).steps >= 140
