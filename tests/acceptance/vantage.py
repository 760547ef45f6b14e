"""What the vantage points see with everybody's tools (dig, curl): one testinfra SSH command per vantage."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any

from jiyue.accept.transcript import NotMeasured, Transcript
from tests.acceptance.facts import MARK, sections, told

# One line per site: status, size, sha256 of the body, address that answered.
FETCH = (
    "f=$(mktemp); w=$(curl -{family} -sS --max-time 10 -o $f -w '%{{http_code}} %{{size_download}} %{{remote_ip}}' "
    "https://{name}/ 2>&1); echo \"$w $(sha256sum < $f | cut -d' ' -f1)\"; rm -f $f"
)
# It trusts the root's key alone and checks every signature below it by itself, whatever the resolver says.
DELV = "delv -6 @::1 {zone} NS"
RESOLVE = "dig +time=3 +tries=2 +dnssec @{resolver} {name} AAAA"


@dataclass(frozen=True)
class Fetched:
    """One page as curl got it; `error` is curl's own words when it got none."""

    status: int
    size: int
    address: str
    sha256: str
    error: str = ""


class Vantages:
    """Results of the vantage points; both are read at once, a result is waited for at first use."""

    def __init__(self, plan: dict[str, Any], transcript: Transcript) -> None:
        self._plan = plan
        self._transcript = transcript
        self.names: dict[str, str] = {}
        pool = ThreadPoolExecutor(2)
        self._v6: Future[dict[str, str]] = pool.submit(self._run, plan["vantages"]["v6"], self._asked6())
        self._dual: Future[dict[str, str]] = pool.submit(self._run, plan["vantages"]["dual"], self._asked_dual())
        pool.shutdown(wait=False)

    @property
    def v6(self) -> dict[str, str]:
        """From the client with IPv6 only: `aaaa <name>`, `get <name>`, `library <name>`, `soa <zone> <server>`,
        `delv <zone>`."""
        return self._v6.result()

    @property
    def dual(self) -> dict[str, str]:
        """From the client with both: `get4 <name>` and `get6 <name>`."""
        return self._dual.result()

    def _asked6(self) -> dict[str, str]:
        commands = {f"aaaa {name}": RESOLVE.format(resolver="::1", name=name) for name in self._sites}
        commands |= {f"get {name}": FETCH.format(family=6, name=name) for name in self._sites}
        commands |= {f"delv {one['zone']}": DELV.format(zone=one["zone"]) for one in self._plan["platforms"]}
        commands |= {f"library {name}": f"getent ahostsv6 {name}" for name in self._sites}
        for device in self._plan["shared"]["name_servers"].values():
            address = self._plan["claims"].get(f"iface/{device}/dmz", "").partition("/")[0]
            for platform in self._plan["platforms"]:
                query = f"dig -6 +norec +time=3 +tries=2 @{address} {platform['zone']} SOA"
                commands[f"soa {platform['zone']} {device}"] = query
        return commands

    def _asked_dual(self) -> dict[str, str]:
        commands = {f"get4 {name}": FETCH.format(family=4, name=name) for name in self._sites}
        return commands | {f"get6 {name}": FETCH.format(family=6, name=name) for name in self._sites}

    def fetched(self, text: str) -> Fetched:
        """A FETCH line as a value."""
        parts = text.split()
        if len(parts) == 4 and parts[0].isdigit() and parts[0] != "000":
            return Fetched(int(parts[0]), int(parts[1]), parts[2], parts[3])
        return Fetched(0, 0, "", hashlib.sha256(b"").hexdigest(), text[:200] or "curl said nothing")

    @property
    def _sites(self) -> list[str]:
        return [site["name"] for platform in self._plan["platforms"] for site in platform["sites"]]

    def _run(self, vantage: str, commands: dict[str, str]) -> dict[str, str]:
        script, config = side_by_side(commands), self._plan["ssh_config"]
        try:
            answer, name = self._transcript.ask(vantage, script.encode(), lambda: told(vantage, script, config))
        except NotMeasured as error:
            raise NotMeasured(f"{vantage}: {error}") from error
        self.names[vantage] = name
        return sections(answer.decode("utf-8", "replace"))


def side_by_side(commands: dict[str, str], width: int = 8) -> str:
    """A shell script that runs commands `width` at a time and prints their outputs under their marks, in order."""
    lines = ["d=$(mktemp -d); cd $d"]
    for number, command in enumerate(commands.values()):
        lines.append(f"( {command} ) >{number} 2>&1 &")
        if number % width == width - 1:
            lines.append("wait")
    lines.append("wait")
    lines += [f"echo '{MARK}{name}'; cat {number}" for number, name in enumerate(commands)]
    return "\n".join([*lines, "cd /; rm -rf $d"])


def aaaa(text: str, name: str) -> list[str]:
    """Native IPv6 addresses in dig's answer section; IPv4-mapped ones never count."""
    pattern = rf"^{re.escape(name)}\.\s+\d+\s+IN\s+AAAA\s+(\S+)$"
    found = [IPv6Address(address) for address in re.findall(pattern, text, re.MULTILINE | re.IGNORECASE)]
    return sorted(str(address) for address in found if address.ipv4_mapped is None)


def resolved(text: str) -> tuple[list[str], list[str]]:
    """(native, IPv4-mapped) addresses of `getent ahostsv6`, which shows IPv4 answers as mapped ones (AI_V4MAPPED)."""
    found = sorted({line.split()[0] for line in text.splitlines() if ":" in line.partition(" ")[0]})
    native = [address for address in found if IPv6Address(address).ipv4_mapped is None]
    return native, [address for address in found if address not in native]
