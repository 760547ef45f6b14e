"""Old hosts of the lab's internet: IPv4 only, several sites on one nginx, set up as such hosts really are found.

They stand for what is still outside the platforms, so their settings are bad on purpose: old TLS versions, versions
told, password logins, no security headers.
"""

from __future__ import annotations

from collections.abc import Mapping

from inventory.legacy import OldHost, OldSite
from inventory.model import Inventory

from .ca import Pair, SiteCa
from .scene_devices import MGMT_LENGTH
from .scene_internet import LAN, LAN4
from .scene_old_pages import old_files
from .services import nft, nginx
from .spec import FileSpec, HostSpec, InterfaceSpec, RouteSpec, ServiceSpec

ROOT = "/var/www"
FILTER = """\
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
        iif lo accept
        iifname mgmt0 accept
        ip protocol icmp accept
        tcp dport { 80, 443 } accept
        ip saddr 10.0.0.0/8 tcp dport 22 accept
    }
}
"""
SSHD_OLD = "/run/lab/ssh/sshd_old"
NGINX = """\
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    server_tokens on;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2;
    ssl_ciphers ALL:@SECLEVEL=0;
    include /etc/nginx/sites-old/*.conf;
}
"""


def old_hosts(inv: Inventory, ca: SiteCa) -> tuple[HostSpec, ...]:
    """Every old host whose platform's region the environment holds."""
    return tuple(
        old_host(host, {site.name: ca.server(site.name, [site.name]) for site in host.sites})
        for platform in inv.platforms
        if platform.code in inv.held_regions
        for host in platform.old_hosts
    )


def old_host(host: OldHost, pairs: Mapping[str, Pair]) -> HostSpec:
    """One of them; `pairs` are certificate and key by site."""
    files = [
        FileSpec("/etc/nftables.conf", FILTER, 0o755),
        FileSpec("/etc/nginx/nginx.conf", NGINX),
        FileSpec(SSHD_OLD, _sshd(host), 0o600),
    ]
    for site in host.sites:
        pair = pairs[site.name]
        files.append(FileSpec(f"/etc/nginx/sites-old/{site.name}.conf", _server(host, site)))
        files.append(FileSpec(f"/etc/nginx/ssl/{site.name}.crt", pair.certificate))
        files.append(FileSpec(f"/etc/nginx/ssl/{site.name}.key", pair.key, 0o600))
        files += old_files(f"{ROOT}/{site.name}", site)
    return HostSpec(
        name=host.name,
        mgmt4=f"{host.mgmt4}/{MGMT_LENGTH}",
        disable6=True,
        interfaces=(InterfaceSpec("eth0", LAN, (f"{host.address4}/24",)),),
        files=tuple(files),
        services=(nft(), nginx(443), ServiceSpec("sshd-old", ("/usr/sbin/sshd", "-D", "-e", "-f", SSHD_OLD))),
        routes=(RouteSpec(f"default via {LAN4}.1"),),
    )


def _server(host: OldHost, site: OldSite) -> str:
    """Both ports serve the pages, nothing redirects, folders can be listed."""
    return f"""\
server {{
    listen {host.address4}:80;
    listen {host.address4}:443 ssl;
    server_name {site.name};
    root {ROOT}/{site.name};
    index index.html index.htm;
    autoindex on;
    ssl_certificate /etc/nginx/ssl/{site.name}.crt;
    ssl_certificate_key /etc/nginx/ssl/{site.name}.key;
    access_log /var/log/nginx/{site.name}.log combined;
}}
"""


def _sshd(host: OldHost) -> str:
    """What the host's own operator left: passwords, root by password, old habits. No account has a password here."""
    lines = [
        f"ListenAddress {host.address4}:22",
        "HostKey /run/lab/ssh/host_ed25519",
        "AuthorizedKeysFile /run/lab/ssh/authorized_keys",
        "PermitRootLogin yes",
        "PasswordAuthentication yes",
        "KbdInteractiveAuthentication no",
        "X11Forwarding yes",
        "UsePAM no",
        "UseDNS no",
        "PidFile /run/sshd-old.pid",
        "",
    ]
    return "\n".join(lines)
