"""The edge of a platform: where visitors enter the cluster, it answers at the planned addresses of both families."""

from __future__ import annotations

from infra.manifest import Manifest
from infra.objects.platform import Settings
from tests.infra import world

DMZ = "changsha-dmz"


def of_kind(platform: str, kind: str, settings: Settings | None = None) -> list[Manifest]:
    """The edge's objects of a kind."""
    return [one for one in world.objects(platform, settings).edge if one.kind == kind]


def test_visitors_enter_at_the_planned_addresses_and_stay_known() -> None:
    deployment, service, policy, *_ = world.objects("changsha").edge
    assert service.body["spec"]["externalIPs"] == ["198.18.1.30", "3fff:ff1:100:1000::30"]
    assert service.body["spec"]["externalTrafficPolicy"] == "Local"
    (container,) = deployment.body["spec"]["template"]["spec"]["containers"]
    origin, sites = container["env"]
    assert origin == {"name": "JIYUE_ORIGIN", "value": "[3fff:ff1:100:1000::10] 198.18.1.10"}
    assert sites["name"] == "JIYUE_SITES" and len(sites["value"].split()) == 4
    assert "jyj.changsha.gov.cn,[3fff:ff1:100:1000::11],198.18.1.11" in sites["value"].split()
    (rule,) = policy.body["spec"]["egress"]
    assert policy.body["spec"]["podSelector"] == {"matchLabels": service.body["spec"]["selector"]}
    allowed = {one["ipBlock"]["cidr"] for one in rule["to"]}
    assert allowed == {f"198.18.1.1{n}/32" for n in range(4)} | {f"3fff:ff1:100:1000::1{n}/128" for n in range(4)}
    assert [one["port"] for one in rule["ports"]] == [80, 443]


def test_elsewhere_the_site_host_alone_is_the_edge() -> None:
    deployment, service, *routes = world.objects("zhuzhou").edge
    assert {one.kind for one in routes} == {"Gateway", "HTTPRoute"}
    assert not {"externalIPs", "externalTrafficPolicy"} & set(service.body["spec"])
    assert "env" not in deployment.body["spec"]["template"]["spec"]["containers"][0]


def test_the_gateway_asks_for_the_addresses_at_which_visitors_enter() -> None:
    """Where they enter the cluster those of its entry, else those of its sites: pairs of both families either way."""
    (gateway,) = of_kind("changsha", "Gateway")
    assert (gateway.namespace, gateway.name, gateway.api_version) == (DMZ, "edge", "gateway.networking.k8s.io/v1")
    spec = gateway.body["spec"]
    assert spec["addresses"] == [
        {"type": "IPAddress", "value": "198.18.1.30"},
        {"type": "IPAddress", "value": "3fff:ff1:100:1000::30"},
    ]
    (other,) = of_kind("zhuzhou", "Gateway")
    sites = world.approved("zhuzhou").values.sites
    assert {one["value"] for one in other.body["spec"]["addresses"]} == {
        str(address) for site in sites for address in (site.address4, site.address6)
    }


def test_every_site_has_a_listener_with_tls_and_a_route_on_it() -> None:
    """The same certificate and annotations as ever; both ends agree on names."""
    (gateway,) = of_kind("changsha", "Gateway")
    http, *listeners = gateway.body["spec"]["listeners"]
    assert (http["name"], http["port"], http["protocol"], http.get("tls")) == ("http", 80, "HTTP", None)
    routes = {one.name: one for one in of_kind("changsha", "HTTPRoute")}
    sites = {one.name: one for one in world.inventory().platform_by_name["changsha"].sites}
    assert [one["hostname"] for one in sorted(listeners, key=lambda one: str(one["hostname"]))] == sorted(sites)
    for listener in listeners:
        name = listener["name"]
        assert listener["tls"] == {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": f"tls-{name}"}]}
        assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
        assert listener["allowedRoutes"] == {"namespaces": {"from": "Same"}}
        route, site = routes[name], sites[listener["hostname"]]
        assert route.namespace == gateway.namespace
        assert route.body["spec"]["parentRefs"] == [{"name": "edge", "sectionName": name}]
        assert route.body["spec"]["hostnames"] == [site.name]
        (rule,) = route.body["spec"]["rules"]
        assert rule["backendRefs"] == [{"name": "edge", "port": 80}]
        assert route.annotations["jiyue/title"] == site.title and route.annotations["jiyue/owner"] == site.owner
        assert ":" in route.annotations["jiyue/address6"] and "." in route.annotations["jiyue/address4"]
        assert route.annotations["pulumi.com/skipAwait"] == "true"


def test_http_leads_to_https_and_serves_nothing() -> None:
    """As the site hosts do, for the names of the sites only."""
    plain = [one for one in of_kind("changsha", "HTTPRoute") if one.name == "edge-to-https"]
    (spec,) = [one.body["spec"] for one in plain]
    assert spec["parentRefs"] == [{"name": "edge", "sectionName": "http"}]
    assert spec["hostnames"] == sorted(one.name for one in world.approved("changsha").values.sites)
    (rule,) = spec["rules"]
    assert "backendRefs" not in rule
    assert rule["filters"] == [
        {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}},
    ]


def test_the_class_is_a_setting() -> None:
    (gateway,) = of_kind("changsha", "Gateway", Settings(gateway_class="cilium"))
    assert gateway.body["spec"]["gatewayClassName"] == "cilium"
