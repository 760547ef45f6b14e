"""The platforms' stacks, for the values that were approved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jiyue.workflow import review
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services

if TYPE_CHECKING:  # Pulumi takes a second to import; only what runs a stack pays for it
    from infra.fleet import Fleet, StackResult


def open_fleet(services: Services) -> Fleet:
    """The fleet of this environment."""
    from infra.fleet import Fleet

    env, home = services.engine_environment
    return Fleet(services.space.root, services.inventory, services.kubeconfig, env, home)


def up(services: Services, platforms: Sequence[str], reporter: Reporter) -> dict[str, StackResult]:
    """Bring the stacks to their approved state and remember the results; GateError when one is not approved."""
    from infra import fleet

    approved = {}
    for platform in platforms:
        record = review.current(services, platform)
        services.store.approval(record.digest)
        approved[platform] = (record.digest, services.store.change_set(record.digest).stack)

    def progress(platform: str, done: int, total: int, text: str) -> None:
        reporter.now(f"{platform} {done}/{total} {text}")

    return _kept(services, fleet.up(open_fleet(services), platforms, approved, progress))


def destroy(services: Services, platforms: Sequence[str], with_library: bool) -> dict[str, StackResult]:
    """Take stacks down and remember that they are."""
    from infra import fleet

    return _kept(services, fleet.destroy(open_fleet(services), platforms, with_library=with_library))


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
        "digest": result.digest,
    }
