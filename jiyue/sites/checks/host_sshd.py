"""How the host lets administrators in: the settings in force of every sshd that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ipv6.verify.model import Answers, Probe
from jiyue.sites.check import Host, check
from jiyue.sites.model import Seen, Target

WANTED: Mapping[str, tuple[str, frozenset[str]]] = {
    "passwordauthentication": ("sshd-passwords", frozenset({"no"})),
    "permitemptypasswords": ("sshd-passwords", frozenset({"no"})),
    "permitrootlogin": (
        "sshd-root",
        frozenset({"no", "prohibit-password", "without-password", "forced-commands-only"}),
    ),
    "kbdinteractiveauthentication": ("sshd-keyboard", frozenset({"no"})),
    "hostbasedauthentication": ("sshd-passwords", frozenset({"no"})),
    "ignorerhosts": ("sshd-passwords", frozenset({"yes"})),
    "strictmodes": ("sshd-forwarding", frozenset({"yes"})),
    "x11forwarding": ("sshd-forwarding", frozenset({"no"})),
    "permituserenvironment": ("sshd-forwarding", frozenset({"no"})),
    "gatewayports": ("sshd-forwarding", frozenset({"no"})),
    "loglevel": ("sshd-log", frozenset({"info", "verbose", "debug", "debug1"})),
}
"""Settings (sshd's own small names): the finding, and what is accepted."""
LIMITS: Mapping[str, int] = {"maxauthtries": 6, "logingracetime": 120}
"""Settings that must be between 1 and this (tries, seconds): failed logins are limited (GB/T 22239 8.1.4.1 b)."""
WEAK = re.compile(r"(^|,)(3des-cbc|arcfour[0-9]*|blowfish-cbc|cast128-cbc|aes(128|192|256)-cbc|none)(?=,|$)")


def wrong(settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(finding, setting) of everything that is not as wanted; a setting that this sshd does not know is left alone."""
    for key, (id, good) in WANTED.items():
        if key in settings and settings[key] not in good:
            yield id, key
    for key, most in LIMITS.items():
        value = settings.get(key, "")
        if value and not (value.isdigit() and 0 < int(value) <= most):
            yield "sshd-limits", key
    if WEAK.search(settings.get("ciphers", "")):
        yield "sshd-ciphers", "ciphers"


def settings_of(config: object) -> dict[str, str]:
    """What one `sshd -T` told, by small name."""
    body = str(config.get("text", "")) if isinstance(config, Mapping) else ""
    lines = (line.lower().split(None, 1) for line in body.splitlines())
    return {line[0]: line[1].strip() for line in lines if len(line) == 2}


@check(
    "host-sshd",
    finds=(
        "sshd", "sshd-passwords", "sshd-root", "sshd-keyboard", "sshd-forwarding", "sshd-log", "sshd-limits",
        "sshd-ciphers",
    ),
)  # fmt: skip
class HostSshd:
    """Every configuration that a running sshd was given, not just the one of /etc."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One reading of the host."""
        return Host.ask(target.host, "sshd")

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Each setting that is not as wanted."""
        found = Host.read("sshd", target, target.host, "sshd", answers)
        if isinstance(found, Seen):
            yield found
            return
        configs = found.get("configs")
        if not isinstance(configs, list) or not configs:
            yield Seen("sshd", target.host, f"{target.host}: no sshd told its settings", unknown=True)
            return
        for config in configs:
            settings = settings_of(config)
            file = str(config.get("file", ""))[:200]
            if config.get("code") != 0 or not settings.keys() & WANTED.keys():
                why = str(config.get("error", "")).strip()[-200:] or "it said nothing of use"
                yield Seen("sshd", target.host, f"{target.host}: sshd -T -f {file}: {why}", unknown=True)
                continue
            for id, key in wrong(settings):
                value = WEAK.search(settings[key])[2] if key == "ciphers" else settings[key]  # type: ignore[index]
                yield Seen(id, target.host, f"{target.host}: {file}: {key} {value[:80]}")
