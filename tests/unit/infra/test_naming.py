"""Names and numbers that everything else is found by."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import pytest

from infra.components import naming
from inventory.errors import InputError

RANGE4, RANGE6 = IPv4Network("10.2.32.0/20"), IPv6Network("3fff:10:100:7000::/64")


def test_names_are_readable() -> None:
    """A person finds the platform and the zone in each."""
    assert naming.namespace("changsha", "dmz") == "changsha-dmz"
    assert naming.service_cidr("changsha") == "jiyue-changsha"
    assert naming.cluster_role("changsha", "audit") == "jiyue-changsha-audit"
    assert naming.route("www.changsha.gov.cn") == "www-changsha-gov-cn"
    assert naming.tls_secret("www.changsha.gov.cn") == "tls-www-changsha-gov-cn"
    assert naming.resource("Service", "changsha-dmz", "edge") == "changsha-dmz/service/edge"
    assert naming.resource("Namespace", "", "changsha-dmz") == "namespace/changsha-dmz"


def test_long_hosts_stay_apart() -> None:
    """Two long hosts with the same beginning get different names of at most 63 characters."""
    one, two = (f"{'a' * 30}.{'b' * 30}.{end}.gov.cn" for end in ("changsha", "zhuzhou"))
    assert naming.route(one) != naming.route(two)
    assert len(naming.route(one)) <= 63


@pytest.mark.parametrize(
    ("number", "four", "six"),
    [(5, "10.2.32.5", "3fff:10:100:7000::5"), (11, "10.2.32.11", "3fff:10:100:7000::11")],
)
def test_both_addresses_show_the_same_digits(number: int, four: str, six: str) -> None:
    """What a person reads at the end of the IPv4 address is what stands at the end of the IPv6 address."""
    assert tuple(map(str, naming.service_addresses(RANGE4, RANGE6, number))) == (four, six)


@pytest.mark.parametrize(("port", "number"), [(8101, 11), (8116, 26), (8189, 99)])
def test_a_function_keeps_its_number(port: int, number: int) -> None:
    """It comes from the catalogue port."""
    assert naming.function_number(port) == number


@pytest.mark.parametrize("port", [8100, 8190, 443])
def test_a_port_outside_the_catalogue_is_refused(port: int) -> None:
    """Its number would collide with another function's or with the edge's."""
    with pytest.raises(InputError, match="catalogue"):
        naming.function_number(port)


def test_a_range_that_is_too_small_is_refused() -> None:
    """The broadcast address is no service address."""
    with pytest.raises(InputError, match="no room"):
        naming.service_addresses(IPv4Network("10.0.0.0/28"), RANGE6, 15)
