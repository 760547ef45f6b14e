"""What the extranet's resolver needs beside its configuration, which the driver `unbound` renders; pure."""

from __future__ import annotations

from ipv6.drivers.unbound.render import LOG
from ipv6.drivers.unbound.text import CONTROL
from ipv6.querylog import install

ROTATION = "jiyue-unbound.logrotate"


def rotation(days: int) -> str:
    """logrotate's part for its log of questions."""
    return install.rotation(LOG, days, "unbound", f"unbound-control -s {CONTROL} log_reopen")
