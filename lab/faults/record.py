"""What was injected, on disk before it happens; kept after it is cleared, so that it can be injected again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, InputError

from ..state import LabState

FILE = "faults.json"
KEPT = 200
State = Literal["injecting", "active", "clearing", "cleared"]


@dataclass(frozen=True, slots=True)
class Injected:
    """One fault: its settled parameters and seed say everything that is needed to repeat it.

    `lab` names the lab it was injected into: with that lab the fault is gone. `at` is UTC.
    """

    id: str
    kind: str
    host: str
    params: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    lab: str = ""
    state: State = "injecting"
    at: str = ""
    __pydantic_config__ = ConfigDict(extra="forbid")

    @property
    def text(self) -> str:
        """How to ask for exactly this one again."""
        words = [f"{key}={_word(value)}" for key, value in self.params.items() if value != ""]
        return ",".join([f"{self.kind}@{self.host}", *words, f"seed={self.seed}"])


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ADAPTER: TypeAdapter[tuple[Injected, ...]] = TypeAdapter(tuple[Injected, ...])


def lab_of(state: LabState) -> str:
    """A name for one running lab that no other has."""
    return f"{state.boot}/{state.pid}/{state.started}"


def read(directory: Path) -> tuple[Injected, ...]:
    """Every fault on record, oldest first; EnvironmentFailed when the file cannot be read."""
    path = directory / FILE
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        cause = f"cannot be read ({str(error).splitlines()[0]})"
        raise EnvironmentFailed(str(path), cause, "remove it after a look at it") from error


def put(directory: Path, one: Injected) -> None:
    """Record the fault, or what has become of it; on disk when this returns."""
    known = {each.id: each for each in read(directory)} | {one.id: one}
    rows = [asdict(each) for each in list(known.values())[-KEPT:]]
    write_whole(directory / FILE, json.dumps(rows, indent=1, sort_keys=True) + "\n", 0o600)


def find(directory: Path, identity: str) -> Injected:
    """The fault of that id; InputError when there is none."""
    every = read(directory)
    for one in every:
        if one.id == identity:
            return one
    known = ", ".join(one.id for one in every[-10:]) or "none"
    raise InputError(f"fault {identity[:40]}", "no such fault on record", f"known: {known}")


def next_id(directory: Path) -> str:
    """An id that was never given before in this directory."""
    return f"f{max((int(one.id[1:]) for one in read(directory)), default=0) + 1}"
