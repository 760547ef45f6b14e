"""A disk is full: one folder of the host lies on a file system with a few kilobytes left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from ..model import STRICT, File, Hand, Kind, must, quoted

_FULL = """\
set -e
mkdir -p {path} {folder}/below {folder}/small
mount --bind {path} {folder}/below
size=$(( $(du -sk {path} | cut -f1) * 2 + 2048 + {free} ))
owner=$(stat -c mode=%a,uid=%u,gid=%g {path})
mount -t tmpfs -o "$owner,size=${{size}}k" full {folder}/small
cp -a {path}/. {folder}/small/
left=$(( $(df -k --output=avail {folder}/small | tail -n 1) - {free} ))
head -c ${{left}}k /dev/zero > {folder}/small/.ballast
: > {folder}/full
mount --bind {folder}/small {path}
umount -l {folder}/small
"""
# What was written meanwhile goes back to the real folder: a disk that was given room keeps its files.
_ROOM = """\
set -e
if [ -e {folder}/full ] && ! mountpoint -q {folder}/small && mountpoint -q {path}; then
    rm -f {path}/.ballast
    find {folder}/below -mindepth 1 -maxdepth 1 -exec rm -rf {{}} +
    cp -a {path}/. {folder}/below/
    umount -l {path}
fi
rm -f {folder}/full
for left in small below; do if mountpoint -q {folder}/$left; then umount -l {folder}/$left; fi; done
"""


@dataclass(frozen=True, slots=True)
class DiskFull:
    """`path` is the folder, `free_kb` how many kilobytes are left on it."""

    path: File = "/var/lib/jiyue"
    free_kb: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    __pydantic_config__ = STRICT


def inject(hand: Hand, params: DiskFull, folder: str, seed: int) -> None:
    must(hand, _FULL.format(path=quoted(params.path), folder=quoted(folder), free=params.free_kb))


def clear(hand: Hand, params: DiskFull, folder: str) -> None:
    must(hand, _ROOM.format(path=quoted(params.path), folder=quoted(folder)))


FAULT = Kind(
    "disk-full",
    DiskFull,
    notes="one folder of the host has no room left, or only the kilobytes that are given",
    fix="there is room again; what was written meanwhile stays",
    inject=inject,
    clear=clear,
)
