"""One contestant in a process of its own: python -m tests.bench.stacks.run ours|pool|raw PROJECT PLANE PLATFORM..."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra import fleet as fleets
from infra import fleetwork as work
from infra.fleet import Fleet
from tests.infra.scene import fleet_of
from tests.infra.world import DIGEST, raw_values


def ours(fleet: Fleet, names: Sequence[str]) -> None:
    """`jiyue stack up`."""
    results = fleets.up(fleet, names, {name: (DIGEST, raw_values(name)) for name in names})
    if bad := {name: one.reason for name, one in results.items() if not one.ok}:
        raise SystemExit(f"not up: {bad}")
    print(json.dumps({name: one.state for name, one in results.items()}))


def pool(fleet: Fleet, names: Sequence[str]) -> None:
    """What a careful user of the Automation API writes: a thread per stack, its own up(), parallel=32."""
    from pulumi import automation

    from infra.program import assemble
    from tests.bench.stacks.defaults import awaited

    jobs = {job.platform: job for job in work.jobs(fleet, names, [])}
    command = automation.PulumiCommand(root=str(fleet.pulumi_root))

    def one(name: str) -> str:
        objects, folder = jobs[name].objects, fleet.root / "pool" / name
        folder.mkdir(parents=True)
        options = automation.LocalWorkspaceOptions(
            work_dir=str(folder),
            pulumi_command=command,
            env_vars=work.engine_env(fleet),
            project_settings=automation.ProjectSettings(name="jiyue", runtime="python"),
        )
        stack = automation.create_stack(
            name, project_name="jiyue", program=lambda: assemble(awaited(objects), str(fleet.kubeconfig)), opts=options
        )
        return stack.up(parallel=32).summary.result

    with ThreadPoolExecutor(len(names)) as threads:
        found = list(threads.map(one, names))
    if set(found) != {"succeeded"}:
        raise SystemExit(f"not up: {found}")


def raw(fleet: Fleet, names: Sequence[str]) -> None:
    """Nothing but server-side applies: what the API server itself needs for these objects."""
    from tests.bench.stacks.raw import apply_all

    apply_all(fleet, [item for job in work.jobs(fleet, names, []) for item in job.objects.all])


CONTESTANTS: dict[str, Callable[[Fleet, Sequence[str]], None]] = {"ours": ours, "pool": pool, "raw": raw}

if __name__ == "__main__":
    word, project, plane, *platforms = sys.argv[1:]
    CONTESTANTS[word](fleet_of(Path(project), Path(plane)), platforms)
