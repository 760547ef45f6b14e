"""The cases: which fault on which host, and who has to be blamed for it; all of it follows from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from inventory.model import Inventory, Platform, Site
from ipv6.verify.build import site_subjects
from tests.bench.readiness.small import Small

DELEGATION, RECORD = ("delegation", "dns"), ("record", "dns")
ROUTE, FILTER, SLOW = ("route", "network"), ("filter", "network"), ("performance", "network")
LISTENER, CERTIFICATE, PAGE = ("service", "platform"), ("service", "site"), ("page", "site")
Template: TypeAlias = tuple[str, tuple[str, str], str]
BOGUS = "4711 13 2 " + "5b" * 32

TEMPLATES: tuple[Template, ...] = (
    # Names. A fault as `lab fault inject` takes it, (layer, owner), and which subjects are to be named.
    ("wrong-record@ns1,name={site}.", RECORD, "site"),
    ("wrong-record@ns1,name={site}.,how=replace,value={neighbour6}", RECORD, "site"),
    ("wrong-record@ns1,name={site}.,how=add,value=3fff:ff1:dead::1", RECORD, "site"),
    ("wrong-record@ns1,name={site}.,how=replace,value=::ffff:{site4}", RECORD, "site"),
    ("wrong-record@ns1,name={site}.,type=A", RECORD, "site"),
    ("wrong-record@ns1,zone=1.f.f.0.f.f.f.3.ip6.arpa.,name={pointer},type=PTR", RECORD, "site"),
    ("wrong-record@ns-govcn,zone=gov.cn.,name={ns}.hunan.gov.cn.", DELEGATION, "all"),
    ("wrong-record@ns-govcn,zone=gov.cn.,name={ns}.hunan.gov.cn.,how=replace,value=3fff:ff1:0:1000::66",
     DELEGATION, "all"),
    ("wrong-record@ns-govcn,zone=gov.cn.,name={zone}.,type=DS", DELEGATION, "platform"),
    (f"wrong-record@ns-govcn,zone=gov.cn.,name={{zone}}.,type=DS,how=replace,value={BOGUS}",
     DELEGATION, "platform"),
    ("wrong-record@ns-govcn,zone=gov.cn.,name={zone}.,type=NS,how=replace,value=ns1.hunan.gov.cn.",
     DELEGATION, "platform"),
    ("wrong-record@ns-cn,zone=cn.,name=a.dns.gov.cn.", DELEGATION, "all"),
    ("half-listener@{ns},service=knot", DELEGATION, "all"),
    ("lame-server@{ns},zone={zone}.", DELEGATION, "platform"),
    ("lost-address@{ns}", DELEGATION, "all"),
    ("wrong-acl@fw-hunan,port=53,protocol=udp", FILTER, "all"),
    # Filters.
    ("wrong-acl@fw-{city}", FILTER, "platform"),
    ("wrong-acl@pe-{city},port=80", FILTER, "platform"),
    ("wrong-acl@core", FILTER, "changsha-sites"),
    ("wrong-rule@fw-{city},source=outside,target=dmz", FILTER, "platform"),
    ("wrong-rule@fw-{city}", FILTER, "platform"),
    ("wrong-rule@fw-{city},how=only-ipv4", FILTER, "platform"),
    ("wrong-rule@fw-{city},how=open", FILTER, "platform"),
    ("wrong-rule@fw-{city},how=no-errors", FILTER, "platform"),
    ("wrong-rule@fw-{city},how=no-neighbours", FILTER, "platform"),
    ("wrong-rule@fw-{city},how=accept-all", FILTER, "platform"),
    ("wrong-rule@fw-{city},how=untracked", FILTER, "platform"),
    # Ways.
    ("wrong-routing@pe-{city},how=static", ROUTE, "platform"),
    ("wrong-routing@pe-{city},how=neighbour", ROUTE, "routing"),
    ("wrong-routing@pe-{city},how=session", ROUTE, "routing"),
    ("wrong-routing@pe-{city},how=announcement", ROUTE, "routing"),
    ("no-default-route@fw-{city},family=6", ROUTE, "platform"),
    ("no-default-route@site-{city},family=6", ROUTE, "platform"),
    ("no-default-route@zone-{city},family=6,netns={zonename}", ROUTE, "platform"),
    ("forwarding-off@fw-{city}", ROUTE, "platform"),
    ("forwarding-off@pe-{city}", ROUTE, "platform"),
    ("learned-route@site-{city}", ROUTE, "platform"),
    ("mtu-hole@fw-{city},interface=outside,family=6,size={size}", ROUTE, "platform"),
    ("mtu-hole@pe-{city},interface=to-fw,family=6,size={size}", ROUTE, "platform"),
    ("slow-path@site-{city},interface=dmz,family=6,delay_ms={delay}", SLOW, "platform"),
    ("slow-path@pe-{city},interface=to-fw,family=6,delay_ms={delay}", SLOW, "platform"),
    # Services.
    ("half-listener@site-{city},site={site}", LISTENER, "site"),
    ("half-listener@site-{city},site={site},port=443", LISTENER, "site"),
    ("half-listener@site-{city},site={site},port=80", LISTENER, "site"),
    ("half-listener@site-{city},site={site},family=4", LISTENER, "site"),
    ("lost-address@site-{city},address={site6}", LISTENER, "site"),
    ("wrong-answer@site-{city},site={site},how=forbidden", LISTENER, "site"),
    ("wrong-answer@site-{city},site={site},how=error", LISTENER, "site"),
    ("wrong-answer@site-{city},site={site},how=other-certificate", CERTIFICATE, "site"),
    ("wrong-answer@site-{city},site={site},how=self-signed", CERTIFICATE, "site"),
    # Pages.
    ("wrong-answer@site-{city},site={site},how=literal", PAGE, "site"),
    ("wrong-answer@site-{city},site={site},how=inner", PAGE, "site"),
    ("wrong-answer@site-{city},site={site},how=loop", PAGE, "site"),
    ("wrong-answer@site-{city},site={site},how=other-page", PAGE, "site"),
    ("wrong-page@site-{city},site={site},how=literal", PAGE, "site"),
    ("wrong-page@site-{city},site={site},how=no-aaaa", PAGE, "site"),
    ("wrong-page@site-{city},site={site},how=lost", PAGE, "site"),
    ("wrong-page@site-{city},site={site},how=inner", PAGE, "site"),
    ("wrong-page@site-{city},site={site},how=style", PAGE, "site"),
    ("wrong-page@site-{city},site={site},how=dead-links", PAGE, "site"),
    ("wrong-page@site-{city},site={site},how=inner-links", PAGE, "site"),
    ("wrong-page@site-{city},site={site},how=dead-links-3", PAGE, "site"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """`fault` is complete (its seed included); `subjects` are those of which one has to be named, no other may be."""

    number: int
    fault: str
    layer: str
    owner: str
    subjects: frozenset[str]

    def __str__(self) -> str:
        return f"{self.number} {self.fault}"


def cases(lab: Small, seed: int = 6) -> list[Case]:
    """One case per template; city, site, server, zone, size and delay by chance."""
    chance, found = Random(seed), []
    for number, template in enumerate(TEMPLATES):
        platform = chance.choice(lab.inv.platforms)
        site, neighbour = chance.sample(platform.sites, 2)
        found.append(case(lab, number, template, site, neighbour, chance))
    return found


def case(lab: Small, number: int, template: Template, site: Site, neighbour: Site, chance: Random) -> Case:
    """One template about one site and its platform; what else it leaves open by chance."""
    text, (layer, owner), whom = template
    platform = lab.inv.platform_by_name[site.platform]
    known = {one.name: one for one in site_subjects(lab.inv, lab.claims)}
    if "{pointer}" in text and not known[site.name].reverse:
        # An edge that several sites share answers to the portal's name alone.
        site = next(one for one in platform.sites if one.name == platform.portal)
    words = {
        "city": platform.name,
        "zone": platform.dns_zone,
        "site": site.name,
        "site4": str(site.address4),
        "site6": known[site.name].own6,
        "neighbour6": known[neighbour.name].own6,
        "pointer": f"{known[site.name].reverse}.",
        "ns": chance.choice(("ns1", "ns2")),
        "zonename": chance.choice(("app", "data", "exchange", "ops")),
        "size": str(chance.randrange(1300, 1460, 4)),
        "delay": str(chance.randrange(350, 700, 10)),
    }
    fault = f"{text.format(**words)},seed={chance.randrange(2**32)}"
    return Case(number, fault, layer, owner, _subjects(lab.inv, platform, site.name, whom))


def _subjects(inv: Inventory, platform: Platform, site: str, whom: str) -> frozenset[str]:
    """Names of sites, and of platforms as causes name them."""
    city = inv.platform_by_name["changsha"]
    match whom:
        case "site":
            return frozenset({site})
        case "all":
            return frozenset(one.name for one in inv.sites)
        case "platform-sites" | "changsha-sites":
            return frozenset(one.name for one in (platform if whom.startswith("platform") else city).sites)
        case _:
            chosen = platform if whom in ("platform", "routing") else city
            # The province's platform carries everybody's way to the internet and the name servers.
            every = inv.sites if chosen.name == "hunan" else chosen.sites
            parts = {f"{chosen.name} {part}" for part in ("zones", "extranet")}
            return frozenset({*(one.name for one in every), *parts, *_neighbours(inv, chosen, whom)})


def _neighbours(inv: Inventory, chosen: Platform, whom: str) -> set[str]:
    """Who sees the same fault from the other side: everybody for the province's own way, and in a province of two the
    one router that has nothing left to learn once the other announces nothing."""
    if chosen.name != "hunan" and whom != "routing":
        return set()
    return {f"{one.name} {part}" for one in inv.platforms for part in ("zones", "extranet")}
