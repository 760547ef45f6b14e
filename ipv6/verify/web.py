"""Pages as probes: what may be fetched, whose a link is, and what an answer says about a page."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from ipv6.verify.model import Answers, Probe, Sample
from ipv6.verify.page import Page, read
from ipv6.verify.reading import decide, native6, number, outcome, text
from ipv6.verify.subjects import SiteSubject

Owner: TypeAlias = Literal["own", "government", "third", "inner", "literal"]
"""Whose a URL is: the site itself, another government site, somebody else's, reachable from inside only, or an IPv4
address instead of a name."""
CACHED = 32_768
"""Answers that are remembered: more than the links of one slice of a province, which is gone through several times."""
INNER_NAMES = (".local", ".lan", ".intranet", ".internal", ".corp", ".home", ".localdomain", ".localhost", ".invalid")
GOVERNMENT = (".gov.cn", ".政务")
INNER = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10")
)


def owner_of(subject: SiteSubject, url: str) -> Owner:
    """Whose it is; a name of one label, a private address and names of inner zones are `inner`."""
    return _owner(subject.name, subject.known, url)


@lru_cache(maxsize=CACHED)
def _owner(own: str, known: frozenset[str], url: str) -> Owner:
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        if "." not in host or host.endswith(INNER_NAMES):
            return "inner"
        if host == own:
            return "own"
        return "government" if host in known or host.endswith(GOVERNMENT) else "third"
    if _private(address):
        return "inner"
    return "literal" if address.version == 4 else "third"


def _private(address: IPv4Address | IPv6Address) -> bool:
    """Reachable from inside only (RFC 1918, RFC 4193, RFC 6598 and what never leaves a link or a host)."""
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    return any(address in network for network in INNER if network.version == address.version)


def fetchable(subject: SiteSubject, url: str) -> bool:
    """Whether it may be fetched: only names of the inventory, whatever a page says."""
    host = _host(url)
    return host in subject.known or host == subject.name


@lru_cache(maxsize=CACHED)
def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def visit(subject: SiteSubject, url: str, samples: int = 2) -> Probe:
    """The page at a URL, by name, from the IPv6-only vantage; the URL must be `fetchable`."""
    return _visit(subject.vantages.v6, url, samples)


@lru_cache(maxsize=CACHED)
def _visit(vantage: str, url: str, samples: int) -> Probe:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    port = parts.port or (443 if secure else 80)
    host = (parts.hostname or "").lower()
    return Probe(vantage, "visit", 6, port=port, name=host, tls=secure, path=path, timeout=8.0, samples=samples)


def lookup(subject: SiteSubject, url: str) -> Probe:
    """Whether a name that is not fetched has IPv6 at all."""
    host = (urlsplit(url).hostname or "").lower()
    return Probe(subject.vantages.v6, "dns", 6, name=host, qtype="AAAA", samples=2)


def home(subject: SiteSubject) -> Probe:
    """The home page as a user with IPv6 only asks for it."""
    return visit(subject, f"https://{subject.name}/", samples=3)


def landed(subject: SiteSubject, answers: Answers) -> Probe:
    """The probe that holds the home page: the first one, or the one a redirect to another site of ours leads to."""
    probe = home(subject)
    answer = answers.get(probe)
    if answer is None or not answer.samples:
        return probe
    _, sample = decide(probe, answers, shown)
    elsewhere = text(sample, "elsewhere")
    return visit(subject, elsewhere) if elsewhere and fetchable(subject, elsewhere) else probe


def shown(sample: Sample) -> bool:
    """Whether a page came: status 2xx and nothing wrong on the way."""
    return text(sample, "state") == "ok" and 200 <= number(sample, "status") < 300


def page_of(probe: Probe, answers: Answers) -> Page | None:
    """The page behind an answered probe; None when it is no HTML or did not come."""
    answer = answers.get(probe)
    if answer is None or not answer.samples:
        return None
    ok, sample = decide(probe, answers, shown)
    if not ok or unreadable(sample) or "html" not in content_type(sample, "text/html"):
        return None
    base = text(sample, "url") or f"https://{probe.name}{probe.path}"
    name = text(sample, "sha256")
    return read_once(_Source(name, sample), base) if len(name) == 64 else read(text(sample, "text"), base)


class _Source:
    """A body known by its sha256, so that neither it nor its text has to be held to know it again."""

    __slots__ = ("_name", "_sample")

    def __init__(self, name: str, sample: Sample) -> None:
        self._name, self._sample = name, sample

    def __hash__(self) -> int:
        return hash(self._name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and self._name == other._name

    def take(self) -> str:
        """The text, once."""
        found, self._sample = text(self._sample, "text"), {}
        return found


@lru_cache(maxsize=CACHED)
def read_once(source: _Source, base: str) -> Page:
    """The page; a body that was read before is known by its sha256."""
    return read(source.take(), base)


def content_type(sample: Sample, default: str = "") -> str:
    """The content type in small letters."""
    headers = sample.get("headers")
    value = headers.get("content-type", "") if isinstance(headers, dict) else ""
    return str(value).lower() or default


def unreadable(sample: Sample) -> str:
    """Why a body cannot be judged although it came; empty when it can."""
    headers = sample.get("headers")
    coding = str(headers.get("content-encoding", "")).lower() if isinstance(headers, dict) else ""
    if coding not in ("", "identity"):
        return f"the body is packed ({coding[:20]}) although it was asked for plain; it is not unpacked"
    if sample.get("cut") is True:
        return f"the body is longer than {number(sample, 'size'):.0f} bytes and was cut there"
    return ""


def arrived(sample: Sample) -> str:
    """Why a page or a file did not come over IPv6; empty when it did."""
    elsewhere = text(sample, "elsewhere")
    if elsewhere:
        return f"redirects to {elsewhere}"
    if text(sample, "state") != "ok" or not 200 <= number(sample, "status") < 400:
        return outcome(sample)
    if not native6((text(sample, "address"),)):
        return f"came from {text(sample, 'address')}, which is not native IPv6"
    return ""
