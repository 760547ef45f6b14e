"""The platforms' stacks, for the values that were approved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jiyue.workflow import review
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services

if TYPE_CHECKING:  # only what runs a stack pays for the fleet's modules
    from infra.fleet import Fleet, Planned, StackResult

Progress = Callable[[str, int, int, str], None]


def open_fleet(services: Services) -> Fleet:
    """The fleet of this environment; its states are in JIYUE_STATE, else where the environment says, else below var."""
    from infra.fleet import Fleet

    env, home = services.engine_environment
    return Fleet(services.space.root, services.inventory, services.kubeconfig, env, home, services.state_backend)


def approved(services: Services, platforms: Sequence[str]) -> Planned:
    """Digest and stack values of each platform's current change set; GateError when one is not approved."""
    found = {}
    for platform in platforms:
        record = review.current(services, platform)
        services.store.approval(record.digest)
        found[platform] = (record.digest, services.store.change_set(record.digest).stack)
    return found


def up(
    services: Services, platforms: Sequence[str], reporter: Reporter, progress: Progress | None = None
) -> dict[str, StackResult]:
    """Bring the stacks to their approved state and remember the results; GateError when one is not approved."""
    from infra import fleet

    def said(platform: str, done: int, total: int, text: str) -> None:
        reporter.now(f"{platform} {done}/{total} {text}")

    planned = approved(services, platforms)
    return _kept(services, fleet.up(open_fleet(services), platforms, planned, progress or said))


def adopt(services: Services, platform: str, progress: Progress) -> StackResult:
    """Take over what the platform's cluster already runs under our names."""
    from infra import adoption

    result = adoption.adopt(open_fleet(services), platform, approved(services, [platform]), progress)
    return _kept(services, {platform: result})[platform]


def destroy(
    services: Services, platforms: Sequence[str], with_library: bool, progress: Progress | None = None
) -> dict[str, StackResult]:
    """Take stacks down and remember that they are."""
    from infra import fleet

    shown = progress or fleet.silent
    return _kept(services, fleet.destroy(open_fleet(services), platforms, shown, with_library=with_library))


def drift(services: Services, platforms: Sequence[str]) -> dict[str, StackResult]:
    """Compare the cluster with what was approved and remember what was found."""
    from infra import fleet

    return _kept(services, fleet.drift(open_fleet(services), platforms))


def _kept(services: Services, results: dict[str, StackResult]) -> dict[str, StackResult]:
    for platform, result in results.items():
        services.store.put_result("stack", platform, summary(result))
    return results


def summary(result: StackResult) -> dict[str, object]:
    """A result as data."""
    return {
        "state": result.state,
        "created": result.created,
        "updated": result.updated,
        "deleted": result.deleted,
        "unchanged": result.unchanged,
        "seconds": round(result.seconds, 1),
        "reason": result.reason,
        "lines": list(result.lines),
        "findings": [dict(one) for one in result.findings],
        "digest": result.digest,
    }
