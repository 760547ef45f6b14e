"""A line in user space: nftables hands the frames to a tap device, a small program there sends them on, later or never.

The kernel's own delay queue (netem) is not everywhere. Only the way out of one interface is affected; frames that the
program sends carry a mark and pass.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .model import Family, Hand, must, quoted

MARK = 0x6A79
_START = """\
set -e
cat > {folder}/forwarder.py
if [ ! -e /dev/net/tun ]; then mkdir -p /dev/net && mknod -m 600 /dev/net/tun c 10 200; fi
setsid /usr/bin/python3 -I {folder}/forwarder.py {interface} {tap} {mark} {seed} {line} \\
    </dev/null >{folder}/log 2>&1 &
echo $! > {folder}/pid
left=100
until [ -e {folder}/ready ]; do
    left=$((left - 1))
    if [ $left -le 0 ] || ! kill -0 $(cat {folder}/pid); then tail -n 1 {folder}/log >&2; exit 1; fi
    sleep 0.05
done
nft -f - <<END
add table netdev {table}
add chain netdev {table} out {{ type filter hook egress device "{interface}" priority -400; policy accept; }}
add rule netdev {table} out meta mark {mark} accept
add rule netdev {table} out {family}fwd to "{tap}"
END
"""
_FAMILY = {"4": "meta protocol ip ", "6": "meta protocol ip6 ", "both": ""}
_STOP = """\
nft delete table netdev {table} 2>/dev/null
if [ -e {folder}/pid ]; then kill -9 $(cat {folder}/pid) 2>/dev/null; rm -f {folder}/pid; fi
true
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Delay and jitter in milliseconds, loss in percent, rate in kbit/s (0: none), largest packet in bytes (0: any)."""

    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    rate_kbit: int = 0
    largest: int = 0


def build(hand: Hand, interface: str, folder: str, seed: int, line: Line, family: Family = "both") -> None:
    """Put the line behind `interface`, for one family or for every frame.

    Which frames are lost and how late each is follows from the seed.
    """
    name = folder.rpartition("/")[2]
    program = Path(__file__).with_name("forwarder.py").read_text(encoding="utf-8")
    script = _START.format(
        folder=quoted(folder),
        interface=interface,
        tap=f"tap-{name}",
        mark=MARK,
        seed=seed,
        family=_FAMILY[family],
        line=quoted(json.dumps(asdict(line))),
        table=f"lab_fault_{name}",
    )
    must(hand, script, program)


def remove(hand: Hand, folder: str) -> None:
    """Frames go straight out again; those still waiting are lost, as on a line that is unplugged."""
    must(hand, _STOP.format(table=f"lab_fault_{folder.rpartition('/')[2]}", folder=quoted(folder)))
