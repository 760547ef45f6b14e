"""The field tables of the two profiles, read by `layout` and by explanations."""

from __future__ import annotations

from ipv6.plan.layout import INTERFACE, REGION, SUBNET, TYPE, Field

HOST = Field(
    f"{INTERFACE}", "interface identifier", 64, 127, "host: digits of the IPv4 host part; ::2 and ::3 on a link"
)

LEGIBLE = (
    Field(f"{TYPE}·受领地址块", "received block", 0, 27, "the /28 received from the registry or a provider"),
    Field(f"{TYPE}·网络平面", "plane", 28, 31, "public, private or internet plane of the extranet"),
    Field(f"{REGION}·市州", "city", 32, 39, "digits 3-4 of the GB/T 2260 code; a digit a-f is overflow"),
    Field(f"{REGION}·县市区", "county", 40, 47, "digits 5-6 of the GB/T 2260 code, 00 for the region itself"),
    Field(f"{SUBNET}·用途", "use", 48, 51, "0 infrastructure, 1-6 zones, 7 services, 8-f organisations"),
    Field(f"{SUBNET}·单位", "organisation", 52, 55, "second digit of an organisation's /56, else of the subnet"),
    Field(f"{SUBNET}·子网", "subnet", 56, 63, "a LAN or link, always a /64"),
    HOST,
)
"""From a /28: plane /32, city /40, county /48, use /52, organisations /56, subnet /64."""

COMPACT = (
    Field(f"{TYPE}·受领地址块", "received block", 0, 31, "the /32 received from the registry or a provider"),
    Field(f"{TYPE}·网络平面", "plane", 32, 35, "public, private or internet plane of the extranet"),
    Field(f"{REGION}·市州", "city", 36, 39, "a value from the ledger, 0 for the province"),
    Field(f"{REGION}·县市区", "county", 40, 43, "a value from the ledger, 0 for the region itself"),
    Field(f"{SUBNET}·用途", "use", 44, 47, "0 infrastructure, 1 platform, 2-f organisations"),
    Field(f"{SUBNET}·分区", "zone", 48, 51, "zone of the platform under use 1, else first digit of an organisation"),
    Field(f"{SUBNET}·单位", "organisation", 52, 55, "second digit of an organisation's /56, else of the subnet"),
    Field(f"{SUBNET}·子网", "subnet", 56, 63, "a LAN or link, always a /64"),
    HOST,
)
"""From a /32: plane /36, region /40, county /44, use /48, zone /52, organisations /56, subnet /64."""
