"""Vocabulary of the province: closed sets, each saying what it is not."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv6Network

# Written out because the address libraries at hand do not know 3fff::/20 yet.
DOCUMENTATION = (IPv6Network("3fff::/20"), IPv6Network("2001:db8::/32"))
"""Documentation space (RFC 9637, RFC 3849): only a lab may use it."""


ENTRY_ZONE = "dmz"
"""The zone through which visitors come."""
EXCHANGE_ZONE = "exchange"
"""The zone through which platforms talk to each other and their clusters are entered."""


class Level(StrEnum):
    """Administrative level of a region (GB/T 2260); not the level of a network."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class Plane(StrEnum):
    """Logical network of the e-government extranet an address belongs to; not a security zone.

    PUBLIC is 公用网络区, PRIVATE 专用网络区 (planned and rendered only),
    INTERNET 互联网接入区 (provider space).
    """

    PUBLIC = "public"
    PRIVATE = "private"
    INTERNET = "internet"


class Role(StrEnum):
    """What a device does; not which software drives it (that is `drivers`)."""

    CORE = "core"
    PE = "pe"
    COUNTY_PE = "county-pe"
    FIREWALL = "firewall"
    SITE_HOST = "site-host"
    ZONE_HOST = "zone-host"
    DNS = "dns"
    RESOLVER = "resolver"
    OPS = "ops"


class Entry(StrEnum):
    """Where names lead visitors over IPv6: not where sites are served, which is the site host's either way."""

    HOSTS = "hosts"
    CLUSTER = "cluster"


class SiteKind(StrEnum):
    """Whose site it is (国办发〔2017〕47号): the government's portal, a department's, a county's."""

    PORTAL = "portal"
    DEPARTMENT = "department"
    COUNTY = "county"


class Stage(StrEnum):
    """Lifecycle of a platform (design, section 2), in order."""

    INVENTORIED = "inventoried"
    PLANNED = "planned"
    PROPOSED = "proposed"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    APPROVED = "approved"
    ASSESSED = "assessed"
    APPLIED = "applied"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
