"""How VRP and Comware spell one thing in several ways, and the one spelling that we keep."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

_TYPES = (
    ("GigabitEthernet", ("gigabitethernet", "gige", "ge", "gi", "g")),
    ("Ten-GigabitEthernet", ("ten-gigabitethernet", "ten-ge", "te", "xge-h3c")),
    ("XGigabitEthernet", ("xgigabitethernet", "xge", "xg")),
    ("FortyGigE", ("fortygige", "fge")),
    ("HundredGigE", ("hundredgige", "hge")),
    ("10GE", ("10ge",)),
    ("25GE", ("25ge",)),
    ("40GE", ("40ge",)),
    ("100GE", ("100ge",)),
    ("Ethernet", ("ethernet", "eth")),
    ("Eth-Trunk", ("eth-trunk", "eth-t", "et")),
    ("Route-Aggregation", ("route-aggregation", "ragg")),
    ("Bridge-Aggregation", ("bridge-aggregation", "bagg")),
    ("Vlanif", ("vlanif",)),
    ("Vlan-interface", ("vlan-interface", "vlan-int")),
    ("LoopBack", ("loopback", "loop", "lo")),
    ("NULL", ("null",)),
    ("MEth", ("meth",)),
    ("M-GigabitEthernet", ("m-gigabitethernet", "mge")),
)
_TYPE = {short: full for full, names in _TYPES for short in names}
_PORT = re.compile(r"([A-Za-z]|[0-9]+GE|[0-9]+ge)([A-Za-z-]*)\s*(\d+(?:/\d+)*(?:\.\d+)?)$")
_BEFORE_PORT = re.compile(r"^(.*\b(?:interface|connect-interface|silent-interface|source-interface))\s+(.+)$")
_ABBREVIATED = (
    (re.compile(r"^(undo )?in(?:t|te|ter|terf|terfa|terfac)? (?=[A-Za-z0-9])"), r"\1interface "),
    (re.compile(r"^(undo )?desc(?:r|ri|rip|ript|ripti|riptio)? "), r"\1description "),
    (re.compile(r"^(undo )?shut(?:d|do|dow)?$"), r"\1shutdown"),
    (re.compile(r"^(undo )?(ip|ipv6) add(?:r|re|res)? "), r"\1\2 address "),
    (re.compile(r"^(undo )?sys(?:n|na|nam)? "), r"\1sysname "),
    (re.compile(r"^(ip|ipv6) route-st(?:a|at|ati)? "), r"\1 route-static "),
)
_SHORTENED = re.compile(
    r"(?:undo )?(?:in(?!terface )|desc(?!ription )|shut(?!down$)|sys(?!name )"
    r"|ip(?:v6)? (?:add(?!ress )|route-st(?!atic )))"
)
"""Whether a line may be written short at all; most are not."""
PORT_NUMBERS = {
    **{"ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "tacacs": 49, "domain": 53, "dns": 53},
    **{"tftp": 69, "www": 80, "http": 80, "ntp": 123, "snmp": 161, "snmptrap": 162, "bgp": 179, "https": 443},
    **{"syslog": 514},
}


def port_name(text: str) -> str:
    """The full name of an interface (`g0/0` is GigabitEthernet0/0); an unknown type stays as it is."""
    match = _PORT.match(text.strip())
    if not match:
        return text.strip()
    word = (match[1] + match[2]).lower()
    return f"{_TYPE.get(word, match[1] + match[2])}{match[3]}"


@lru_cache(maxsize=16384)  # the routers of a province have most of their lines in common
def spelt(line: str) -> str:
    """One line with its keywords, interface names, addresses and masks in their one spelling.

    Free text (`description`, `sysname`) is kept byte for byte.
    """
    if _SHORTENED.match(line):
        for pattern, whole in _ABBREVIATED:
            line = pattern.sub(whole, line)
    if re.match(r"(undo )?(description|sysname|snmp-agent sys-info (location|contact)) ", line):
        return line
    if match := _BEFORE_PORT.match(line):
        line = f"{match[1]} {_port_and_rest(match[2])}"
    words = [_address(word) for word in line.split()]
    return _masks(words)


def _port_and_rest(text: str) -> str:
    words = text.split()
    if len(words) > 1 and words[0].lower() in _TYPE and words[1][0].isdigit():
        return " ".join((port_name("".join(words[:2])), *words[2:]))
    return " ".join((port_name(words[0]), *words[1:]))


def _address(word: str) -> str:
    """IPv6 text after RFC 5952; anything else as it is."""
    if ":" not in word:
        return word
    address, slash, length = word.partition("/")
    try:
        return f"{ipaddress.IPv6Address(address)}{slash}{length}"
    except ValueError:
        return word


def _masks(words: list[str]) -> str:
    """A dotted mask where the device prints one: after `ip address`, `ip route-static` and an IPv4 `network`."""
    at = {("ip", "address"): 3, ("ip", "route-static"): 3}.get((words[0], words[1] if len(words) > 1 else ""), 0)
    if words[0] == "network":
        at = 2
    if words[:2] == ["ip", "route-static"] and words[2:3] == ["vpn-instance"]:
        at = 5
    if at and len(words) > at and words[at].isdigit() and "." in words[at - 1] and int(words[at]) <= 32:
        words[at] = str(ipaddress.IPv4Network(f"0.0.0.0/{words[at]}").netmask)
    return " ".join(words)


def rule(line: str, names: dict[str, str]) -> str:
    """A line of an access list with port and message names as numbers (`www` is 80)."""
    words = line.split()
    for at, word in enumerate(words):
        if at and words[at - 1] in ("eq", "gt", "lt", "range"):
            words[at] = str(PORT_NUMBERS.get(word, word))
        elif at and words[at - 1] in ("icmp-type", "icmp6-type"):
            words[at] = names.get(f"{words[at - 1]} {word}", word)
    return " ".join(words)
