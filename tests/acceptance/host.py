"""What a host says about its clock, accounts, sshd and sockets, judged; pure, so that it can be played back."""

from __future__ import annotations

import re
from ipaddress import ip_address

CLOCK_SECONDS = 1.0
"""How far a host's clock may be from that of who measures; logs of two devices are only worth as much together."""
PASSWORD_DAYS = 90
"""GB/T 22239-2019 8.1.4.1 a) asks for regular change and gives no figure; 90 days is what assessors use."""
SSHD: dict[str, tuple[str, ...]] = {
    "passwordauthentication": ("no",),
    "permitemptypasswords": ("no",),
    "kbdinteractiveauthentication": ("no",),
    "permitrootlogin": ("no", "prohibit-password", "without-password", "forced-commands-only"),
    "pubkeyauthentication": ("yes",),
    "hostbasedauthentication": ("no",),
    "ignorerhosts": ("yes",),
    "permituserenvironment": ("no",),
    "x11forwarding": ("no",),
    "gatewayports": ("no",),
    "strictmodes": ("yes",),
    "loglevel": ("info", "verbose"),
}
"""Effective settings of sshd (`sshd -T`) and what is accepted."""
MOST_TRIES, MOST_GRACE = 6, 120
WEAK = re.compile(r"(^|,)(3des-cbc|arcfour[0-9]*|blowfish-cbc|cast128-cbc|aes(128|192|256)-cbc|none)(,|$)")
RISKY = {
    21: "ftp", 23: "telnet", 69: "tftp", 111: "rpcbind", 135: "msrpc", 137: "netbios", 139: "netbios", 445: "smb",
    512: "rexec", 513: "rlogin", 514: "rsh", 873: "rsync", 2049: "nfs", 3389: "rdp", 5900: "vnc", 6379: "redis",
    11211: "memcached",
}  # fmt: skip
"""Ports that no host of ours has a use for."""


def clock(before: float, host: float, after: float) -> float:
    """Seconds by which the host's clock is certainly off: it was read between `before` and `after`."""
    return max(0.0, before - host, host - after)


def sshd(text: str) -> list[str]:
    """What is wrong with any sshd that runs; each begins with `config FILE`. Nothing at all is wrong too."""
    parts = [part.partition("\n") for part in re.split(r"^config ", text, flags=re.MULTILINE)[1:]]
    problems = [] if parts else ["no sshd told its settings"]
    for name, _, body in parts:
        lines = (line.lower().split(None, 1) for line in body.splitlines())
        settings = {line[0]: line[1] for line in lines if len(line) == 2}
        if not settings.keys() & SSHD.keys():
            problems.append(f"{name}: {body.strip()[:120] or 'sshd -T said nothing'}")
            continue
        problems += [
            f"{name}: {key} {settings.get(key, 'unset')}, wanted {' or '.join(good)}"
            for key, good in SSHD.items()
            if settings.get(key, "") not in good
        ]
        for key, most in (("maxauthtries", MOST_TRIES), ("logingracetime", MOST_GRACE)):
            value = settings.get(key, "")
            if not value.isdigit() or not 0 < int(value) <= most:
                problems.append(f"{name}: {key} {value or 'unset'}, wanted 1 to {most}")
        if WEAK.search(settings.get("ciphers", "")):
            problems.append(f"{name}: weak ciphers in {settings['ciphers']}")
    return problems


def accounts(text: str) -> tuple[list[str], int]:
    """(what is wrong, how many accounts were told); a line is `NAME UID STATE MAXDAYS`, never a hash."""
    problems, told = [], 0
    for line in text.splitlines():
        fields = line.split()
        if len(fields) != 4:
            continue
        told += 1
        name, uid, state, days = fields
        if state == "empty":
            problems.append(f"{name} has an empty password")
        if state == "set" and not (days.isdigit() and 0 < int(days) <= PASSWORD_DAYS):
            problems.append(f"{name} has a password that is never changed (maximum age {days} days)")
        if uid == "0" and name != "root":
            problems.append(f"{name} is a second root")
    return problems, told


def sockets(text: str) -> set[str]:
    """Local `address:port` of listening sockets (`ss -Hln`, any of TCP and UDP)."""
    return {fields[3] for fields in map(str.split, text.splitlines()) if len(fields) > 3}


def risky(listening: set[str]) -> list[str]:
    """Risky ports that are reachable from elsewhere; a socket of the host for itself is not."""
    found = []
    for socket in sorted(listening):
        address, _, port = socket.rpartition(":")
        if port.isdigit() and int(port) in RISKY and not _own(address):
            found.append(f"{socket} ({RISKY[int(port)]})")
    return found


def unserved(listening: set[str], address: str, port: int) -> str:
    """Why `address` is not served at `port`, empty when it is.

    The traps: a socket on `::` alone may or may not take IPv4 (bindv6only), and a check of any socket on the port is
    content with it. So the address itself counts, or the wildcard of its own family.
    """
    six = ip_address(address).version == 6
    exact, wild = (f"[{address}]:{port}", f"[::]:{port}") if six else (f"{address}:{port}", f"0.0.0.0:{port}")
    if exact in listening or wild in listening:
        return ""
    other = [one for one in (f"*:{port}", f"[::]:{port}", f"0.0.0.0:{port}") if one in listening]
    return f"nothing listens on {exact}" + (f", only {', '.join(other)}" if other else "")


def _own(address: str) -> bool:
    bare = address.strip("[]").partition("%")[0]
    try:
        return ip_address(bare).is_loopback
    except ValueError:  # `*`: every address
        return False
