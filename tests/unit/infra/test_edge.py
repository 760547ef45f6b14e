"""The edge of a platform: where visitors enter the cluster, it answers at the planned addresses of both families."""

from __future__ import annotations

from tests.infra import world


def test_visitors_enter_at_the_planned_addresses_and_stay_known() -> None:
    deployment, service, policy, *_ = world.objects("changsha").edge
    assert service.body["spec"]["externalIPs"] == ["198.18.1.30", "3fff:ff1:100:1000::30"]
    assert service.body["spec"]["externalTrafficPolicy"] == "Local"
    (container,) = deployment.body["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "JIYUE_ORIGIN", "value": "[3fff:ff1:100:1000::10] 198.18.1.10"}]
    (rule,) = policy.body["spec"]["egress"]
    assert policy.body["spec"]["podSelector"] == {"matchLabels": service.body["spec"]["selector"]}
    assert [one["ipBlock"]["cidr"] for one in rule["to"]] == ["198.18.1.10/32", "3fff:ff1:100:1000::10/128"]
    assert [one["port"] for one in rule["ports"]] == [80, 443]


def test_elsewhere_the_site_host_alone_is_the_edge() -> None:
    deployment, service, *routes = world.objects("zhuzhou").edge
    assert {one.kind for one in routes} == {"Ingress"}
    assert not {"externalIPs", "externalTrafficPolicy"} & set(service.body["spec"])
    assert "env" not in deployment.body["spec"]["template"]["spec"]["containers"][0]
