"""Metrics are promised only for clusters that the environment has."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import View


@rule("metrics-contexts")
def metrics_contexts(view: View) -> Iterator[Reason]:
    """A context that no platform uses would be a promise about nothing, or a slip of the pen."""
    file, environment = view.environment_file, view.inventory.environment
    named = ((name, (file, "metrics", n)) for n, name in enumerate(environment.metrics))
    yield from twice(named, "context", "keep one")
    used = {environment.context, *environment.contexts.values()} - {""}
    for n, name in enumerate(environment.metrics):
        if name not in used:
            cause = f"metrics names {show(name)}, no context of this environment"
            fix = f"write one of: {', '.join(sorted(used))}" if used else "name the context first"
            yield Reason((file, "metrics", n), cause, fix)
