"""The platform in the cluster: dual-stack services from approved ranges, default deny, functions, library."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from tests.acceptance.cluster import Cluster
from tests.acceptance.conftest import Record

FUNCTION = "jiyue/function"


def ready(workload: dict[str, Any]) -> tuple[int, int]:
    """Ready and wanted replicas."""
    return workload.get("status", {}).get("readyReplicas", 0), workload["spec"].get("replicas", 1)


@pytest.mark.requirement("cluster-dual-stack")
def test_every_service_requires_both_families(platform: dict[str, Any], cluster: Cluster, record: Record) -> None:
    services = cluster.of("services", platform["name"])
    ranges = [ip_network(platform["services4"]), ip_network(platform["services6"])]
    record.evidence(cluster.evidence)
    record.measured(f"{len(services)} services, ranges {ranges[0]} and {ranges[1]}")
    assert len(services) >= len(platform["functions"]), f"only {len(services)} services"
    for service in services:
        name, spec = f"{service['metadata']['namespace']}/{service['metadata']['name']}", service["spec"]
        assert spec.get("ipFamilyPolicy") == "RequireDualStack", f"{name}: {spec.get('ipFamilyPolicy')}"
        assert sorted(spec.get("ipFamilies", ())) == ["IPv4", "IPv6"], f"{name}: {spec.get('ipFamilies')}"
        if spec["clusterIPs"] == ["None"]:  # headless: names its pods, has no address of its own
            continue
        addresses = [ip_address(address) for address in spec["clusterIPs"]]
        assert [address.version for address in addresses] == [4, 6], f"{name}: {spec['clusterIPs']}"
        for address, network in zip(addresses, ranges, strict=True):
            assert address in network, f"{name}: {address} is outside the approved {network}"


@pytest.mark.requirement("cluster-zones")
def test_every_zone_is_a_restricted_namespace(
    platform: dict[str, Any], zone_name: str, cluster: Cluster, record: Record
) -> None:
    name = f"{platform['name']}-{zone_name}"
    found = [one for one in cluster.of("namespaces", platform["name"]) if one["metadata"]["name"] == name]
    record.evidence(cluster.evidence)
    assert found, f"no namespace {name}"
    labels, phase = found[0]["metadata"]["labels"], found[0].get("status", {}).get("phase", "")
    level = labels.get("pod-security.kubernetes.io/enforce", "none")
    record.measured(f"{name}: {phase}, pod security {level}, code {labels.get('jiyue/code', 'none')}")
    assert phase == "Active", f"{name} is {phase or 'without a phase'}"
    assert level == "restricted", f"{name}: pod security is {level}, not restricted"
    assert labels.get("jiyue/code") == platform["code"], f"{name}: region code is {labels.get('jiyue/code')}"


@pytest.mark.requirement("cluster-zones")
def test_every_zone_has_quota_and_limits(
    platform: dict[str, Any], zone_name: str, cluster: Cluster, record: Record
) -> None:
    """A zone that may take everything takes it from the others; used is what the server's own controller counts."""
    name = f"{platform['name']}-{zone_name}"
    quotas = cluster.of("quotas", platform["name"], name)
    limits = cluster.of("limits", platform["name"], name)
    record.evidence(cluster.evidence)
    assert quotas and limits, f"{name}: {len(quotas)} quotas, {len(limits)} limit ranges"
    hard = quotas[0]["spec"].get("hard", {})
    used = quotas[0].get("status", {}).get("used", {})
    record.measured(f"{name}: {used.get('pods', 'none counted')} of {hard.get('pods', 'any number of')} pods")
    for key in ("pods", "limits.memory", "requests.cpu"):
        assert key in hard, f"{name}: the quota has no {key}"
    kinds = {limit["type"] for one in limits for limit in one["spec"]["limits"] if limit.get("default")}
    assert "Container" in kinds, f"{name}: containers get no limit of their own"


@pytest.mark.requirement("cluster-duties")
def test_duties_are_separated_and_stay_in_their_zone(
    platform: dict[str, Any], zone_name: str, cluster: Cluster, record: Record
) -> None:
    name = f"{platform['name']}-{zone_name}"
    bound = {one["metadata"]["name"]: one for one in cluster.of("bindings", platform["name"], name)}
    record.evidence(cluster.evidence)
    record.measured(f"{name}: {', '.join(sorted(bound)) or 'nobody'}")
    assert set(bound) >= {"operations", "audit", "security"}, f"{name}: bound are {sorted(bound)}"
    roles: dict[str, set[str]] = {}
    for duty, one in bound.items():
        for subject in one.get("subjects") or ():
            where = str(subject.get("namespace", ""))
            assert where.startswith(f"{platform['name']}-"), f"{name}: {duty} is held by {subject['name']} of {where}"
            roles.setdefault(f"{where}/{subject['name']}", set()).add(one["roleRef"]["name"])
    several = {who: sorted(held) for who, held in roles.items() if len(held) > 1}
    assert not several, f"{name}: one account has several duties: {several}"


@pytest.mark.requirement("cluster-disruption")
def test_disruption_budgets_keep_one_replica_and_block_nothing(
    platform: dict[str, Any], cluster: Cluster, record: Record
) -> None:
    """A budget where there are two replicas; none where there is one, or no node could ever be emptied."""
    budgets = {
        (one["metadata"]["namespace"], one["metadata"]["name"]): one for one in cluster.of("budgets", platform["name"])
    }
    workloads = [
        one for one in cluster.of("deployments", platform["name"]) if FUNCTION in one["metadata"].get("labels", {})
    ]
    several = 0
    record.evidence(cluster.evidence)
    assert workloads, "no function runs"
    for one in workloads:
        key = (one["metadata"]["namespace"], one["metadata"]["name"])
        wanted, budget = one["spec"].get("replicas", 1), budgets.pop(key, None)
        several += wanted >= 2
        if wanted >= 2:
            assert budget, f"{'/'.join(key)}: {wanted} replicas and no disruption budget"
            least = budget["spec"].get("minAvailable")
            assert isinstance(least, int) and 1 <= least < wanted, f"{'/'.join(key)}: minAvailable {least} of {wanted}"
        else:
            assert budget is None, f"{'/'.join(key)}: a budget for one replica blocks every drain"
    record.measured(f"{several} of {len(workloads)} functions have more than one replica")
    assert not budgets, f"budgets without a function: {sorted(budgets)}"


@pytest.mark.requirement("cluster-dual-stack")
def test_every_site_has_its_route(
    platform: dict[str, Any], site: dict[str, Any], cluster: Cluster, record: Record
) -> None:
    """A route of its own, on a listener with TLS of a Gateway in the entry zone that asks for both families."""
    zone = f"{platform['name']}-dmz"
    gateways = {one["metadata"]["name"]: one["spec"] for one in cluster.of("gateways", platform["name"], zone)}
    routes = cluster.of("routes", platform["name"], zone)
    parents = [
        parent
        for one in routes
        if site["name"] in (one["spec"].get("hostnames") or ()) and _serves(one["spec"])
        for parent in one["spec"].get("parentRefs") or ()
    ]
    record.evidence(cluster.evidence)
    record.measured(f"{len(routes)} routes, {len(gateways)} gateways")
    assert len(parents) == 1, f"{site['name']}: {len(parents)} routes in {zone}"
    spec = gateways.get(parents[0]["name"])
    assert spec, f"{site['name']}: its route belongs to no Gateway in {zone}"
    listener = next((one for one in spec["listeners"] if one["name"] == parents[0].get("sectionName")), {})
    assert listener.get("hostname") == site["name"], f"{site['name']}: its listener is for {listener.get('hostname')}"
    assert listener["protocol"] == "HTTPS" and listener["tls"]["certificateRefs"], f"{site['name']}: no TLS"
    versions = [ip_address(one["value"]).version for one in spec.get("addresses") or ()]
    assert versions and versions.count(4) == versions.count(6), f"{parents[0]['name']}: {spec.get('addresses')}"


def _serves(route: dict[str, Any]) -> bool:
    """Whether a route hands on requests; one that only leads to HTTPS does not."""
    return any(rule.get("backendRefs") for rule in route.get("rules") or ())


@pytest.mark.requirement("boundary")
def test_every_zone_denies_by_default(
    platform: dict[str, Any], zone_name: str, cluster: Cluster, record: Record
) -> None:
    namespace = f"{platform['name']}-{zone_name}"
    policies = cluster.of("policies", platform["name"], namespace)
    denying = [
        one["metadata"]["name"]
        for one in policies
        if one["spec"].get("podSelector") == {}
        and set(one["spec"].get("policyTypes", ())) == {"Ingress", "Egress"}
        and not one["spec"].get("ingress")
        and not one["spec"].get("egress")
    ]
    record.evidence(cluster.evidence)
    record.measured(f"{namespace}: {len(policies)} policies, default deny {denying}")
    assert denying, f"{namespace} has no default deny among {len(policies)} policies"


@pytest.mark.requirement("boundary")
def test_no_policy_opens_one_family_only(platform: dict[str, Any], cluster: Cluster, record: Record) -> None:
    blocks = 0
    for policy in cluster.of("policies", platform["name"]):
        name = f"{policy['metadata']['namespace']}/{policy['metadata']['name']}"
        for side, key in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(side) or ():
                cidrs = [peer["ipBlock"]["cidr"] for peer in rule.get(key) or () if "ipBlock" in peer]
                blocks += len(cidrs)
                six = [cidr for cidr in cidrs if ":" in cidr]
                assert bool(six) == bool(len(cidrs) - len(six)), f"{name} {side}: one family only: {cidrs}"
                assert ("0.0.0.0/0" in cidrs) == ("::/0" in cidrs), f"{name} {side}: {cidrs}"
    record.evidence(cluster.evidence)
    record.measured(f"{blocks} address blocks, all in pairs")
    assert blocks, "no policy names any address"


@pytest.mark.requirement("functions")
def test_the_function_is_ready(
    platform: dict[str, Any], function: dict[str, Any], cluster: Cluster, record: Record
) -> None:
    namespace = f"{platform['name']}-{function['zone']}"
    found = [
        one
        for one in cluster.of("deployments", platform["name"])
        if one["metadata"].get("labels", {}).get(FUNCTION) == function["id"]
    ]
    record.evidence(cluster.evidence)
    assert found, f"{function['id']}: no deployment"
    for one in found:
        have, wanted = ready(one)
        simulated = " on a simulated node" if cluster.simulated(platform["name"]) else ""
        record.measured(f"{have} of {wanted} replicas ready{simulated}")
        assert one["metadata"]["namespace"] == namespace, f"{function['id']} runs in {one['metadata']['namespace']}"
        assert wanted >= 1 and have >= wanted, f"{function['id']}: {have} of {wanted} replicas ready"
    names = {
        service["metadata"].get("labels", {}).get(FUNCTION) for service in cluster.of("services", platform["name"])
    }
    assert function["id"] in names, f"{function['id']}: no service"


@pytest.mark.requirement("library")
def test_the_information_library_is_ready(platform: dict[str, Any], cluster: Cluster, record: Record) -> None:
    found = [one for one in cluster.of("statefulsets", platform["name"]) if one["metadata"]["name"] == "library"]
    record.evidence(cluster.evidence)
    assert found, "no information library"
    have, wanted = ready(found[0])
    record.measured(f"{have} of {wanted} replicas ready")
    assert wanted >= 1 and have >= wanted, f"library: {have} of {wanted} replicas ready"


@pytest.mark.requirement("scope")
def test_devices_outside_the_environment_are_listed(
    platform: dict[str, Any], plan: dict[str, Any], record: Record
) -> None:
    """Deferred devices are named one by one, never measured and never counted as passed."""
    deferred = {one["name"] for one in platform["deferred"]}
    held = {one["name"] for one in platform["devices"]}
    record.measured(f"deferred {len(deferred)}: {', '.join(sorted(deferred))}")
    assert held, "the environment holds no device of this platform"
    assert not deferred & held
    assert all(one["reason"] for one in platform["deferred"])
