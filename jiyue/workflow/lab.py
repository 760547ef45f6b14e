"""The embedded lab as the command uses it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

from inventory.errors import EnvironmentFailed, GateError
from inventory.model import SHARED
from ipv6.apply.lock import environment_lock
from jiyue import engines
from jiyue.doctor import node_lacks
from jiyue.engines.cache import tools_folder
from jiyue.i18n import _, translate
from jiyue.workflow import entries, pods
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services, open_services, utc_now
from jiyue.workspace import Workspace
from lab import access, ready, runtime
from lab.errors import failed
from lab.scene import scene
from lab.scene_ready import ready_checks
from lab.state import LabState

PURGED = ("jiyue.db", "jiyue.db-wal", "jiyue.db-shm", "ledger.head", "state", "stacks", "approved", "proposals",
          "evidence", "accept", "apply", "dns", "lab", "keys")  # fmt: skip
"""What `lab down --purge` removes below `var/<env>`: everything but the Pulumi home."""


def up(space: Workspace, reporter: Reporter, real_nodes: bool | None = None) -> dict[str, Any]:
    """Start the lab of the inventory with the local control plane; one that runs already is left alone."""
    services = open_services(space)
    return start(services, reporter, real_nodes)


def start(services: Services, reporter: Reporter, real_nodes: bool | None = None) -> dict[str, Any]:
    """`up` for services that are open already, with real nodes where None says nothing and the machine can."""
    space = services.space
    paths = engines.require()
    real = _real(services, reporter, real_nodes)
    space.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    space.lab.mkdir(exist_ok=True, mode=0o700)

    def progress(text: str, done: int, total: int) -> None:
        reporter.now(f"{text} {done}/{total}")

    def begin(real: bool) -> LabState:
        wanted = scene(services.inventory, space.lab, control_plane=True, real_nodes=real)
        return runtime.up(wanted, space.lab, progress, paths)

    try:
        state = begin(real)
    except EnvironmentFailed as error:
        if not real or real_nodes or runtime.status(space.lab).phase == "running":
            raise
        # Nobody asked for them: a kernel that lacks what nobody thought of must not take the whole lab away.
        reporter.note(_("real nodes did not come up, every node is simulated: {error}").format(error=error))
        state, real = begin(False), False
    if state.fresh:
        # A new control plane holds nothing: the engine's state of the one before would only mislead it.
        for name in ("state", "stacks"):
            shutil.rmtree(space.var / name, ignore_errors=True)
        _forget(services)
        ready.wait(space.lab, ready_checks(services.inventory), progress)
        if real:
            text = _("{platforms}: real nodes; every other platform's node is simulated")
            reporter.note(text.format(platforms=", ".join(node.dedicated for node in pods.real(services))))
    else:
        reporter.note(_("the lab is already up: {hosts} hosts").format(hosts=len(state.hosts)))
    return summary(space)


def _real(services: Services, reporter: Reporter, wanted: bool | None) -> bool:
    """Whether the lab has real nodes. One that runs keeps those it has; what is left out is said."""
    place = "lab: nodes"
    if runtime.status(services.space.lab).phase == "running":
        has = bool(pods.real(services))
        if wanted not in (None, has):
            cause = "the lab that is up has real nodes" if has else "the lab that is up has simulated nodes only"
            raise EnvironmentFailed(place, cause, "run: jiyue lab down")
        return has
    if wanted is False:
        return False
    lacks = node_lacks(tools_folder())
    if wanted and lacks:
        raise failed([EnvironmentFailed(one.place, one.cause, one.fix) for one in lacks])
    for one in lacks:
        text = _("every node is simulated, no pod runs: {place}: {cause}; {fix}")
        reporter.note(text.format(place=one.place, cause=translate(one.cause), fix=translate(one.fix)))
    return not lacks


def _forget(services: Services) -> None:
    """New hosts run what they ran on day 0, whatever the store says of the ones before."""
    for name in (SHARED, *services.platforms):
        for kind in ("verify", "verify-history", "stack", pods.KIND, entries.KIND):
            services.store.put_result(kind, name, {})
        if digest := services.store.applied_digest(name):
            services.store.reverted(digest, ("the lab was started anew and holds none of it",))


def down(space: Workspace, purge: bool = False) -> bool:
    """End the lab; with `purge` also forget what runs of this environment wrote. False when there was none.

    GateError when something else than a lab is to be purged, or while an apply runs.
    """
    if purge and open_services(space).inventory.environment.kind != "lab":
        raise GateError(f"environment {space.environment}", "only a lab may be purged", "remove its files by hand")
    ended = runtime.down(space.lab)
    if purge and space.var.is_dir():
        with environment_lock(space.var / "apply.lock", utc_now()):
            for name in PURGED:
                path = space.var / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
    return ended


def summary(space: Workspace) -> dict[str, Any]:
    """The lab now, as `lab status --json` prints it."""
    state = runtime.status(space.lab)
    return {
        "phase": state.phase,
        "name": state.name,
        "fresh": state.fresh,
        "server": state.control_plane.server if state.control_plane else "",
        "hosts": [
            {
                "name": host.name,
                "up": host.pid is not None and host.phase == "up",
                "phase": host.phase,
                "reason": "; ".join(host.errors),
            }
            for host in state.hosts
        ],
    }


def exec_argv(space: Workspace, host: str, command: Sequence[str]) -> list[str]:
    """The command that runs `command` on `host` over SSH."""
    return access.exec_argv(space.lab, host, command)
