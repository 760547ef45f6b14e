"""An nftables ruleset (its own JSON) reduced to what is compared between the families; pure."""

from __future__ import annotations

import json
from typing import Any

Signature = tuple[str, ...]


def default_policies(ruleset: dict[str, Any]) -> dict[tuple[str, str], str]:
    """The policy of each base chain by (family, hook)."""
    chains = [item["chain"] for item in ruleset.get("nftables", ()) if "chain" in item]
    return {(chain["family"], chain["hook"]): chain.get("policy", "accept") for chain in chains if "hook" in chain}


def accepted(ruleset: dict[str, Any]) -> tuple[set[Signature], set[Signature]]:
    """Accepted forward flows that name addresses, per family, without the addresses themselves."""
    found: dict[str, set[Signature]] = {"ip": set(), "ip6": set()}
    for item in ruleset.get("nftables", ()):
        rule = item.get("rule")
        if not rule or rule["chain"] != "forward" or not any("accept" in part for part in rule["expr"]):
            continue
        family = next((f for f in (_family(part) for part in rule["expr"]) if f), "")
        if family:
            found[family].add(tuple(words for words in (_words(part) for part in rule["expr"]) if words))
    return found["ip"], found["ip6"]


def stateful(ruleset: dict[str, Any], chain: str) -> tuple[bool, bool]:
    """(packets of known connections pass, invalid ones are dropped) in a chain, by its rules on `ct state`."""
    known = invalid = False
    for item in ruleset.get("nftables", ()):
        rule = item.get("rule")
        if not rule or rule["chain"] != chain:
            continue
        states: set[str] = set()
        for part in rule["expr"]:
            match = part.get("match", {})
            if match.get("left") == {"ct": {"key": "state"}} and match.get("op") in ("in", "=="):
                states |= set(_listed(match["right"]))
        known |= "established" in states and any("accept" in part for part in rule["expr"])
        invalid |= "invalid" in states and any("drop" in part for part in rule["expr"])
    return known, invalid


def _listed(right: Any) -> list[str]:
    """The states of a match: one word, a list, or a set."""
    found = right.get("set", []) if isinstance(right, dict) else right
    return [found] if isinstance(found, str) else [str(one) for one in found]


def _payload(part: dict[str, Any]) -> dict[str, Any]:
    left = part.get("match", {}).get("left", {})
    payload: dict[str, Any] = left.get("payload", {}) if isinstance(left, dict) else {}
    return payload


def _family(part: dict[str, Any]) -> str:
    protocol = str(_payload(part).get("protocol", ""))
    return protocol if protocol in ("ip", "ip6") else ""


def _words(part: dict[str, Any]) -> str:
    """One condition as text that reads the same in both families; verdicts and counters say nothing."""
    match = part.get("match")
    if not match:
        return ""
    payload, right = _payload(part), match["right"]
    if _family(part):
        named = str(right).rstrip("46") if isinstance(right, str) and right.startswith("@") else "zone"
        return f"{payload['field']} {match['op']} {named}"
    if payload:
        protocol = str(payload["protocol"]).replace("icmpv6", "icmp")
        return f"{protocol} {payload['field']} {json.dumps(right, sort_keys=True)}"
    return f"{json.dumps(match['left'], sort_keys=True)} {match['op']} {json.dumps(right)}"
