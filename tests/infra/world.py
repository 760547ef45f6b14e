"""The real inventory and plan as the stacks see them, and a monitor that records what a program declares."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc

from infra.objects.platform import PlatformObjects, Settings, platform_objects
from infra.program import assemble
from infra.values import Approved, parse_values
from inventory.model import Inventory
from inventory.source import load
from ipv6.plan.plan import make_plan
from ipv6.plan.stack import stack_values

ROOT = Path(__file__).resolve().parents[2]
PROVINCE = ROOT / "inventory" / "hunan"
PLATFORMS = sorted(path.stem for path in (PROVINCE / "platforms").glob("*.yaml"))
DIGEST = "5a" * 32


@cache
def inventory() -> Inventory:
    """The province."""
    return load(PROVINCE)


@cache
def claims() -> Mapping[str, str]:
    """Every address of the plan, from an empty ledger."""
    return {claim.key: claim.prefix for claim in make_plan(inventory(), ()).claims}


def raw_values(platform: str) -> dict[str, object]:
    """What the plan gives a platform's stack."""
    return stack_values(inventory(), claims(), platform)


def approved(platform: str) -> Approved:
    """The plan's values as if they had been approved."""
    raw = raw_values(platform)
    return Approved(platform, DIGEST, raw, parse_values(raw, platform))


def measured() -> Inventory:
    """The province, in an environment whose cluster is said to serve metrics."""
    here = inventory()
    environment = here.environment.model_copy(update={"metrics": (here.environment.context,)})
    return here.model_copy(update={"environment": environment})


def objects(platform: str, settings: Settings | None = None, where: Inventory | None = None) -> PlatformObjects:
    """The platform's objects."""
    province = where or inventory()
    return platform_objects(province, province.platform_by_name[platform], approved(platform), settings or Settings())


@dataclass(frozen=True)
class Declared:
    """One resource as the program registered it; `inputs` in the API's words."""

    urn: str
    type: str
    name: str
    parent: str
    provider: str
    protect: bool
    yields: tuple[str, ...]
    dependencies: tuple[str, ...]
    inputs: dict[str, Any]


class Echo(mocks.Mocks):
    """Every resource turns out as asked; stacks that are read published `outputs`, and `read` are their names.

    `made` are the names of all others.
    """

    def __init__(self, outputs: Mapping[str, object]) -> None:
        self.outputs = outputs
        self.read: list[str] = []
        self.made: list[str] = []

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        """No function is called by the program."""
        raise AssertionError(f"the program calls {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """The inputs are the outputs."""
        if args.typ == "pulumi:pulumi:StackReference":
            self.read.append(str(args.resource_id))
            name = {"name": args.resource_id}
            return str(args.resource_id), {**name, "outputs": dict(self.outputs), "secretOutputNames": []}
        self.made.append(args.name)
        return f"{args.name}-id", args.inputs


class Recorder(mocks.MockMonitor):
    """Keeps every registration."""

    def __init__(self, echo: Echo) -> None:
        super().__init__(echo)
        self.declared: list[Declared] = []

    def RegisterResource(self, request: Any) -> Any:
        """Record and answer."""
        answer = super().RegisterResource(request)
        self.declared.append(
            Declared(
                answer.urn,
                request.type,
                request.name,
                request.parent,
                request.provider,
                request.protect,
                tuple(request.ignoreChanges),
                tuple(request.dependencies),
                rpc.deserialize_properties(request.object),
            )
        )
        return answer


def declare(platform: str, chosen: PlatformObjects | None = None, echo: Echo | None = None) -> tuple[Declared, ...]:
    """Run the program of a platform (as `objects` renders it, or of the `chosen` objects); all that it declared.

    The province published what its own program declares, unless `echo` says otherwise.
    """
    world = echo or Echo(objects("hunan").outputs)
    recorder = Recorder(world)
    wanted = chosen or objects(platform)

    @pulumi.runtime.test
    def program() -> None:
        assemble(wanted, "kubeconfig")

    with _loops():
        mocks.set_mocks(world, project="jiyue", stack=platform, preview=False, monitor=recorder)
        program()
    return tuple(recorder.declared)


@contextmanager
def _loops() -> Iterator[None]:
    """An event loop here and in each thread of its executor, all closed at the end.

    Pulumi makes them where it finds none and leaves them open, for a later test to be blamed for.
    """
    made: list[asyncio.AbstractEventLoop] = []

    def own() -> None:
        made.append(asyncio.new_event_loop())
        asyncio.set_event_loop(made[-1])

    own()
    made[0].set_default_executor(ThreadPoolExecutor(initializer=own))
    try:
        yield
    finally:
        made[0].run_until_complete(made[0].shutdown_default_executor())
        asyncio.set_event_loop(None)
        for loop in made:
            loop.close()
