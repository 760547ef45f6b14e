"""nginx as it is configured for the site: version shown, listings, sizes, protocols, a log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import records, strings, text
from jiyue.sites.check import Host, check
from jiyue.sites.model import Seen, Target

MOST_BODY = 100
"""MiB that a visitor may send in one request."""
OLD = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})
_SIZE = re.compile(r"(\d+)([kKmMgG]?)")
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def too_large(size: str) -> bool:
    """Whether `client_max_body_size` is unlimited (0) or more than MOST_BODY."""
    found = _SIZE.fullmatch(size)
    return found is not None and not 0 < int(found[1]) * _UNITS[found[2].lower()] <= MOST_BODY * _UNITS["m"]


def wrong(settings: dict[str, str], tls: bool) -> Iterator[tuple[str, str]]:
    """(finding, directive) of what is in force and should not be."""
    if settings.get("server_tokens", "on") != "off":
        yield "nginx-tokens", "server_tokens"
    if settings.get("autoindex", "off") != "off":
        yield "nginx-autoindex", "autoindex"
    if too_large(settings.get("client_max_body_size", "1m")):
        yield "nginx-body", "client_max_body_size"
    # nginx 1.22 and older speak TLS 1.0 and 1.1 where nothing is said; only what is said is known here, the handshake
    # itself is looked at by another check.
    if tls and OLD & set(settings.get("ssl_protocols", "").split()):
        yield "nginx-protocols", "ssl_protocols"


@check(
    "host-nginx",
    finds=("nginx", "nginx-absent", "nginx-tokens", "nginx-autoindex", "nginx-body", "nginx-protocols"),
)
class HostNginx:
    """What is in force after all includes (`nginx -T`)."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One reading of the host."""
        return Host.ask(target.host, "nginx")

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """The servers of this site alone: another site's are that one's."""
        found = Host.read("nginx", target, target.host, "nginx", answers)
        if isinstance(found, Seen):
            yield found
            return
        if found.get("present") is not True:
            yield Seen("nginx-absent", target.host, f"{target.host}: another web server than nginx, settings not read")
            return
        if problem := text(found, "error"):
            yield Seen("nginx", target.host, f"{target.host}: nginx -T: {problem[:200]}", unknown=True)
            return
        for server in records(found, "servers"):
            if target.name not in strings(server, "names"):
                continue
            given = server.get("settings")
            settings = {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}
            for id, key in wrong(settings, server.get("tls") is True):
                said = f"{key} {settings[key][:60]}" if key in settings else f"no {key}"
                yield Seen(id, target.name, f"{target.host}: {target.name}: {said}")
