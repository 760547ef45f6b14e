"""Stacks run in threads: nothing of the SDK may be left to load lazily while they do."""

from __future__ import annotations

import subprocess
import sys

from tests.infra.world import ROOT

PROGRAM = """
import sys
import infra.operating
from tests.infra.world import declare

before = set(sys.modules)
count = len(declare("changsha"))
late = sorted(name for name in set(sys.modules) - before if name.startswith("pulumi"))
print(count, *late)
"""

LEAN = """
import sys
import infra.fleet
print(0, *sorted(name for name in sys.modules if name.partition(".")[0] in ("pulumi", "pulumi_kubernetes", "grpc")))
"""


def test_a_stack_loads_no_further_part_of_the_sdk() -> None:
    """What is loaded after the fan-out is raced for ("module has no attribute ObjectMetaArgs")."""
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    count, *late = done.stdout.split() or ["0"]
    assert int(count) > 100, done.stderr
    assert late == []


def test_what_starts_no_engine_loads_no_sdk() -> None:
    """An `up` with nothing to do, a drift check, a render: they are over before the SDK would be loaded."""
    done = subprocess.run([sys.executable, "-c", LEAN], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["0"], done.stdout + done.stderr
