"""sshd: a file of ours, included first (the first word counts, sshd_config(5)), with nothing but what was wrong."""

from __future__ import annotations

from collections.abc import Iterator

from jiyue.sites.checks.host_sshd import WEAK, settings_of, wrong
from jiyue.sites.hardening.measure import measure
from jiyue.sites.hardening.model import Change, Daemon, Left, Look, Step

FOLDER = "/etc/ssh/jiyue-hardening.d"
BETTER = {
    "passwordauthentication": "no", "permitemptypasswords": "no", "permitrootlogin": "prohibit-password",
    "kbdinteractiveauthentication": "no", "hostbasedauthentication": "no", "ignorerhosts": "yes", "strictmodes": "yes",
    "x11forwarding": "no", "permituserenvironment": "no", "gatewayports": "no", "loglevel": "VERBOSE",
    "maxauthtries": "4", "logingracetime": "60",
}  # fmt: skip
LOGIN = frozenset({"sshd-passwords", "sshd-root", "sshd-keyboard"})
"""What shuts those out who have no key."""
_HEAD = "# Written by `jiyue site harden`; `--undo` takes it away.\n"


@measure(
    "sshd", "sshd-passwords", "sshd-root", "sshd-keyboard", "sshd-forwarding", "sshd-log", "sshd-limits", "sshd-ciphers"
)
def SSHD(host: Look) -> Iterator[Step]:
    """Every configuration that a running sshd was given."""
    for daemon in host.sshd:
        if daemon.code == 0:
            yield from _one(host, daemon)
        else:
            yield Left("sshd", f"{daemon.file}: sshd does not take it as it is")


def _one(host: Look, daemon: Daemon) -> Iterator[Step]:
    settings = settings_of({"text": daemon.text})
    own = f"{FOLDER}/{daemon.file.strip('/').replace('/', '-')}.conf"
    lines = dict(line.split(None, 1) for line in host.texts.get(own, "").splitlines() if line and line[0] != "#")
    found = dict[str, str]()
    for id, key in wrong(settings):
        if id in host.leave:
            continue
        if id in LOGIN and not daemon.keys:
            yield Left(id, f"{daemon.file}: no account has a key, nobody could log in any more")
            continue
        found[key] = id
        lines[key] = _without_weak(settings[key]) if key == "ciphers" else BETTER[key]
    text = host.texts.get(daemon.file)
    if not found:
        return
    if text is None:
        yield Left(next(iter(found.values())), f"{daemon.file}: {host.unread.get(daemon.file, 'it is not there')}")
        return
    mends = frozenset(found.values())
    body = _HEAD + "".join(f"{key} {value}\n" for key, value in sorted(lines.items()))
    yield Change(own, host.texts.get(own), body, mends, ("sshd",), 0o600)
    include = f"Include {own}\n"
    if include not in text.splitlines(keepends=True):
        yield Change(daemon.file, text, include + text, mends, ("sshd",), 0o600)


def _without_weak(ciphers: str) -> str:
    return ",".join(one for one in ciphers.split(",") if not WEAK.fullmatch(one))
