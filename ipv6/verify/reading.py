"""How judges read answers: missing ones become Unknown, samples vote, reasons name what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv6Address

from ipv6.verify.model import Answers, Probe, Sample, Unknown
from ipv6.verify.subjects import SiteSubject


def unanswered(probes: Iterable[Probe], answers: Answers) -> Unknown | None:
    """Unknown naming the first vantage that measured nothing; None when every probe has samples."""
    for probe in probes:
        answer = answers.get(probe)
        if answer is None or not answer.samples:
            why = answer.problem if answer and answer.problem else "no answer came back"
            where = f"{probe.vantage}/{probe.netns}" if probe.netns else probe.vantage
            return Unknown(f"{where}: {probe.kind} {probe.target} over IPv{probe.family} not measured: {why}")
    return None


def of_host(subject: SiteSubject, probe: Probe, answers: Answers) -> Sample | Unknown:
    """What a site's own host said last; Unknown when it is not held, has no IPv6 planned or measured nothing."""
    if not subject.host:
        return Unknown(f"{subject.name}: this environment does not hold its host")
    if not subject.address6:
        return Unknown(f"{subject.name}: no IPv6 address is planned")
    return unanswered((probe,), answers) or answers[probe].samples[-1]


def decide(probe: Probe, answers: Answers, good: Callable[[Sample], bool]) -> tuple[bool, Sample]:
    """Whether at least `need` samples are good, and the sample that shows it (the last bad one otherwise)."""
    samples = answers[probe].samples
    fine = [sample for sample in samples if good(sample)]
    if len(fine) >= probe.need:
        return True, fine[-1]
    return False, next((sample for sample in reversed(samples) if not good(sample)), samples[-1])


def text(sample: Sample, key: str) -> str:
    """A text field, empty when missing."""
    value = sample.get(key)
    return "" if value is None else str(value)


def number(sample: Sample, key: str) -> float:
    """A numeric field, 0 when missing."""
    value = sample.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def strings(sample: Sample, key: str) -> tuple[str, ...]:
    """A list of texts, empty when missing."""
    value = sample.get(key)
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def records(sample: Sample, key: str) -> tuple[Sample, ...]:
    """A list of objects, empty when missing."""
    value = sample.get(key)
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list | tuple) else ()


def native6(addresses: Iterable[str]) -> tuple[str, ...]:
    """The addresses that are really IPv6: IPv4-mapped (RFC 4291 2.5.5.2) and text that is none are left out."""
    return tuple(found for address in addresses if (found := _native(address)))


@lru_cache(maxsize=8192)
def _native(address: str) -> str:
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return ""
    return str(parsed) if parsed.ipv4_mapped is None else ""


def outcome(sample: Sample) -> str:
    """`timeout after 4000 ms`, `status 503, 312 bytes`, ...: one sample as a person reads it."""
    state, error = text(sample, "state"), text(sample, "error")
    if "status" in sample:
        return f"status {int(number(sample, 'status'))}, {int(number(sample, 'size'))} bytes"
    ms = f" after {number(sample, 'ms'):.0f} ms" if "ms" in sample else ""
    return f"{state}{ms}" + (f" ({error})" if error else "")
