"""Rights of keys, configuration and pages."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import number, records, text
from jiyue.sites.check import Host, check
from jiyue.sites.model import Seen, Target

KINDS = {"keys": "rights-key", "config": "rights-config", "pages": "rights-pages"}
SHOWN = 5


@check("host-rights", finds=("rights-key", "rights-config", "rights-pages"))
class HostRights:
    """What is readable or writable for too many; the web server itself may not write its pages."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One reading of the host."""
        return Host.ask(target.host, "rights")

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """The first few of each kind, and how many there are."""
        host = target.host
        found = Host.read("rights-key", target, host, "rights", answers)
        if isinstance(found, Seen):
            yield found
            return
        counts = found.get("count")
        for kind, id in KINDS.items():
            listed = records(found, kind)
            count = int(number(counts, kind)) if isinstance(counts, dict) else len(listed)
            for one in listed[:SHOWN]:
                owner = f"{text(one, 'owner')[:40]}:{text(one, 'group')[:40]}"
                yield Seen(id, host, f"{host}: {text(one, 'path')[:200]} is {text(one, 'mode')[:6]} {owner}")
            if count > SHOWN:
                yield Seen(id, host, f"{host}: {count - SHOWN} more")
        if found.get("cut") is True:
            said = f"{host}: more files than are looked at ({int(number(found, 'seen'))})"
            yield Seen("rights-pages", host, said, unknown=True)
