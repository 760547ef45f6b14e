"""What each check of `ipv6.verify` asks for, in one sentence for people who sign."""

from __future__ import annotations

from jiyue.i18n import _


def criterion(id: str) -> str:
    """When a check passes; its id where there are no words yet (a test counts those)."""
    words = {
        "aaaa-published": _("the validating resolver of an IPv6-only host gives the planned AAAA and no other"),
        "delegation-ipv6": _("every zone cut from the root to the site's zone can be walked over IPv6 alone"),
        "dnssec-valid": _("the answer is validated by DNSSEC"),
        "home-complete": _("the home page and everything on it loads over IPv6 alone"),
        "ns-over-ipv6": _("both name servers answer over IPv6 with authority"),
        "same-site": _("both families give the same status, title and page"),
        "shared-answers": _("name servers and core answer over IPv4 as before and over IPv6 as planned"),
        "tcp-ports": _("ports 80 and 443 answer over IPv6 as over IPv4"),
        "tls-valid": _("the certificate is valid for the name at the IPv6 address"),
        "v4-unharmed": _("IPv4 answers as before: record, ports, status, page and delay"),
        "zone-allow": _("every allowed flow passes in both families"),
        "zone-deny": _("every forbidden flow is blocked in both families, from a source proven able to speak"),
    }
    return words.get(id, id)


def limit_name(id: str) -> str:
    """What a limit is about."""
    words = {
        "name-servers": _("name servers over IPv6, at least"),
        "certificate-days": _("days a certificate must still be valid"),
        "body-distance": _("difference between two pages, at most"),
        "body-bytes": _("bytes of a page that are compared"),
        "delay-factor": _("delay compared with before, at most"),
        "delay-floor": _("delay that is not judged"),
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
    }
    return words.get(unit, unit)


def limit_source(id: str, source: str) -> str:
    """Where a limit comes from, as `ipv6.verify.limits` says it."""
    words = {
        "name-servers": _("RFC 2182 section 5; Internet.nl asks for two over IPv6"),
        "certificate-days": _("our own margin for a renewal that failed once"),
        "body-distance": _("Internet.nl compares pages with the same limit"),
        "body-bytes": _("our own: compare the first 500 kB only"),
        "delay-factor": _("our own: wide, a lab shares two cores"),
        "delay-floor": _("MIIT method: not judged below a floor"),
    }
    return words.get(id, source)
