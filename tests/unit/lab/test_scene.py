"""The lab of the province as a value: complete, IPv4-only where the province is, and the same when built again."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from pathlib import Path

import dns.zone
import pytest
from dns.rdatatype import DS, NS

from inventory.errors import InputError
from inventory.model import Inventory
from inventory.source import load
from inventory.vocab import Role
from ipv6.plan.build import intents
from ipv6.plan.lookup import Lookup
from ipv6.plan.plan import make_plan
from lab.check import problems
from lab.scene import scene
from lab.scene_dns import PARENTS
from lab.scene_edges import edge_script
from lab.scene_keys import DnsKeys
from lab.scene_nodes import entry_script, nodes
from lab.scene_ready import ready_checks
from lab.spec import LabSpec

ROOT = Path(__file__).resolve().parents[3]
AROUND = {"inet", "vantage-v6", "vantage-v4", "vantage-dual", "ns-root", "ns-cn", "ns-govcn"}


@pytest.fixture(scope="module")
def hunan() -> Inventory:
    return load(ROOT / "inventory" / "hunan")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def spec(hunan: Inventory, state: Path) -> LabSpec:
    return scene(hunan, state, control_plane=True)


def text_of(spec: LabSpec, host: str, path: str) -> str:
    return next(file.text for file in spec.host(host).files if file.path == path)


def test_the_spec_can_be_started(spec: LabSpec) -> None:
    assert problems(spec) == []


def test_a_lab_built_again_is_the_same_lab(hunan: Inventory, state: Path, spec: LabSpec) -> None:
    assert scene(hunan, state, control_plane=True).digest() == spec.digest()


def test_every_held_device_is_a_host_and_no_county_is(hunan: Inventory, spec: LabSpec) -> None:
    held = {name for name, device in hunan.devices.items() if device.role != Role.COUNTY_PE}
    assert {host.name for host in spec.hosts} == held | AROUND | {
        host.name for one in hunan.platforms for host in one.old_hosts
    } | {"edge-changsha"}
    assert spec.control_plane is not None and len(spec.control_plane.nodes) == 15
    assert spec.control_plane.gateway_class == "jiyue"


def test_the_province_starts_without_ipv6(spec: LabSpec) -> None:
    for host in spec.hosts:
        if host.name not in AROUND:
            assert not host.forward6, host.name
            assert not [one for port in host.interfaces for one in port.addresses if ":" in one], host.name
            # The addresses of the root's servers are the world's, not the province's.
            texts = {file.path: file.text for file in host.files if not file.path.endswith("root.hints")}
            assert not [path for path, text in texts.items() if "3fff:" in text], host.name


def test_vantages_speak_the_families_they_are_named_for(spec: LabSpec) -> None:
    v6, v4 = spec.host("vantage-v6"), spec.host("vantage-v4")
    assert v6.disable4 and [port.addresses for port in v6.interfaces] == [("3fff:ff0:ffff::6/64",)]
    assert v4.disable6 and [port.addresses for port in v4.interfaces] == [("198.19.0.4/24",)]
    assert "do-ip4: no" in text_of(spec, "vantage-v6", "/etc/unbound/unbound.conf")
    assert text_of(spec, "vantage-v6", "/etc/resolv.conf") == "nameserver ::1\n"


def test_the_chain_of_trust_has_no_gap(hunan: Inventory, spec: LabSpec, state: Path) -> None:
    keys = DnsKeys(state / "dns")
    zones = {}
    for parent in PARENTS:
        name = parent.zone.strip(".") or "root"
        text = text_of(spec, parent.host, f"/var/lib/knot/{name}.zone")
        zones[parent.zone] = dns.zone.from_text(text, origin=parent.zone, relativize=False, check_origin=True)
    children = {".": ["cn."], "cn.": ["gov.cn."], "gov.cn.": [f"{one.dns_zone}." for one in hunan.platforms]}
    for parent_zone, names in children.items():
        for name in names:
            ds = zones[parent_zone].find_rdataset(name, DS)
            assert [one.to_text() for one in ds] == [keys.zone(name).ds]
            assert zones[parent_zone].find_rdataset(name, NS)
    assert text_of(spec, "vantage-v4", "/etc/unbound/lab-root.key") == f". IN DS {keys.zone('.').ds}\n"


def test_keys_are_private_and_kept(tmp_path: Path) -> None:
    first = DnsKeys(tmp_path / "dns")
    key, secret = first.zone("gov.cn."), first.tsig()
    again = DnsKeys(tmp_path / "dns")
    assert (again.zone("gov.cn.").ds, again.tsig()) == (key.ds, secret)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "dns").iterdir()} == {0o600}
    assert "PRIVATE" in key.pem and "PRIVATE" not in repr(key)


def test_every_site_has_its_own_page_and_certificate(hunan: Inventory, spec: LabSpec) -> None:
    pages = set()
    for site in hunan.sites:
        page = text_of(spec, f"site-{site.platform}", f"/srv/sites/{site.name}/index.html")
        assert site.title in page and 'href="/style.css"' in page and 2000 < len(page.encode()) < 8000
        assert "BEGIN CERTIFICATE" in text_of(spec, f"site-{site.platform}", f"/etc/jiyue/tls/{site.name}.crt")
        pages.add(page)
    assert len(pages) == len(hunan.sites)


def test_readiness_asks_hosts_that_exist(hunan: Inventory, spec: LabSpec) -> None:
    names = {host.name for host in spec.hosts}
    assert {check.host for check in ready_checks(hunan)} <= names


def test_an_environment_that_is_no_lab_is_refused(hunan: Inventory, tmp_path: Path) -> None:
    field = hunan.environment.model_copy(update={"kind": "field"})
    with pytest.raises(InputError, match="is not a lab"):
        scene(hunan.model_copy(update={"environment": field}), tmp_path)


def test_the_province_and_the_canary_city_may_run_their_pods(hunan: Inventory, state: Path, spec: LabSpec) -> None:
    real = scene(hunan, state, control_plane=True, real_nodes=True)
    assert problems(real) == []
    nodes = {host.name: host for host in real.hosts if host.node}
    assert set(nodes) == {"node-hunan", "node-changsha"} and not [host for host in spec.hosts if host.node]
    there = {host.name for host in real.hosts} - set(nodes)
    assert there | {"edge-changsha"} == {host.name for host in spec.hosts}
    assert "edge-changsha" not in there, "the edge's pods answer themselves"
    exchange = {name: host.interfaces[1] for name, host in nodes.items()}
    assert exchange["node-changsha"].link == "exchange-changsha"
    assert exchange["node-changsha"].addresses == ("10.2.18.11/24",), "IPv6 comes with the platform's change"
    assert real.control_plane is not None and spec.control_plane is not None
    extranet = IPv4Network("10.0.0.0/8")
    for plane in (real.control_plane, spec.control_plane):
        for node in plane.nodes:
            assert node.dedicated == node.name.removeprefix("node-")
            assert not IPv4Network(node.pod_cidrs[0]).overlaps(extranet), "a pod would pass for the extranet"
    listening = {image.name: dict(image.env).get("JIYUE_PORTS", "") for image in real.images}
    assert "tcp/5432" in listening["registry.invalid/jiyue/library:0.1"].split()
    assert "tcp/8113" in listening["registry.invalid/jiyue/push:0.1"].split()


def test_a_nodes_entry_is_where_the_plan_routes_to(hunan: Inventory) -> None:
    claims = {claim.key: claim.prefix for claim in make_plan(hunan, ()).claims}
    node = next(one for one in nodes(hunan, ("changsha",)) if one.dedicated == "changsha")
    text = entry_script(hunan, claims, "changsha", node)
    via = {route.prefix: route.via for route in intents(hunan, claims)["fw-changsha"].routes}
    assert f"addr replace {via[claims['services/changsha']]}/64 dev exchange" in text
    assert via["10.2.32.0/20"] == "10.2.18.11"
    assert all(f"saddr {cidr} masquerade" in text for cidr in node.pod_cidrs)


def test_a_stand_in_holds_the_edge_until_pods_do(hunan: Inventory, spec: LabSpec, tmp_path: Path) -> None:
    """IPv4 on day 0; the planned address and where the sites are served over IPv6 come with the change."""
    claims = {claim.key: claim.prefix for claim in make_plan(hunan, ()).claims}
    edge = Lookup(hunan, claims).edge(hunan.platform_by_name["changsha"])
    host = spec.host("edge-changsha")
    assert host.interfaces[0].addresses == (f"{edge[0]}/24",)
    listed = json.loads(text_of(spec, host.name, "/run/lab/edge_origins.json"))
    assert listed["sites"]["jyj.changsha.gov.cn"] == ["198.18.1.11", ""]
    assert listed["other"] == listed["sites"]["www.changsha.gov.cn"]
    text = edge_script(hunan, claims, "changsha")
    assert f"addr replace {edge[1]}/64 dev dmz" in text and claims["site/jyj.changsha.gov.cn"].split("/")[0] in text
    planned = scene(hunan, tmp_path, claims=claims).host("edge-changsha")
    assert planned.interfaces[0].addresses == (f"{edge[0]}/24", f"{edge[1]}/64")
    assert [route.words for route in planned.routes] == ["default via 198.18.1.1", "default via 3fff:ff1:100:1000::1"]
