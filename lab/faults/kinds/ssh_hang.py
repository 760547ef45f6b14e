"""SSH hangs: connections are taken, nothing is ever said on them."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import STRICT, Hand, Kind, must

# The kernel goes on accepting connections for a stopped listener; sessions that are open stop as well.
_SIGNAL = """\
top=$(cat /run/lab/pid/sshd) || exit 1
for round in 1 2; do
    for pid in $top $(pgrep -x sshd); do
        case " $(cat /proc/$pid/cmdline 2>/dev/null | tr '\\0' ' ') " in *sshd_zone*) continue ;; esac
        kill -{signal} $pid 2>/dev/null || true
    done
done
"""


@dataclass(frozen=True, slots=True)
class SshHang:
    """Nothing to choose."""

    __pydantic_config__ = STRICT


def inject(hand: Hand, params: SshHang, folder: str, seed: int) -> None:
    must(hand, _SIGNAL.format(signal="STOP"))


def clear(hand: Hand, params: SshHang, folder: str) -> None:
    must(hand, _SIGNAL.format(signal="CONT"))


FAULT = Kind(
    "ssh-hang",
    SshHang,
    notes="the management SSH server and its sessions stop: connections open, then nothing comes",
    fix="they go on where they stopped",
    inject=inject,
    clear=clear,
)
