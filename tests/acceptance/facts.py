"""Each device's own account of itself: one testinfra SSH command per host, kept as evidence."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Interface, ip_interface
from typing import Any

import testinfra

from jiyue.accept.transcript import NotMeasured, Transcript

MARK = "=====jiyue "
COMMON = {
    "clock": "date +%s.%N",
    "addresses": "ip -j address",
    "netns": 'for n in $(ls /run/netns 2>/dev/null); do echo "$n $(ip -j -n $n address)"; done',
    "listening": "ss -Hltn; ss -Hlun",
    # The sshd that run, not the one of /etc: each may have been told its configuration on the command line.
    "sshd": (
        "c=$(ps -eo args= | sed -n 's/^\\(sshd: \\)\\{0,1\\}[^ ]*sshd .*-f \\([^ ]*\\).*/\\2/p' | sort -u); "
        'for f in ${c:-/etc/ssh/sshd_config}; do echo "config $f"; /usr/sbin/sshd -T -f "$f"; done'
    ),
    # Name, uid, whether there is a password, its maximum age; what the password's hash is stays on the host.
    "accounts": (
        'awk -F: \'FNR==NR {u[$1]=$3; next} {s=$2=="" ? "empty" : ($2 ~ /^[$_a-zA-Z0-9.\\/]/ ? "set" : "locked"); '
        'print $1, ($1 in u ? u[$1] : "-"), s, ($5=="" ? "-" : $5)}\' /etc/passwd /etc/shadow'
    ),
}
BY_ROLE = {
    "pe": {
        "bgp6": "vtysh -c 'show bgp ipv6 unicast summary json'",
        "bgp4": "vtysh -c 'show bgp ipv4 unicast summary json'",
        "ospf6": "vtysh -c 'show ipv6 ospf6 neighbor json'",
        "ospf4": "vtysh -c 'show ip ospf neighbor json'",
    },
    "firewall": {"nft": "nft -j list ruleset", "forwarding": "sysctl -n net.ipv6.conf.all.forwarding"},
}
BY_ROLE["core"] = BY_ROLE["pe"]
PARALLEL = 8


class Facts:
    """Accounts by device; `of` raises NotMeasured for a host that gave none."""

    def __init__(self, plan: dict[str, Any], transcript: Transcript) -> None:
        self._config = plan["ssh_config"]
        self._transcript = transcript
        self._roles = {device["name"]: device["role"] for device in plan["shared"]["devices"]}
        for platform in plan["platforms"]:
            self._roles |= {device["name"]: device["role"] for device in platform["devices"]}
        self._known: dict[str, dict[str, str]] = {}
        self._failed: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._lock = threading.Lock()
        with ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(self._read, self._roles))

    def of(self, device: str) -> dict[str, str]:
        """Sections of text by name."""
        if device in self._failed:
            raise NotMeasured(f"{device}: {self._failed[device]}")
        if device not in self._known:
            raise NotMeasured(f"{device}: it is not part of this acceptance")
        return self._known[device]

    def evidence(self, device: str) -> str:
        """Name of the stored account."""
        return self._names.get(device, "")

    def json(self, device: str, section: str) -> Any:
        """A section as JSON; NotMeasured when it is none."""
        text = self.of(device).get(section, "")
        try:
            return json.loads(text)
        except ValueError as error:
            raise NotMeasured(f"{device}: {section} is not readable: {text[:120]!r}") from error

    def addresses(self, device: str) -> dict[str, set[str]]:
        """Global addresses (`address/length`) by `netns/interface`; link-local and tentative ones left out."""
        found: dict[str, set[str]] = {}
        accounts = [("", self.of(device).get("addresses", "[]"))]
        for line in self.of(device).get("netns", "").splitlines():
            netns, _, text = line.partition(" ")
            accounts.append((netns, text))
        for netns, text in accounts:
            for interface in json.loads(text or "[]"):
                for info in interface.get("addr_info", ()):
                    address = ip_interface(f"{info['local']}/{info['prefixlen']}")
                    if usable(address, info):
                        found.setdefault(f"{netns}/{interface['ifname']}", set()).add(str(address))
        return found

    def _read(self, device: str) -> None:
        commands = {**COMMON, **BY_ROLE.get(self._roles[device], {})}
        script = "; ".join(f"echo '{MARK}{name}'; {command} 2>&1" for name, command in commands.items())
        try:
            answer, name = self._transcript.ask(device, script.encode(), lambda: stamped(device, script, self._config))
        except NotMeasured as error:
            with self._lock:
                self._failed[device] = str(error)
            return
        with self._lock:
            self._names[device] = name
            self._known[device] = sections(answer.decode("utf-8", "replace"))


def told(host: str, script: str, config: str) -> bytes:
    """What a host prints for a script over testinfra's SSH; NotMeasured when it cannot be reached."""
    try:
        result = testinfra.get_host(f"ssh://{host}", ssh_config=config, controlpersist=0).run(script)
    except (RuntimeError, OSError) as error:
        raise NotMeasured(f"unreachable over SSH: {str(error)[-200:]}") from error
    return str(result.stdout).encode()


def stamped(host: str, script: str, config: str) -> bytes:
    """The same with the times of this machine before and after in front, which the host's clock is compared with."""
    before = time.time()
    answer = told(host, script, config)
    return f"{MARK}asked\n{before:.3f} {time.time():.3f}\n".encode() + answer


def sections(text: str) -> dict[str, str]:
    """The text after each mark, by the mark's name."""
    parts = text.split(MARK)[1:]
    return {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in parts}


def usable(address: Any, info: dict[str, Any]) -> bool:
    """Whether an address serves traffic: not link-local (testinfra lists those too), neither tentative nor failed."""
    if isinstance(address, IPv6Interface) and (address.ip.is_link_local or address.ip.ipv4_mapped):
        return False
    return not (info.get("tentative") or info.get("dadfailed"))
