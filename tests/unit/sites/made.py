"""A site, its host and a vantage as told: answers to probes without asking anybody; everything sound unless changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ipv6.verify.model import Answer, Probe
from jiyue.probe.runner import Runner
from jiyue.sites.checks.open_ports import PORTS
from jiyue.sites.model import Target

TARGET = Target(
    "www.a.gov.cn", "changsha", "198.18.1.10", host="site-a", filter="fw-a",
    known=frozenset({"www.a.gov.cn", "www.b.gov.cn"}), scripts=frozenset({"cdn.example.cn"}),
)  # fmt: skip
SSHD = (
    "passwordauthentication no\npermitrootlogin without-password\nx11forwarding no\npermitemptypasswords no\n"
    "maxauthtries 6\nlogingracetime 120\nciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com\n"
)
HEADERS = {
    "content-type": "text/html", "strict-transport-security": "max-age=31536000", "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'self'", "server": "nginx",
}  # fmt: skip
SOUND: Mapping[str, Any] = {
    "tls": {"state": "ok", "days": 200, "not_after": "2027-01-01T00:00:00Z", "version": "TLSv1.3"},
    "tls/TLSv1": {"state": "bad", "error": "TLS: protocol version"},
    "tls/TLSv1.1": {"state": "bad", "error": "TLS: protocol version"},
    "http/443/": {"state": "ok", "status": 200, "size": 9, "headers": HEADERS, "text": "<title>a</title>"},
    "http/80/": {"state": "ok", "status": 301, "size": 9, "headers": {"location": "https://www.a.gov.cn/"}},
    "http": {"state": "ok", "status": 404, "size": 9, "headers": {}, "text": "not found"},
    "visit": {"state": "ok", "status": 200, "size": 9, "headers": {"content-type": "text/html"}, "text": "<p>"},
    "trace": {"state": "ok", "status": 405},
    "ports": {"state": "done", "states": {str(port): "open" if port in (80, 443) else "timeout" for port in PORTS}},
    "baseline/sshd": {"configs": [{"file": "/etc/ssh/sshd_config", "code": 0, "text": SSHD, "error": ""}]},
    "baseline/packages": {"manager": "dpkg", "pending": [], "count": 0, "fetched": 1.0, "reboot": False},
    "baseline/accounts": {
        "accounts": [{"name": "root", "uid": "0", "state": "locked", "max": "99999", "shell": "/bin/bash"}],
        "defaults": {"PASS_MAX_DAYS": "90"},
    },
    "baseline/rights": {"keys": [], "config": [], "pages": [], "count": {}, "seen": 9, "cut": False},
    "baseline/nginx": {
        "present": True, "running": True, "files": ["/etc/nginx/nginx.conf"], "error": "",
        "servers": [{"names": ["www.a.gov.cn"], "tls": True, "settings": {"server_tokens": "off"}}],
    },
    "baseline/firewall": {
        "code": 0, "error": "",
        "chains": [{"family": "inet", "hook": hook, "policy": "drop"} for hook in ("input", "forward")],
    },
    "baseline/logs": {"rotated": [], "journal": {}, "journald": False},
    "baseline/clock": {"now": 1.0, "disciplined": True, "daemon": "chronyd"},
    "scan/ssh-audit": {"state": "done", "code": 0, "text": "(kex) curve25519-sha256 -- [info] available"},
    "scan/testssl": {"state": "done", "code": 0, "text": '[{"id": "TLS1_3", "severity": "OK", "finding": "offered"}]'},
    "scan/lynis": {"state": "done", "code": 0, "text": "report_datetime_end=2026-03-01"},
}  # fmt: skip


class Made(Runner):
    """Gives `SOUND` with `changes`; a change that is a text is why nothing was measured. Counts what it was asked."""

    def __init__(self, changes: Mapping[str, Any] | None = None) -> None:
        super().__init__(Path("none"))
        self.given = {**SOUND, **(changes or {})}
        self.asked: list[Probe] = []

    def run_all(self, probes: Iterable[Probe]) -> dict[Probe, Answer]:
        found = list(probes)
        self.asked += found
        return {probe: self._give(probe) for probe in found}

    def _give(self, probe: Probe) -> Answer:
        words = {
            "tls": f"tls/{probe.version}", "baseline": f"baseline/{probe.name}", "scan": f"scan/{probe.qtype}",
            "http": f"http/{probe.port}{probe.path}", "visit": f"visit{probe.path}", "trace": f"trace/{probe.port}",
        }  # fmt: skip
        value = self.given.get(words.get(probe.kind, probe.kind), self.given.get(probe.kind))
        if isinstance(value, str):
            return Answer(problem=value)
        if probe.kind == "baseline" and "state" not in value:
            value = {"state": "ok", "value": value}
        return Answer((value,))
