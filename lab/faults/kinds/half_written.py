"""A file ends in the middle, as after a power cut under a program that does not sync."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Annotated

from pydantic import Field

from ..model import STRICT, File, Hand, Kind, choose, must, quoted

_CUT = """\
set -e
cp -a {path} {folder}/whole
size=$(stat -c %s {path})
truncate -s $(( size * {share} / 100 )) {path}
sha256sum < {path} > {folder}/half
"""
# A file that was replaced since is left as it is: it is whole again.
_MEND = """\
if [ -e {folder}/half ] && [ -e {path} ] && [ "$(sha256sum < {path})" = "$(cat {folder}/half)" ]; then
    cat {folder}/whole > {path} || exit 1
fi
rm -f {folder}/half
"""


@dataclass(frozen=True, slots=True)
class HalfWritten:
    """`path` is the file (without one: by chance, one of a change on the device), `share` how many percent are left."""

    path: File = ""
    share: Annotated[int, Field(ge=-1, le=99)] = -1
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: HalfWritten, chance: Random) -> HalfWritten:
    if params.path:
        known = must(hand, f"test -f {quoted(params.path)} && echo {quoted(params.path)} || true").split()
    else:
        known = must(hand, "find /var/lib/jiyue/changes -name '*.json' 2>/dev/null || true").split()
    path = choose(hand, "file", params.path, known, chance)
    return replace(params, path=path, share=chance.randrange(100) if params.share < 0 else params.share)


def inject(hand: Hand, params: HalfWritten, folder: str, seed: int) -> None:
    must(hand, _CUT.format(path=quoted(params.path), folder=quoted(folder), share=params.share))


def clear(hand: Hand, params: HalfWritten, folder: str) -> None:
    must(hand, _MEND.format(path=quoted(params.path), folder=quoted(folder)))


FAULT = Kind(
    "half-written",
    HalfWritten,
    notes="a file loses its end",
    fix="it is whole again, unless it was replaced meanwhile",
    inject=inject,
    clear=clear,
    settle=settle,
)
