"""The entry that the Pulumi engine runs; everything else is in `infra.program`."""

from __future__ import annotations

from infra.program import run

run()
