"""The safety assessment of hosted sites: TLS, ports over both families, sshd, certificate, headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from inventory.errors import InputError, NothingChecked
from inventory.model import Inventory
from inventory.vocab import Role
from ipv6.verify.build import site_subjects
from ipv6.verify.model import FAMILIES, Answer, Answers, Family, Probe
from ipv6.verify.subjects import SiteSubject
from jiyue.probe.runner import Runner
from jiyue.probe.ssh import Reply
from jiyue.sites import judge
from jiyue.sites.judge import Assessment

VALID = timedelta(days=90)
PORTS = (
    *(21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 389, 443, 445, 1433, 1521, 2379, 3306, 3389, 5432, 5900),
    *(6379, 6443, 8080, 8443, 9200, 11211, 27017),
)
"""Well-known TCP ports, the usual doors left open; one connection each, only at hosts of the environment."""

OLD_VERSIONS = ("TLSv1", "TLSv1.1")

# The sshd that runs need not be the one of /etc: a site host may be told its configuration on the command line.
SSHD_COMMAND = (
    "f=$(ps -eo args= | sed -n 's/.*sshd .*-f \\([^ ]*\\).*/\\1/p' | head -n 1); /usr/sbin/sshd -T ${f:+-f \"$f\"}"
)


def assess(
    inv: Inventory,
    runner: Runner,
    sites: Sequence[str] | None = None,
    claims: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Assessment]:
    """Assess the named sites (all for None), in the inventory's order; the record is valid for 90 days.

    Raises InputError for an unknown site and NothingChecked when there is none.
    """
    known = {site.name for site in inv.sites}
    for name in sites or ():
        if name not in known:
            raise InputError(f"site {name}", "there is no such site", "see `jiyue site list`")
    subjects = [one for one in site_subjects(inv, claims or {}) if sites is None or one.name in sites]
    if not subjects:
        raise NothingChecked("site assess", "no site to assess", "name at least one hosted site")
    answers = runner.run_all(probe for subject in subjects for probe in _probes(subject))
    hosts = {platform: _host(inv, platform) for platform in dict.fromkeys(one.platform for one in subjects)}
    settings = {host: runner.command(host, SSHD_COMMAND) for host in hosts.values() if host}
    now = clock()
    at, expires = now.strftime("%Y-%m-%dT%H:%M:%SZ"), (now + VALID).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        judge.conclude(one.name, _findings(one, answers, hosts[one.platform], settings), at, expires)
        for one in subjects
    ]


def _findings(subject: SiteSubject, answers: Answers, host: str, settings: Mapping[str, Reply]) -> list[judge.Finding]:
    where = f"{subject.name} at {subject.address4}:443"
    found = judge.certificate(where, answers[_tls(subject)], int(subject.limits["certificate-days"]))
    found += judge.old_protocols(where, {version: answers[_tls(subject, version)] for version in OLD_VERSIONS})
    for family in FAMILIES:
        address = _address(subject, family)
        if address:
            scanned: dict[int, Answer] = {port: answers[_port(subject, family, port)] for port in PORTS}
            found += judge.open_ports(address, scanned, judge.WEB_PORTS)
    if not host:
        return [*found, judge.Finding("sshd", "unknown", f"{subject.platform} has no site host", "add one")]
    reply = settings[host]
    problem = reply.problem or ("" if reply.code == 0 else f"sshd -T ended with {reply.code}: {reply.err[-200:]}")
    found += judge.sshd(host, problem, reply.out.decode("utf-8", "replace"))
    return [*found, *judge.headers(where, answers[_home(subject)])]


def _probes(subject: SiteSubject) -> list[Probe]:
    scans = [_port(subject, family, port) for family in FAMILIES if _address(subject, family) for port in PORTS]
    return [_tls(subject), *(_tls(subject, version) for version in OLD_VERSIONS), _home(subject), *scans]


def _address(subject: SiteSubject, family: Family) -> str:
    return subject.address6 if family == 6 else subject.address4


def _port(subject: SiteSubject, family: Family, port: int) -> Probe:
    vantage = subject.vantages.v6 if family == 6 else subject.vantages.v4
    return Probe(vantage, "tcp", family, _address(subject, family), port, timeout=1.0)


def _tls(subject: SiteSubject, version: str = "") -> Probe:
    return Probe(subject.vantages.v4, "tls", 4, subject.address4, 443, subject.name, version=version)


def _home(subject: SiteSubject) -> Probe:
    return Probe(subject.vantages.v4, "http", 4, subject.address4, 443, subject.name, tls=True)


def _host(inv: Inventory, platform: str) -> str:
    devices = inv.platform_by_name[platform].devices
    return next((device.name for device in devices if device.role is Role.SITE_HOST), "")
