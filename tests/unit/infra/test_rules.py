"""Each policy rule lets the real objects pass and refuses one broken object."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from infra.manifest import Manifest
from infra.policy import rules
from inventory.errors import GateError
from tests.infra.world import objects

Change = Callable[[dict[str, Any]], None]


def broken(kind: str, name: str, change: Change) -> tuple[Manifest, ...]:
    """Changsha's objects with one of them changed."""
    found = []
    for item in objects("changsha").all:
        if item.kind == kind and item.name == name:
            body = copy.deepcopy(dict(item.body))
            change(body)
            item = replace(item, body=body)
        found.append(item)
    return tuple(found)


def set_spec(**fields: Any) -> Change:
    """Overwrite fields of the specification."""
    return lambda body: body["spec"].update(fields)


def first_rule(**fields: Any) -> Change:
    """Replace a policy's ingress by one rule."""
    return set_spec(ingress=[fields])


def drop_security(body: dict[str, Any]) -> None:
    """A pod that may run as root."""
    body["spec"]["template"]["spec"]["securityContext"] = {}


def grant(group: str, resource: str, verb: str) -> Change:
    """One more rule for a role."""
    return lambda body: body["rules"].append({"apiGroups": [group], "resources": [resource], "verbs": [verb]})


DENIED: dict[str, tuple[rules.Rule, str, str, Change, str]] = {
    "a service that only prefers two families": (
        rules.dual_stack_required,
        "Service",
        "search",
        set_spec(ipFamilyPolicy="PreferDualStack"),
        "PreferDualStack",
    ),
    "a service of one family": (
        rules.dual_stack_required,
        "Service",
        "search",
        set_spec(ipFamilies=["IPv4"]),
        "not both",
    ),
    "a service with two IPv4 addresses": (
        rules.dual_stack_required,
        "Service",
        "search",
        set_spec(clusterIPs=["10.2.32.9", "10.2.32.10"]),
        "one of each",
    ),
    "a default deny that allows": (
        rules.default_deny_everywhere,
        "NetworkPolicy",
        "default-deny",
        first_rule(**{"from": [{"podSelector": {}}]}),
        "no default deny",
    ),
    "an allow in one family": (
        rules.allows_are_paired,
        "NetworkPolicy",
        "allow-ingress",
        first_rule(**{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}),
        "one family only",
    ),
    "any IPv4 without any IPv6": (
        rules.allows_are_paired,
        "NetworkPolicy",
        "allow-ingress",
        first_rule(**{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}, {"ipBlock": {"cidr": "3fff::/20"}}]}),
        "without ::/0",
    ),
    "an IPv6 exception in an IPv4 block": (
        rules.exceptions_keep_their_family,
        "NetworkPolicy",
        "allow-ingress",
        first_rule(**{"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["3fff::/20"]}}]}),
        "does not lie inside",
    ),
    "an allow for everybody": (
        rules.allows_name_their_peers,
        "NetworkPolicy",
        "allow-ingress",
        first_rule(ports=[{"port": 80}]),
        "names no peer",
    ),
    "an auditor who writes": (
        rules.duties_are_separate,
        "ClusterRole",
        "jiyue-changsha-audit",
        grant("apps", "deployments", "patch"),
        "audit writes",
    ),
    "an operator who opens a zone": (
        rules.duties_are_separate,
        "ClusterRole",
        "jiyue-changsha-operations",
        grant("networking.k8s.io", "networkpolicies", "update"),
        "writes policies and",
    ),
    "a role that reads secrets": (
        rules.duties_are_separate,
        "ClusterRole",
        "jiyue-changsha-security",
        grant("", "secrets", "get"),
        "secrets",
    ),
    "a pod as root": (rules.pods_are_restricted, "Deployment", "search", drop_security, "as root"),
}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: str(rule.__name__))
def test_allowed(rule: rules.Rule) -> None:
    """The objects as they are keep every rule."""
    assert list(rule(objects("changsha").all)) == []


@pytest.mark.parametrize("case", DENIED)
def test_denied(case: str) -> None:
    """The rule names the object and what is wrong with it."""
    rule, kind, name, change, words = DENIED[case]
    found = list(rule(broken(kind, name, change)))
    assert found, "nothing was found"
    assert all(name in line or "Namespace" in line for line in found)
    assert any(words in line for line in found)


def test_every_rule_has_a_denied_case() -> None:
    """A rule that was never seen to refuse is no rule."""
    assert {rule for rule, *_ in DENIED.values()} == set(rules.RULES)


def test_a_broken_rule_stops_the_stack() -> None:
    """As a gate: exit code 3."""
    with pytest.raises(GateError, match="PreferDualStack") as caught:
        rules.refuse(broken("Service", "search", set_spec(ipFamilyPolicy="PreferDualStack")), "stack changsha")
    assert caught.value.exit_code == 3
