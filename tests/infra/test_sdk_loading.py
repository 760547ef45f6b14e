"""Stacks run in threads: nothing of the SDK may be left to load lazily while they do."""

from __future__ import annotations

import subprocess
import sys

from tests.infra.world import ROOT

PROGRAM = """
import sys
import infra.fleetwork
from tests.infra.world import declare


def loaded():
    modules = {name: module for name, module in sys.modules.items() if name.startswith("pulumi_kubernetes")}
    return {name for name, module in modules.items() if type(module).__name__ != "_LazyModule"}


before = loaded()
count = len(declare("changsha"))
late = sorted(loaded() - before)
print(count, *late)
"""


def test_a_stack_loads_no_further_part_of_the_sdk() -> None:
    """What is loaded after the fan-out is raced for ("module has no attribute ObjectMetaArgs")."""
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    count, *late = done.stdout.split() or ["0"]
    assert int(count) > 100, done.stderr
    assert late == []
