"""One fault from red to green by the commands alone: cause and owner told, the change drafted, approved, applied."""

from __future__ import annotations

import pytest

from tests.e2e.helpers import as_json, jiyue, on_host
from tests.e2e.province import Province

pytestmark = [pytest.mark.lab, pytest.mark.breaks]
CITY, FAULT = "yueyang", "wrong-rule@fw-yueyang,source=outside,target=dmz"


def test_red_with_cause_then_drafted_approved_applied_green(province: Province) -> None:
    """The IPv6 half of the web's rule is lost on one firewall; nobody touches that firewall but the drafted change."""
    before = next(row for row in as_json("review", "list")["proposals"] if row["platform"] == CITY)
    jiyue("lab", "fault", "inject", FAULT)
    try:
        assert jiyue("verify", CITY, check=False).returncode == 1
        red = as_json("score", CITY, "--draft")
        assert red["causes"] and {(one["layer"], one["owner"]) for one in red["causes"]} == {("filter", "network")}
        cause = next(one for one in red["causes"] if one["subject"] == "www.yueyang.gov.cn")
        assert cause["check"] == "firewall-parity" and {"tcp-ports", "tls-valid"} <= set(cause["explains"])
        assert "fw-yueyang: internet to dmz tcp/443 is allowed, IPv6 does otherwise" in " ".join(cause["reasons"])
        assert cause["draft"]["targets"] == ["fw-yueyang nftables inet jiyue"] and cause["points"] > 0
        (drafted,) = red["proposed"]
        assert drafted["platform"] == CITY and not drafted["unchanged"] and drafted["digest"] != before["digest"]
        for command in cause["draft"]["commands"]:
            jiyue(*command.removeprefix("jiyue ").split())
        green = as_json("score", CITY)
        assert green["causes"] == [] and green["funnel"]["complete"] == green["funnel"]["sites"]
    finally:
        jiyue("lab", "fault", "clear")
    # What was repaired is not broken again by clearing the fault: the table has the flow in both families.
    table = on_host("fw-yueyang", "nft", "list", "table", "inet", "jiyue")
    assert table.count('iifname "outside" oifname "dmz" ip6 ') == table.count('iifname "outside" oifname "dmz" ip ') > 0
