"""Vendor texts: short and long forms, addresses, masks and numbers in one spelling; what is not ours stays out."""

from __future__ import annotations

import pytest

from inventory.errors import InputError
from ipv6.drivers import registry
from ipv6.drivers.outline import MAX_TEXT
from ipv6.drivers.spelling import port_name, spelt

VRP, COMWARE = registry.driver("huawei_vrp"), registry.driver("h3c_comware")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("g0/0", "GigabitEthernet0/0"),
        ("gi 0/0/1", "GigabitEthernet0/0/1"),
        ("GE1/0/0.100", "GigabitEthernet1/0/0.100"),
        ("GigabitEthernet 0/0/1", "GigabitEthernet0/0/1"),
        ("eth-trunk 1", "Eth-Trunk1"),
        ("Eth-T2", "Eth-Trunk2"),
        ("vlanif 10", "Vlanif10"),
        ("Vlan-int 10", "Vlan-interface10"),
        ("lo0", "LoopBack0"),
        ("loopback 0", "LoopBack0"),
        ("100ge1/0/1", "100GE1/0/1"),
        ("XGE0/0/1", "XGigabitEthernet0/0/1"),
        ("te1/0/49", "Ten-GigabitEthernet1/0/49"),
        ("bagg 1", "Bridge-Aggregation1"),
        ("Serial0/0/0", "Serial0/0/0"),
        ("nothing", "nothing"),
    ],
)
def test_port_names(short: str, full: str) -> None:
    assert port_name(short) == full
    assert spelt(f"int {short}") == f"interface {full}"
    assert port_name(full) == full


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ip add 10.0.0.1 31", "ip address 10.0.0.1 255.255.255.254"),
        ("ipv6 add 3FFF:0010::0001/127", "ipv6 address 3fff:10::1/127"),
        ("ip route-st 10.0.0.0 8 10.0.0.2", "ip route-static 10.0.0.0 255.0.0.0 10.0.0.2"),
        ("network 10.1.0.0 16", "network 10.1.0.0 255.255.0.0"),
        ("peer 3FFF::1 connect-interface lo0", "peer 3fff::1 connect-interface LoopBack0"),
        ("desc to 3FFF::1 via G0/0", "description to 3FFF::1 via G0/0"),
        ("undo shut", "undo shutdown"),
        ("vpn-target 64512:100 import-extcommunity", "vpn-target 64512:100 import-extcommunity"),
    ],
)
def test_lines(written: str, kept: str) -> None:
    assert spelt(written) == kept
    assert spelt(kept) == kept


PRINTED = """\
!Software Version V800R012C10SPC300
#
sysname pe-one
#
license active x
#
aaa
 local-user admin password irreversible-cipher $1c$abc
 authentication-scheme jiyue
  authentication-mode hwtacacs local
 domain default
  authentication-scheme default
#
hwtacacs-server template jiyue
 hwtacacs-server shared-key cipher %^%#secret%^%#
 hwtacacs-server authentication 3FFF:10::5
#
interface MEth0/0/0
 ip binding vpn-instance __LOCAL_OOB_VPN__
 ip address 192.168.0.1 255.255.255.0
#
interface GigabitEthernet 0/1/0
 undo shutdown
 mtu 9000
 desc core
 ip address 10.0.0.0 31
 ipv6 enable
 ipv6 address 3FFF:10:0:1::2/127
 ipv6 nd ra halt
 ospfv3 authentication-mode hmac-sha256 key-id 1 cipher abc
 ospfv3 1 area 0.0.0.0
#
interface GigabitEthernet0/1/7
 shutdown
#
acl ipv6 name jiyue-x advance
 rule 10 permit tcp destination 3FFF:: 28 destination-port eq www
 rule 5 permit icmpv6 icmp6-type echo-request
#
acl ipv6 name theirs advance
 rule 5 deny ipv6
#
bgp 64512
 peer 3FFF:10::1 as-number 64512
 peer 3FFF:10::1 password cipher %^%#x%^%#
 #
 ipv6-family unicast
  undo synchronization
  peer 3FFF:10::1 enable
#
ospfv3 1
 router-id 10.255.1.1
#
return
"""

CANONICAL = """\
#
sysname pe-one
#
acl ipv6 name jiyue-x advance
 rule 5 permit icmpv6 icmp6-type 128
 rule 10 permit tcp destination 3fff:: 28 destination-port eq 80
#
hwtacacs-server template jiyue
 hwtacacs-server authentication 3fff:10::5
#
aaa
 authentication-scheme jiyue
  authentication-mode hwtacacs local
#
ospfv3 1
 router-id 10.255.1.1
#
interface GigabitEthernet0/1/0
 undo shutdown
 description core
 ipv6 enable
 ip address 10.0.0.0 255.255.255.254
 ipv6 address 3fff:10:0:1::2/127
 ospfv3 1 area 0.0.0.0
#
bgp 64512
 peer 3fff:10::1 as-number 64512
 ipv6-family unicast
  peer 3fff:10::1 enable
#
"""


def test_a_printed_configuration_becomes_what_we_own_of_it() -> None:
    assert VRP.normalise(PRINTED) == CANONICAL
    assert VRP.normalise(CANONICAL) == CANONICAL
    assert VRP.normalise(PRINTED.replace("\n", "\r\n")) == CANONICAL


def test_no_secret_and_no_management_port_gets_through() -> None:
    for word in ("cipher", "secret", "MEth", "admin", "192.168"):
        assert word not in VRP.normalise(PRINTED)


def test_short_and_long_forms_are_no_difference() -> None:
    short = PRINTED.replace("interface GigabitEthernet 0/1/0", "int g0/1/0").replace(" ip address 10", " ip add 10")
    assert VRP.delta(PRINTED, short) == ("", "")
    assert registry.section("huawei_vrp", "current-configuration", PRINTED, short).keep


def test_comware_indents_single_commands_at_the_top() -> None:
    printed = (
        "#\n version 7.1.064, Release 0707\n#\n sysname pe-two\n#\n ip route-static 10.0.0.0 255.0.0.0 10.0.0.2\n#\n"
    )
    printed += "interface GigabitEthernet1/0/1\n port link-mode route\n ip address 10.0.0.1 255.255.255.254\n#\n"
    printed += "bgp 64512 instance default\n peer 3FFF::1 as-number 64512\n#\nreturn\n"
    wanted = "#\nsysname pe-two\n#\ninterface GigabitEthernet1/0/1\n ip address 10.0.0.1 255.255.255.254\n#\n"
    wanted += "bgp 64512\n peer 3fff::1 as-number 64512\n#\nip route-static 10.0.0.0 8 10.0.0.2\n#\n"
    assert COMWARE.normalise(printed) == wanted
    assert COMWARE.normalise(wanted) == wanted


def test_a_port_that_is_gone_is_emptied_and_shut_down_never_removed() -> None:
    base = "#\ninterface GigabitEthernet0/1/0\n undo shutdown\n ip address 10.0.0.1 255.255.255.254\n#\n"
    forward, reverse = VRP.delta(base, "")
    assert forward.splitlines() == [
        "interface GigabitEthernet0/1/0",
        " undo ip address 10.0.0.1 255.255.255.254",
        " shutdown",
        "quit",
    ]
    assert reverse.splitlines()[1] == " undo shutdown"


def test_a_changed_rule_is_taken_out_first_because_vrp_merges_rules_of_one_number() -> None:
    base = "acl ipv6 name jiyue-x advance\n rule 5 permit tcp source 3fff:: 20\n rule 10 deny ipv6\n"
    forward, _ = VRP.delta(base, base.replace("tcp source 3fff:: 20", "udp"))
    assert forward.splitlines()[1:3] == [" undo rule 5", " rule 5 permit udp"]


def test_a_text_that_no_router_prints_is_refused() -> None:
    with pytest.raises(InputError, match="characters"):
        VRP.normalise("#" * (MAX_TEXT + 1))
