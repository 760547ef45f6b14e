"""How an assessment asks a site's web server, before any name points to it: by address, over whatever it speaks."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from ipv6.verify.model import Answers, Probe, Sample
from ipv6.verify.page import Page, read
from ipv6.verify.reading import number, text
from jiyue.sites.check import last
from jiyue.sites.model import Seen, Target


def tls(target: Target, version: str = "") -> Probe:
    """A handshake: verified, or with just that version."""
    return Probe(target.vantages[0], "tls", 4, target.address4, 443, target.name, version=version)


def page(target: Target, path: str = "/", secure: bool = True) -> Probe:
    """One page with all its headers, redirects not followed."""
    port = 443 if secure else 80
    return Probe(
        target.vantages[0], "http", 4, target.address4, port, target.name, path=path, tls=secure,
        version="any" if secure else "", timeout=8.0,
    )  # fmt: skip


def homes(target: Target) -> tuple[Probe, ...]:
    """The home page with TLS and without."""
    return page(target), page(target, secure=False)


def answered(sample: Sample) -> bool:
    """Whether a web server said anything."""
    return text(sample, "state") == "ok" and 100 <= number(sample, "status") < 600


SAFE = "/?%:@!$&'()*+,;=~-._[]"
"""Signs of a path that go out as they are; all others as browsers send them (RFC 3987, 3.1)."""
NOTHING = frozenset({"bad", "refused", "reset", "timeout", "unreachable", "error"})
"""States of a question that was asked and that nobody took up."""


def home(target: Target, answers: Answers) -> tuple[Probe, Sample] | Seen:
    """The home page as it is served: with TLS when there is any, else without; a finding without id when neither."""
    said = []
    for probe in homes(target):
        sample = last(answers.get(probe))
        if not isinstance(sample, str) and answered(sample):
            return probe, sample
        said.append(sample if isinstance(sample, str) else text(sample, "error") or text(sample, "state"))
    return Seen("", target.name, f"{target.name}: no page came from {target.address4}: {said[0][:200]}", unknown=True)


def unmeasured(id: str, seen: Seen) -> Seen:
    """The same under an id."""
    return Seen(id, seen.about, seen.evidence, unknown=True)


def headers(sample: Sample) -> dict[str, str]:
    """Headers by small name."""
    given = sample.get("headers")
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}


def fetch(target: Target, url: str) -> Probe | None:
    """The probe for a URL of the site itself; None for anything else."""
    parts = urlsplit(url)
    if (parts.hostname or "").lower() != target.name or parts.port not in (None, 80, 443):
        return None
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=SAFE)
    secure = parts.scheme == "https"
    if path == "/":
        return page(target, secure=secure)
    return Probe(
        target.vantages[0], "visit", 4, target.address4, 443 if secure else 80, target.name, path=path[:1000],
        tls=secure, version="any" if secure else "", timeout=8.0, samples=2,
    )  # fmt: skip


def url_of(probe: Probe) -> str:
    """The URL a probe asks for."""
    return f"{'https' if probe.tls else 'http'}://{probe.name}{probe.path}"


def html(probe: Probe, answers: Answers) -> str:
    """The text of an HTML page that came; empty otherwise."""
    sample = last(answers.get(probe))
    if isinstance(sample, str) or text(sample, "state") != "ok" or not 200 <= number(sample, "status") < 300:
        return ""
    kind = headers(sample).get("content-type", "text/html").lower()
    return text(sample, "text") if "html" in kind and not headers(sample).get("content-encoding") else ""


def pages(target: Target, answers: Answers) -> dict[Probe, tuple[str, Page]]:
    """Every HTML page that came: the home page and what it links to inside the site, as (text, references)."""
    found = home(target, answers)
    if isinstance(found, Seen):
        return {}
    start = found[0]
    first = html(start, answers)
    if not first:
        return {}
    seen = {start: (first, read(first, url_of(start)))}
    for probe in followed(target, seen[start][1]):
        body = html(probe, answers)
        if body and probe not in seen:
            seen[probe] = body, read(body, url_of(probe))
    return seen


def followed(target: Target, found: Page) -> tuple[Probe, ...]:
    """What a page's links ask for inside the site, each once."""
    probes = (fetch(target, ref.url) for ref in found.links)
    return tuple(dict.fromkeys(probe for probe in probes if probe is not None))[: target.links]


def crawl(target: Target, answers: Answers) -> tuple[Probe, ...]:
    """The pages that the home page leads to."""
    found = home(target, answers)
    body = "" if isinstance(found, Seen) else html(found[0], answers)
    return followed(target, read(body, url_of(found[0]))) if body and not isinstance(found, Seen) else ()
