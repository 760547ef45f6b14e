"""A TTL that is lowered for a change is lower than the usual one, and only a lab may wait for less than the old one."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.view import View


@rule("name-ttl")
def name_ttl(view: View) -> Iterator[Reason]:
    """`names` of waves.yaml and `ttl_wait` of the environment."""
    names, environment = view.inventory.names, view.inventory.environment
    if names.lowered >= names.ttl:
        cause = f"the TTL while a record set changes is {names.lowered} s, as a rule it is {names.ttl} s"
        yield Reason(("waves.yaml", "names"), cause, "write a lower one")
    if environment.kind != "lab" and environment.ttl_wait is not None:
        cause = f"environment {environment.name} waits {environment.ttl_wait} s at most for an old TTL"
        yield Reason((view.environment_file, "ttl_wait"), cause, "remove the line; only a lab may be impatient")
