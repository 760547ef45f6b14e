"""The device's agent is killed at its N-th step: an effect on the host, a program it starts or a file it replaces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Annotated

from pydantic import Field

from ..model import STRICT, Hand, Kind, must, quoted
from ..wrapper import unwrap, wrap

# Python looks for this module at every start, but not for a program on standard input that wants no site: there the
# wrapper runs it first. Only one process does it: the first that comes to the point.
_HOOK = """\
import os, signal, sys
_left, _done = {point}, {folder!r} + "/done"
def _count(event, arguments):
    global _left
    if event not in ("subprocess.Popen", "os.posix_spawn", "os.rename", "os.remove"):
        return
    _left -= 1
    if _left:
        return
    try:
        os.close(os.open(_done, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return
    {action}
sys.addaudithook(_count)
"""
KILL = "os.kill(os.getpid(), signal.SIGKILL)"


@dataclass(frozen=True, slots=True)
class KilledAt:
    """`point` counts from 1; 0 is one by chance."""

    point: Annotated[int, Field(ge=0, le=1000)] = 0
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: KilledAt, chance: Random) -> KilledAt:
    return replace(params, point=params.point or chance.randint(1, 30))


def inject(hand: Hand, params: KilledAt, folder: str, seed: int) -> None:
    must(hand, f"cat > {quoted(folder)}/sitecustomize.py", hook(params.point, folder))
    first = f"import sys; exec(open({folder + '/sitecustomize.py'!r}).read(), {{}})"
    code = f'{first}; exec(compile(sys.stdin.read(), "<stdin>", "exec"))'
    given = f"for last; do :; done\ncase $last in -|*sys.stdin.buffer.read*) set -- -I -S -c {quoted(code)};; esac\n"
    wrap(hand, "/usr/bin/python3", folder, {"PYTHONPATH": folder}, given)


def hook(point: int, folder: str, action: str = KILL) -> str:
    """The module that counts a Python program's steps and does `action` (a Python statement) before the N-th."""
    return _HOOK.format(point=point, folder=folder, action=action)


def clear(hand: Hand, params: KilledAt, folder: str) -> None:
    unwrap(hand, folder)


FAULT = Kind(
    "killed-at",
    KilledAt,
    notes="the next Python program on the host (the device's agent) is killed when it comes to its N-th step",
    fix="programs start as they always did",
    inject=inject,
    clear=clear,
    settle=settle,
)
