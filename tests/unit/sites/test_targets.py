"""Where sites are looked at: hosted ones behind their platform's firewall, old ones on their old host."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.errors import InputError
from inventory.source import load
from jiyue.sites.targets import every, targets

INV = load(Path(__file__).parents[3] / "inventory" / "hunan", "lab")


def test_hosted_sites_are_the_default_and_old_ones_are_named() -> None:
    hosted = targets(INV, {})
    assert [one.name for one in hosted] == [site.name for site in INV.sites]
    assert {one.filter.partition("-")[0] for one in hosted} == {"fw"}
    assert set(every(INV)) > {one.name for one in hosted}


def test_an_old_site_is_looked_at_on_its_old_host_behind_its_own_filter() -> None:
    platform = next(one for one in INV.platforms if one.old_hosts)
    host = platform.old_hosts[0]
    (one,) = targets(INV, {}, [host.sites[0].name], "full")
    assert (one.platform, one.host, one.filter) == (platform.name, host.name, host.name)
    assert (one.address4, one.address6) == (str(host.address4), "")


def test_every_unknown_site_is_told() -> None:
    with pytest.raises(InputError) as caught:
        targets(INV, {}, ["www.x.test", "www.changsha.gov.cn", "www.y.test"])
    assert [line.place for line in caught.value.lines] == ["site www.x.test", "site www.y.test"]
