"""Makes a program of a host start with other surroundings: the fault's own wrapper stands in front of it."""

from __future__ import annotations

from collections.abc import Mapping

from .model import Hand, must, quoted

_WRAP = """\
set -e
real=$(readlink -f {program}); test -x "$real"
cp -p "$real" {folder}/{base}
cat > {folder}/wrapper
chmod 755 {folder}/wrapper
echo "$real" > {folder}/wrapped
mount --bind {folder}/wrapper "$real"
"""
_UNWRAP = """\
if [ -e {folder}/wrapped ]; then
    real=$(cat {folder}/wrapped)
    if mountpoint -q "$real"; then umount "$real" || umount -l "$real"; fi
    rm -f {folder}/wrapped
fi
"""


def wrap(hand: Hand, program: str, folder: str, surroundings: Mapping[str, str], before: str = "") -> None:
    """From now on `program` starts with these variables, after `before` (lines of shell that may set its arguments);
    processes that run already stay as they are."""
    base = f"real-{program.rpartition('/')[2]}"
    sets = "".join(f"{name}={quoted(value)}\nexport {name}\n" for name, value in surroundings.items())
    text = f'#!/bin/sh\n{sets}{before}exec {quoted(f"{folder}/{base}")} "$@"\n'
    must(hand, _WRAP.format(program=quoted(program), folder=quoted(folder), base=quoted(base)), text)


def unwrap(hand: Hand, folder: str) -> None:
    """The program starts as it always did."""
    must(hand, _UNWRAP.format(folder=quoted(folder)))
