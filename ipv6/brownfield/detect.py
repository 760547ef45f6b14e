"""What kind of text a file is, by what stands in it; the name only helps where the text says nothing."""

from __future__ import annotations

import re

FRR, VRP, COMWARE, NETBOX_JSON, TABLE = "frr", "huawei_vrp", "h3c_comware", "netbox-json", "csv"
FORMATS = (FRR, VRP, COMWARE, NETBOX_JSON, TABLE, "xlsx", "netbox-csv")

_MARKS: dict[str, tuple[tuple[int, str], ...]] = {
    VRP: (
        (8, r"^[ \t]*!software version V\d"),
        (6, r"VRP \(R\)"),
        (4, r"^interface (Vlanif|GE\d|XGigabitEthernet|Eth-Trunk)"),
        (2, r"^ (undo portswitch|ipv6 enable|statistic enable)"),
        (3, r"^ip ip(v6)?-prefix "),
        (3, r"^ (ospf|ospfv3|isis) enable "),
        (2, r"huawei"),
        (1, r"^[ \t]*sysname "),
        (1, r"^interface LoopBack\d"),
        (1, r"^user-interface (con|vty)"),
    ),
    COMWARE: (
        (8, r"^[ \t]*version 7\.\d"),
        (4, r"^interface (Vlan-interface|Bridge-Aggregation|Route-Aggregation|Ten-GigabitEthernet)"),
        (4, r"^ port link-mode (route|bridge)"),
        (3, r"h3c|comware"),
        (3, r"^ip(v6)? prefix-list \S+ index "),
        (3, r"^ (ospf|ospfv3) \d+ area "),
        (2, r"^ ip(v6)? route-static"),
        (1, r"^[ \t]*sysname "),
        (1, r"^interface LoopBack\d"),
        (1, r"^line (vty|aux|con)"),
    ),
    FRR: (
        (8, r"^frr version"),
        (6, r"^frr defaults"),
        (4, r"integrated-vtysh-config"),
        (3, r"^router (bgp|ospf6?|isis)\b"),
        (3, r"^ ip(v6)? address \S+/\d"),
        (2, r"^hostname "),
        (2, r"^(ip|ipv6) route "),
        (2, r"^exit-vrf"),
        (1, r"^line vty"),
    ),
}
_COMPILED = {
    name: [(re.compile(pattern, re.IGNORECASE | re.MULTILINE), weight) for weight, pattern in marks]
    for name, marks in _MARKS.items()
}


def detect(name: str, text: str) -> str:
    """One of FRR, VRP, COMWARE, NETBOX_JSON, TABLE, or "" when the text gives no hint.

    Only the first 200,000 characters are looked at.
    """
    head = text[:200_000].replace("\r", "")
    if head.lstrip()[:1] in ("{", "["):
        return NETBOX_JSON if re.match(r'\s*[\[{]\s*["{\[\]}]', head) else _config(head)
    if name.lower().endswith((".csv", ".tsv")):
        return TABLE
    found = _config(head)
    if found:
        return found
    first = next((line for line in head.splitlines() if line.strip()), "")
    return TABLE if name.lower().endswith(".txt") and any(sign in first for sign in ",\t;，") else ""


def _config(head: str) -> str:
    scores = {
        name: sum(weight for pattern, weight in marks if pattern.search(head)) for name, marks in _COMPILED.items()
    }
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 3 else ""
