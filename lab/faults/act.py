"""Inject, clear, replay: recorded first, done second, so that a killed command leaves nothing unknown."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

from inventory.errors import EnvironmentFailed, InputError

from ..access import enter_argv
from ..state import LabState, locked, read_state
from . import record
from .model import must, quoted
from .record import Injected
from .registry import MAX_SEED, Wanted, host_of, kind_of, params_of, parse

FOLDER = "/run/lab/fault"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class LabHand:
    """`Hand` for a host of a running lab, straight into its namespaces: no fault of the network stops it."""

    directory: Path
    name: str
    state: LabState

    def run(self, script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a shell script as root on the host, at most a minute."""
        argv = enter_argv(self.directory, self.name, ["sh", "-c", script], state=self.state)
        try:
            return subprocess.run(
                argv, input=stdin, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise EnvironmentFailed(f"lab: {self.name}", f"did not answer within {_SECONDS} s") from error


def inject(directory: Path, text: str) -> Injected:
    """Inject `NAME@HOST[,key=value...]`; gives what is recorded. InputError before anything is done."""
    with locked(directory):
        return _inject(directory, parse(text))


def replay(directory: Path, identity: str) -> Injected:
    """Inject a recorded fault once more: same kind, host, parameters and seed, under a new id."""
    with locked(directory):
        old = record.find(directory, identity)
        words = {key: str(value) for key, value in old.params.items()}
        return _inject(directory, Wanted(kind_of(old.kind), old.host, words, old.seed))


def clear(directory: Path, identities: Sequence[str] = ()) -> tuple[Injected, ...]:
    """Undo these faults, or all that are active, the newest first; those of an earlier lab went with it."""
    with locked(directory):
        found = [record.find(directory, one) for one in identities] or list(active(directory))
        state = read_state(directory)
        done = []
        for one in reversed(found):
            if one.state != "cleared" and one.lab == record.lab_of(state):
                kind = kind_of(one.kind)
                hand = LabHand(directory, one.host, state)
                record.put(directory, replace(one, state="clearing"))
                kind.clear(hand, params_of(kind, one.params), _folder(one))
                must(hand, f"rm -rf {quoted(_folder(one))}")
            done.append(replace(one, state="cleared"))
            record.put(directory, done[-1])
        return tuple(done)


def active(directory: Path) -> tuple[Injected, ...]:
    """The faults that the running lab has now, also those whose injection or clearing was interrupted."""
    state = read_state(directory, pids=False)
    if state.phase == "down":
        return ()
    return tuple(one for one in record.read(directory) if one.state != "cleared" and one.lab == record.lab_of(state))


def _inject(directory: Path, wanted: Wanted) -> Injected:
    state = read_state(directory)
    if state.phase == "down":
        raise EnvironmentFailed("lab", "is not up", "run: jiyue lab up")
    host = host_of(wanted.host, (one.name for one in state.hosts))
    kind = wanted.kind
    params = params_of(kind, wanted.words)
    seed = secrets.randbelow(MAX_SEED + 1) if wanted.seed is None else wanted.seed
    hand = LabHand(directory, host, state)
    params = kind.settle(hand, params, Random(seed))
    for other in active(directory):
        if (other.kind, other.host, other.params) == (kind.name, host, asdict(params)):
            raise InputError(f"fault {kind.name}@{host}", f"{other.id} is there already", f"clear {other.id} first")
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    one = Injected(
        record.next_id(directory), kind.name, host, asdict(params), seed, record.lab_of(state), "injecting", at
    )
    record.put(directory, one)
    must(hand, f"mkdir -p {quoted(_folder(one))} && chmod 755 {FOLDER}")
    kind.inject(hand, params, _folder(one), seed)
    record.put(directory, replace(one, state="active"))
    return replace(one, state="active")


def _folder(one: Injected) -> str:
    return f"{FOLDER}/{one.id}"
