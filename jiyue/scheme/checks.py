"""What each check of `ipv6.verify` asks for, in one sentence for people who sign."""

from __future__ import annotations

from ipv6.verify.check import discover
from jiyue.i18n import _


def criterion(id: str) -> str:
    """When a check passes, as the check itself says it; the id of one that is no more."""
    return next((_(one.passes) for one in discover() if one.id == id), id)


def limit_name(id: str) -> str:
    """What a limit is about."""
    words = {
        "name-servers": _("name servers over IPv6, at least"),
        "certificate-days": _("days a certificate must still be valid"),
        "body-distance": _("difference between two pages, at most"),
        "body-bytes": _("bytes of a page that are compared"),
        "delay-factor": _("delay compared with before, at most"),
        "delay-floor": _("delay that is not judged"),
        "degradation": _("degradation of IPv6 against IPv4, at most"),
        "degradation-floor": _("delay below which degradation is not judged"),
        "speed-bytes": _("bytes a page needs for its speed to be judged"),
        "success-rate": _("share of home page requests that succeed, at least"),
        "success-samples": _("requests of the home page"),
        "links-rate": _("share of internal links that work over IPv6, at least"),
        "links-most": _("links looked at per level, at most"),
        "regression-need": _("bad runs that make a regression"),
        "regression-runs": _("runs in which they are counted"),
        "race-delay": _("time between two attempts of a dual-stack client"),
    }
    return words.get(id, id)


def limit_unit(unit: str) -> str:
    """The unit of a limit."""
    words = {
        "servers": _("servers"),
        "days": _("days"),
        "percent": _("percent"),
        "bytes": _("bytes"),
        "times": _("times"),
        "share": _("share"),
        "samples": _("requests"),
        "links": _("links"),
        "runs": _("runs"),
    }
    return words.get(unit, unit)


def limit_source(id: str, source: str) -> str:
    """Where a limit comes from, as `indicators.yaml` says it."""
    words = {
        "name-servers": _("RFC 2182 section 5; Internet.nl asks for two over IPv6"),
        "certificate-days": _("our own margin for a renewal that failed once"),
        "body-distance": _("Internet.nl compares pages with the same limit"),
        "body-bytes": _("Internet.nl compares the first 500 kB"),
        "delay-factor": _("our own: wide, a lab shares two cores"),
        "delay-floor": _("MIIT method: not judged below a floor"),
        "degradation": _("our own; the method note names none"),
        "degradation-floor": _("MIIT method: not judged when both families are below a floor; the figure is our own"),
        "speed-bytes": _("our own: a small page measures the delay, not the speed"),
        "success-rate": _("our own"),
        "success-samples": _("our own"),
        "links-rate": _("80, 85 and 90 percent all circulate"),
        "links-most": _("our own: polite and quick"),
        "regression-need": _("our own: one bad run is a suspicion"),
        "regression-runs": _("our own: one bad run is a suspicion"),
        "race-delay": _("RFC 8305 section 8"),
    }
    return words.get(id, source)
