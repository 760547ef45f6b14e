"""What an assessment concludes from what was measured; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from ipv6.verify.model import Answer, Sample
from ipv6.verify.reading import number, outcome, text

BLOCKING = frozenset({"high", "unknown"})
"""Severities that fail the assessment; `unknown` (not measured) is never good enough."""

WEB_PORTS = frozenset({80, 443})

SSHD: Mapping[str, tuple[frozenset[str], str]] = {
    "passwordauthentication": (frozenset({"no"}), "high"),
    "permitemptypasswords": (frozenset({"no"}), "high"),
    "permitrootlogin": (
        frozenset({"no", "prohibit-password", "without-password", "forced-commands-only"}),
        "high",
    ),
    "kbdinteractiveauthentication": (frozenset({"no"}), "medium"),
    "x11forwarding": (frozenset({"no"}), "low"),
}
"""Settings of sshd (its own lower-case names): what is accepted, how bad anything else is."""

HEADERS = ("strict-transport-security", "x-content-type-options", "content-security-policy")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `severity` is high, unknown, medium, low or note; `evidence` is what was seen, `fix` what to do."""

    id: str
    severity: str
    evidence: str
    fix: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The record that apply requires of each site; times are UTC, ISO 8601 with seconds."""

    site: str
    passed: bool
    findings: tuple[Finding, ...]
    at: str
    expires: str

    @property
    def result(self) -> str:
        """`passed` or `failed`, as the store keeps it."""
        return "passed" if self.passed else "failed"

    def data(self) -> dict[str, object]:
        """JSON-able form, for the store's evidence and for `--json`."""
        return asdict(self)


def certificate(where: str, answer: Answer, days_wanted: int) -> list[Finding]:
    """The chain, the name and the days left."""
    if not answer.samples:
        return [_unmeasured("tls", where, answer)]
    sample = answer.samples[-1]
    if text(sample, "state") != "ok":
        return [Finding("tls-chain", "high", f"{where}: {outcome(sample)}", "install a certificate clients trust")]
    days = int(number(sample, "days"))
    if days < 0 or days < days_wanted:
        evidence = f"{where}: certificate ends {text(sample, 'not_after')}, {days} days left"
        return [Finding("tls-expiry", "high" if days < 7 else "medium", evidence, "renew the certificate")]
    return []


def old_protocols(where: str, answers: Mapping[str, Answer]) -> list[Finding]:
    """Protocol versions before TLS 1.2 (RFC 8996) must not be spoken."""
    found = []
    for version, answer in answers.items():
        if not answer.samples:
            found.append(_unmeasured("tls-old", where, answer))
        elif text(answer.samples[-1], "state") == "ok":
            found.append(Finding("tls-old", "high", f"{where} speaks {version}", "allow TLS 1.2 and 1.3 only"))
    return found


def open_ports(address: str, answers: Mapping[int, Answer], allowed: frozenset[int]) -> list[Finding]:
    """Ports that answer from outside and are not on the allow list."""
    if any(not answer.samples for answer in answers.values()):
        return [_unmeasured("ports", address, next(a for a in answers.values() if not a.samples))]
    states = {port: text(answer.samples[-1], "state") for port, answer in answers.items()}
    found = [
        Finding("port-open", "high", f"{_host(address)}:{port} is open from outside", "close it in the zone matrix")
        for port, state in sorted(states.items())
        if state == "open" and port not in allowed
    ]
    if not any(state == "open" for state in states.values()):
        if ":" in address:  # before the change there is nothing at the planned address, and that is as it should be
            note = f"{address}: nothing answers over IPv6 yet"
            return [Finding("ports", "note", note, "assess again after apply")]
        found.append(Finding("port-closed", "high", f"{address}: no port answers, not even 443", "start the site"))
    return found


def sshd(host: str, problem: str, output: str) -> list[Finding]:
    """The effective settings of sshd (`sshd -T`)."""
    if problem:
        return [Finding("sshd", "unknown", f"{host}: {problem}", "make the host reachable and assess again")]
    settings = dict(line.lower().split(" ", 1) for line in output.splitlines() if " " in line)
    if not settings.keys() & SSHD.keys():
        return [Finding("sshd", "unknown", f"{host}: sshd -T said nothing of use", "check that sshd is installed")]
    found = []
    for key, (good, severity) in SSHD.items():
        value = settings.get(key, "")
        if value and value not in good:
            fix = f"set {key} {sorted(good)[0]}"
            found.append(Finding(f"sshd-{key}", severity, f"{host}: {key} {value}", fix))
    return found


def headers(where: str, answer: Answer) -> list[Finding]:
    """Security headers that are missing, as notes."""
    if not answer.samples or text(answer.samples[-1], "state") != "ok":
        return []
    given: Sample = answer.samples[-1]
    names = given.get("headers")
    present = set(names) if isinstance(names, Mapping) else set()
    return [
        Finding("header", "note", f"{where} sends no {name}", "let the site's server add it")
        for name in HEADERS
        if name not in present
    ]


def conclude(site: str, findings: Sequence[Finding], at: str, expires: str) -> Assessment:
    """Passed when nothing blocking was found."""
    ordered = ("high", "unknown", "medium", "low", "note")
    ranked = tuple(sorted(findings, key=lambda one: (ordered.index(one.severity), one.id, one.evidence)))
    return Assessment(site, not any(one.severity in BLOCKING for one in ranked), ranked, at, expires)


def _unmeasured(id: str, where: str, answer: Answer) -> Finding:
    why = answer.problem or "no answer"
    return Finding(id, "unknown", f"{where}: not measured: {why}", "make the vantage point reachable and assess again")


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
