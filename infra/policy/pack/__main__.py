"""What an official install runs; needs the package pulumi-policy, which the project itself does not."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from infra.policy.pack.adapter import findings
from infra.project import PROVINCE, find_root
from inventory.source import load

sdk: Any = import_module("pulumi_policy")
"""Not among the locked packages: it comes with the engine that runs packs."""


def check(arguments: Any, report: Any) -> None:
    """One stack validation for all rules, so that findings about missing objects are made as well."""
    root = find_root(Path.cwd())
    inventory = load(root / "inventory" / PROVINCE, os.environ.get("JIYUE_ENV", "lab"))
    for one in findings(arguments.resources, inventory, datetime.now(UTC).date()):
        if one.stops:
            report(str(one))


sdk.PolicyPack(
    name="jiyue",
    enforcement_level=sdk.EnforcementLevel.MANDATORY,
    policies=[
        sdk.StackValidationPolicy(name="jiyue-rules", description="The rules of infra/policy.", validate=check),
    ],
)
