"""Repeated page loads over both families: medians, success and how much slower IPv6 is than IPv4."""

from __future__ import annotations

from statistics import median

from ipv6.verify.model import Answers, Family, Probe, Sample
from ipv6.verify.reading import number, text
from ipv6.verify.subjects import SiteSubject

STEPS = {"dns": "dns", "tcp": "tcp", "first-byte": "first", "home": "ms"}
"""Measured steps by the word that indicators use, and the sample's key; all in milliseconds."""


def probe(subject: SiteSubject, family: Family) -> Probe:
    """The home page by name from the dual-stack vantage, every sample taken."""
    count = int(subject.limits["success-samples"])
    return Probe(
        subject.vantages.dual,
        "timing",
        family,
        port=443,
        name=subject.name,
        tls=True,
        timeout=8.0,
        samples=count,
        need=0,
    )


def good(sample: Sample) -> bool:
    """Whether the page came with status 2xx."""
    return text(sample, "state") == "ok" and 200 <= number(sample, "status") < 300


def success(subject: SiteSubject, family: Family, answers: Answers) -> float:
    """The share of loads that succeeded."""
    samples = answers[probe(subject, family)].samples
    return sum(map(good, samples)) / len(samples)


def middle(subject: SiteSubject, family: Family, key: str, answers: Answers) -> float:
    """The median of a step in ms over the loads that succeeded; 0 when none did."""
    found = [number(sample, key) for sample in answers[probe(subject, family)].samples if good(sample)]
    return median(found) if found else 0.0


def degradation(six: float, four: float, floor: float) -> float:
    """(IPv6 - IPv4) / IPv4 of a delay; 0 when both are at or below the floor, or IPv6 is the better one."""
    if six <= four or (six <= floor and four <= floor):
        return 0.0
    return (six - four) / four if four else 1.0


def speeds(subject: SiteSubject, answers: Answers) -> tuple[float, float]:
    """Bytes per second over (IPv6, IPv4): the page's size by the median time of its body; 0 when unknown."""

    def one(family: Family) -> float:
        size, took = (middle(subject, family, key, answers) for key in ("size", "body"))
        return size * 1000 / took if took > 0 else 0.0

    return one(6), one(4)


def ratios(subject: SiteSubject, answers: Answers) -> dict[str, float]:
    """Degradation of every step and of the speed, by the names that indicators use."""
    floor = subject.limits["degradation-floor"]
    found = {
        f"{word}-degradation": round(
            degradation(middle(subject, 6, key, answers), middle(subject, 4, key, answers), floor), 4
        )
        for word, key in STEPS.items()
    }
    six, four = speeds(subject, answers)
    judged = middle(subject, 4, "size", answers) >= subject.limits["speed-bytes"] and six > 0 and four > 0
    found["speed-degradation"] = round(max(0.0, (four - six) / four), 4) if judged else 0.0
    return found
