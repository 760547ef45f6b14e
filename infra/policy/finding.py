"""What a policy rule says: the clause it stands for, the object, the cause and the fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from infra.manifest import Manifest

Level = Literal["advisory", "mandatory"]
"""`mandatory` stops the stack, `advisory` is told."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What rules look at: a platform's objects, every zone of the matrix, its plain settings, whether it is a lab's."""

    manifests: Sequence[Manifest]
    zones: Sequence[str] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    lab: bool = False

    def of_kind(self, *kinds: str) -> list[Manifest]:
        """The objects of some kinds, in their order."""
        return [item for item in self.manifests if item.kind in kinds]

    def policy_rules(self) -> Iterable[tuple[Manifest, dict[str, Any]]]:
        """Every ingress and egress rule with its policy."""
        for item in self.of_kind("NetworkPolicy"):
            for rule in (*(item.body["spec"].get("ingress") or ()), *(item.body["spec"].get("egress") or ())):
                yield item, rule

    def pod_specs(self) -> Iterable[tuple[Manifest, dict[str, Any]]]:
        """The pod specification of every workload."""
        for item in self.of_kind("Deployment", "StatefulSet"):
            yield item, item.body["spec"]["template"]["spec"]
        for item in self.of_kind("CronJob"):
            yield item, item.body["spec"]["jobTemplate"]["spec"]["template"]["spec"]


class Told(NamedTuple):
    """What a rule found: the place (an object's is `Kind namespace/name`) and the cause."""

    place: str
    cause: str


Check = Callable[[Stack], Iterable[Told]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over the objects; `clause` is an id of clauses.yaml, `fix` what whoever changes the objects has to do."""

    id: str
    clause: str
    fix: str
    level: Level
    check: Check


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one object; `waived` is the reason of the waiver that covers it."""

    rule: str
    level: Level
    clause: str
    title: str
    place: str
    cause: str
    fix: str
    waived: str = ""

    @property
    def stops(self) -> bool:
        """Whether the stack may not go on."""
        return self.level == "mandatory" and not self.waived

    def as_dict(self) -> dict[str, str]:
        """The finding as data."""
        names = ("rule", "level", "clause", "title", "place", "cause", "fix", "waived")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        return f"{self.place}: {self.cause} ({self.clause}, {self.rule}); {self.fix}"


def rule(id: str, *, clause: str, fix: str, level: Level = "mandatory") -> Callable[[Check], Rule]:
    """Make a rule of a function; `id` is the module's name in kebab-case."""

    def wrap(check: Check) -> Rule:
        return Rule(id, clause, fix, level, check)

    return wrap
