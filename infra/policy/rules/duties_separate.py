"""System, audit and security administration are separate; audit reads everything and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from infra.policy.finding import Stack, Told, rule

WRITE = {"create", "delete", "deletecollection", "patch", "update", "*"}
ESCALATION = {"bind", "escalate", "impersonate"}


@rule("duties-separate", clause="8.1.5.1、8.1.5.2、8.1.5.3", fix="grant each duty its own resources and verbs only")
def duties_separate(stack: Stack) -> Iterable[Told]:
    """No role has a wildcard or secrets, none writes both workloads and policies, audit writes nothing."""
    for item in stack.of_kind("ClusterRole"):
        written: set[str] = set()
        for granted in item.body["rules"]:
            words = {*granted["apiGroups"], *granted["resources"], *granted["verbs"]}
            if "*" in words or "secrets" in words or ESCALATION & words:
                yield Told(item.place, "grants a wildcard, secrets or an escalation")
            if WRITE & set(granted["verbs"]):
                written.update(granted["resources"])
        if "networkpolicies" in written and len(written) > 1:
            yield Told(item.place, f"writes policies and {', '.join(sorted(written - {'networkpolicies'}))}")
        if written and item.name.endswith("-audit"):
            yield Told(item.place, f"audit writes {', '.join(sorted(written))}")
