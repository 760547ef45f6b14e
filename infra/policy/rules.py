"""Rules that every rendered object must keep, whoever changes the renderers (design decisions 10 and 13)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from infra.manifest import Manifest
from inventory.errors import GateError

Rule = Callable[[Sequence[Manifest]], Iterable[str]]
ANY = {4: "0.0.0.0/0", 6: "::/0"}
WRITE = {"create", "delete", "deletecollection", "patch", "update", "*"}


def dual_stack_required(manifests: Sequence[Manifest]) -> Iterable[str]:
    """Every Service requires both families and, unless headless, has one fixed address of each."""
    for item in _kind(manifests, "Service"):
        spec = item.body["spec"]
        if spec.get("ipFamilyPolicy") != "RequireDualStack":
            yield f"{item.place}: ipFamilyPolicy is {spec.get('ipFamilyPolicy')}, not RequireDualStack"
        if sorted(spec.get("ipFamilies") or ()) != ["IPv4", "IPv6"]:
            yield f"{item.place}: ipFamilies are {spec.get('ipFamilies')}, not both"
        addresses = spec.get("clusterIPs") or ()
        if list(addresses) != ["None"] and sorted(ip_address(text).version for text in addresses) != [4, 6]:
            yield f"{item.place}: clusterIPs {list(addresses)} are not one of each family"


def default_deny_everywhere(manifests: Sequence[Manifest]) -> Iterable[str]:
    """Every namespace has a policy for all pods, both directions, that allows nothing and names no family."""
    closed = {
        item.namespace
        for item in _kind(manifests, "NetworkPolicy")
        if item.body["spec"].get("podSelector") == {}
        and set(item.body["spec"].get("policyTypes") or ()) == {"Ingress", "Egress"}
        and not item.body["spec"].get("ingress")
        and not item.body["spec"].get("egress")
    }
    for item in _kind(manifests, "Namespace"):
        if item.name not in closed:
            yield f"{item.place}: has no default deny"


def allows_are_paired(manifests: Sequence[Manifest]) -> Iterable[str]:
    """Every rule with addresses names both families; any IPv4 address never goes without any IPv6 address."""
    for item, rule in _policy_rules(manifests):
        peers = [*(rule.get("from") or ()), *(rule.get("to") or ())]
        blocks = [ip_network(peer["ipBlock"]["cidr"]) for peer in peers if "ipBlock" in peer]
        families = {block.version for block in blocks}
        if len(families) == 1:
            yield f"{item.place}: a rule allows {', '.join(map(str, blocks))} in one family only"
        whole = {block.version for block in blocks if block.prefixlen == 0}
        if len(whole) == 1:
            missing = ANY[({4, 6} - whole).pop()]
            yield f"{item.place}: a rule allows {ANY[whole.pop()]} without {missing}"


def exceptions_keep_their_family(manifests: Sequence[Manifest]) -> Iterable[str]:
    """An exception lies inside its block; one of the other family would void the policy and leave pods open."""
    for item, rule in _policy_rules(manifests):
        for peer in [*(rule.get("from") or ()), *(rule.get("to") or ())]:
            block = peer.get("ipBlock")
            for text in (block or {}).get("except") or ():
                outer, inner = ip_network(block["cidr"]), ip_network(text)
                if outer.version != inner.version or not inner.subnet_of(outer):  # type: ignore[arg-type]
                    yield f"{item.place}: exception {inner} does not lie inside {outer}"


def allows_name_their_peers(manifests: Sequence[Manifest]) -> Iterable[str]:
    """No rule has an empty peer list, which would mean everybody, in whatever family."""
    for item, rule in _policy_rules(manifests):
        if not (rule.get("from") or rule.get("to")):
            yield f"{item.place}: a rule names no peer and would allow everybody"


def duties_are_separate(manifests: Sequence[Manifest]) -> Iterable[str]:
    """No role has a wildcard or secrets, none writes both workloads and policies, audit writes nothing."""
    for item in _kind(manifests, "ClusterRole"):
        written: set[str] = set()
        for rule in item.body["rules"]:
            words = {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}
            if "*" in words or "secrets" in words or {"bind", "escalate", "impersonate"} & words:
                yield f"{item.place}: grants a wildcard, secrets or an escalation"
            if WRITE & set(rule["verbs"]):
                written.update(rule["resources"])
        if "networkpolicies" in written and len(written) > 1:
            yield f"{item.place}: writes policies and {', '.join(sorted(written - {'networkpolicies'}))}"
        if written and item.name.endswith("-audit"):
            yield f"{item.place}: audit writes {', '.join(sorted(written))}"


def pods_are_restricted(manifests: Sequence[Manifest]) -> Iterable[str]:
    """Every workload keeps the restricted profile and every container has limits."""
    for item in (*_kind(manifests, "Deployment"), *_kind(manifests, "StatefulSet")):
        spec = item.body["spec"]["template"]["spec"]
        if not (spec.get("securityContext") or {}).get("runAsNonRoot"):
            yield f"{item.place}: may run as root"
        for container in spec["containers"]:
            security = container.get("securityContext") or {}
            if security.get("allowPrivilegeEscalation") is not False:
                yield f"{item.place}: may gain privileges"
            if not (container.get("resources") or {}).get("limits"):
                yield f"{item.place}: has no limits"


RULES: tuple[Rule, ...] = (
    dual_stack_required,
    default_deny_everywhere,
    allows_are_paired,
    exceptions_keep_their_family,
    allows_name_their_peers,
    duties_are_separate,
    pods_are_restricted,
)


def violations(manifests: Sequence[Manifest]) -> tuple[str, ...]:
    """What breaks a rule, in the order of the rules; empty when nothing does."""
    return tuple(line for rule in RULES for line in rule(manifests))


def refuse(manifests: Sequence[Manifest], place: str) -> None:
    """GateError when a rule is broken."""
    if found := violations(manifests):
        raise GateError(place, "breaks a policy rule: " + "; ".join(found[:4]), "correct the stack's objects")


def _kind(manifests: Sequence[Manifest], kind: str) -> list[Manifest]:
    return [item for item in manifests if item.kind == kind]


def _policy_rules(manifests: Sequence[Manifest]) -> Iterable[tuple[Manifest, dict[str, Any]]]:
    for item in _kind(manifests, "NetworkPolicy"):
        for rule in (*(item.body["spec"].get("ingress") or ()), *(item.body["spec"].get("egress") or ())):
            yield item, rule
