"""The extranet's resolver as text: Unbound's configuration and the rotation of its query log; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_network

from inventory.naming import Resolver
from ipv6.querylog.install import rotation

CONFIG = "unbound.conf"
ROTATION = "logrotate.conf"
LOG = "/var/log/unbound/queries.log"
CONTROL = "/run/unbound/control.sock"
_YES = {True: "yes", False: "no"}


def render(resolver: Resolver, clients: Sequence[str], anchor: str = "/var/lib/unbound/root.key") -> Mapping[str, str]:
    """Both files by name. `clients` are the prefixes that may ask, of both families; whoever else is refused.

    With DNS64 an AAAA is made only where a name has none of its own and its A was validated (RFC 6147 5.1 and 5.5,
    Unbound's `dns64` before its `validator`); a client that validates by itself (CD set) gets the A as it stands.
    """
    modules = "dns64 validator iterator" if resolver.dns64 else "validator iterator"
    lines = [
        "# The extranet's resolver: every answer is validated, every question is logged.",
        "server:",
        "    interface: 0.0.0.0",
        "    interface: ::0",
        "    # Answers leave from the address that was asked.",
        "    interface-automatic: yes",
        "    do-ip4: yes",
        "    do-ip6: yes",
        "    prefer-ip6: yes",
        *(f"    access-control: {ip_network(prefix)} allow" for prefix in clients),
        f'    module-config: "{modules}"',
        f'    auto-trust-anchor-file: "{anchor}"',
        "    val-permissive-mode: no",
        "    harden-dnssec-stripped: yes",
        "    harden-below-nxdomain: yes",
        "    qname-minimisation: yes",
        "    aggressive-nsec: yes",
        "    hide-identity: yes",
        "    hide-version: yes",
        "    # Questions a second: of one client, and to the servers of one zone. What is above is dropped.",
        f"    ip-ratelimit: {resolver.client_rate}",
        "    ip-ratelimit-factor: 0",
        f"    ratelimit: {resolver.zone_rate}",
        "    ratelimit-factor: 0",
        "    use-syslog: no",
        f'    logfile: "{LOG}"',
        "    log-time-ascii: yes",
        "    log-queries: yes",
        "    log-replies: yes",
        "    log-servfail: yes",
    ]
    if resolver.dns64:
        lines += [f"    dns64-prefix: {resolver.dns64_prefix}", "    dns64-synthall: no"]
    lines += ["remote-control:", "    control-enable: yes", f"    control-interface: {CONTROL}", ""]
    return {
        CONFIG: "\n".join(lines),
        ROTATION: rotation(LOG, resolver.log_days, "unbound", f"unbound-control -s {CONTROL} log_reopen"),
    }
