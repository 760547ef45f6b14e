"""Rights that are too wide are taken away; pages of the web server's own user become root's."""

from __future__ import annotations

from collections.abc import Iterator

from jiyue.sites.checks.host_rights import KINDS
from jiyue.sites.hardening.measure import measure
from jiyue.sites.hardening.model import Look, Right, Step, Wide

TAKEN = {"keys": 0o077, "config": 0o002, "pages": 0o002}
"""Bits that go, by kind of file."""
KEY_GROUP = 0o037
"""The same for a key of the group that keys are for: that one may go on reading."""


@measure("rights", "rights-key", "rights-config", "rights-pages")
def RIGHTS(host: Look) -> Iterator[Step]:
    """One step per file; where a site has to write to its own pages, a waiver says so."""
    for one in host.rights:
        now = better(one, host.worker)
        if KINDS[one.kind] not in host.leave and now != one.was:
            yield Right(one.path, one.was, now, frozenset({KINDS[one.kind]}))


def better(one: Wide, worker: tuple[int, int]) -> tuple[int, int, int]:
    """Mode, uid and gid as they should be; the web server may read as before, by its group or as everybody."""
    mode, uid, gid = one.was
    if one.kind == "pages" and worker[0] > 0:
        mine = gid == worker[1]
        mode &= ~0o020 if mine else ~0
        if uid == worker[0]:
            mode |= (mode & 0o500) >> (3 if mine else 6)
            uid = 0
    return mode & ~(KEY_GROUP if one.kind == "keys" and one.keeps else TAKEN[one.kind]), uid, gid
