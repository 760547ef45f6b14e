"""The power goes: every process ends at once; with the power back the host starts as after a power cut."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import STRICT, Hand, Kind, must

# Process 1 is the kernel's side of the host: it stays, and so do the files, as on a disk.
_OFF = """\
mkdir -p {folder}; : > {folder}/off
echo "$(hostname) power off" > /proc/1/fd/3
for space in "" $(ls /run/netns 2>/dev/null); do
    for link in $(ip ${{space:+-n $space}} -o link show | cut -d: -f2 | cut -d@ -f1); do
        ip ${{space:+-n $space}} link set dev "$link" down
    done
done
kill -9 -1
"""
_ON = """\
test -e {folder}/off || exit 0
sh /run/lab/power-on.sh >/run/lab/log/power-on.log 2>&1 </dev/null || {{ tail -n 1 /run/lab/log/power-on.log; exit 1; }}
rm -f {folder}/off
"""


@dataclass(frozen=True, slots=True)
class HostDown:
    """Nothing to choose."""

    __pydantic_config__ = STRICT


def inject(hand: Hand, params: HostDown, folder: str, seed: int) -> None:
    must(hand, _OFF.format(folder=folder))


def clear(hand: Hand, params: HostDown, folder: str) -> None:
    must(hand, _ON.format(folder=folder))


FAULT = Kind(
    "host-down",
    HostDown,
    notes="every process of the host ends at once and its links go down; files stay as they are",
    fix="the host starts again from its files: addresses, services, then what the device's agent does at boot",
    inject=inject,
    clear=clear,
)
