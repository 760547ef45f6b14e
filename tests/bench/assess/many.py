"""Sites as server blocks of real nginx on real hosts, each with addresses of its own, some with planted faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jiyue.sites.model import Target
from lab import runtime
from lab.ca import SiteCa
from lab.scene_internet import CA_FILES
from lab.services import nft, nginx
from lab.spec import FileSpec, HostSpec, InterfaceSpec, LabSpec, LinkSpec

HOSTS = 4
EVERY = 50
"""One site in so many still speaks TLS 1.1, the next one lists its folders: what the assessment has to find."""
PAGES = 12
FILTER = """\
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
        iif lo accept
        iifname mgmt0 accept
        meta l4proto { icmp, icmpv6 } accept
        tcp dport { 80, 443 } accept
    }
    chain forward { type filter hook forward priority 0; policy drop; }
}
"""
MAIN = """\
user www-data;
worker_processes 1;
worker_rlimit_nofile 8192;
error_log stderr warn;
pid /run/nginx.pid;
events { worker_connections 4096; }
http {
    include /etc/nginx/mime.types;
    server_tokens off;
    server_names_hash_bucket_size 128;
    access_log /var/log/nginx/access.log;
    ssl_ciphers DEFAULT:@SECLEVEL=0;
    add_header Strict-Transport-Security "max-age=31536000" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Content-Security-Policy "default-src 'self'" always;
    include /etc/nginx/many.conf;
}
"""


def name_of(number: int) -> str:
    """The name of a site."""
    return f"s{number}.bench.gov.cn"


def addresses(number: int, hosts: int = HOSTS) -> tuple[str, str]:
    """IPv4 and IPv6 of a site: a network per host."""
    host, own = number % hosts, number // hosts + 10
    return f"198.19.{16 + host * 4 + own // 250}.{own % 250 + 2}", f"3fff:ff0:{16 + host:x}::{own:x}"


def server(number: int) -> str:
    """Its server blocks."""
    v4, v6 = addresses(number)
    protocols = "TLSv1.1 TLSv1.2 TLSv1.3" if number % EVERY == 0 else "TLSv1.2 TLSv1.3"
    listing = "autoindex on;" if number % EVERY == 1 else ""
    return f"""\
server {{ listen {v4}:80; listen [{v6}]:80; server_name {name_of(number)}; return 301 https://{name_of(number)}/; }}
server {{
    listen {v4}:443 ssl; listen [{v6}]:443 ssl; server_name {name_of(number)};
    ssl_certificate /etc/nginx/many.crt; ssl_certificate_key /etc/nginx/many.key; ssl_protocols {protocols};
    root /srv/many; {listing}
}}
"""


def spec(count: int, folder: Path) -> LabSpec:
    """HOSTS hosts with their sites and a vantage point with both families."""
    ca = SiteCa(folder / "ca")
    links = "".join(f'<p><a href="/news/t{n}.html">{n}</a></p>' for n in range(PAGES))
    page = '<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>样例</title><body>{}</body></html>'
    shared = [
        FileSpec("/etc/nginx/nginx.conf", MAIN), FileSpec("/etc/nftables.conf", FILTER, 0o755),
        FileSpec("/srv/many/index.html", page.format(links)),
        *(FileSpec(f"/srv/many/news/t{n}.html", page.format("正文" * 500)) for n in range(PAGES)),
    ]  # fmt: skip
    hosts = []
    for host in range(HOSTS):
        mine = range(host, count, HOSTS)
        pair = ca.server(f"many{host}", [name_of(number) for number in mine])
        ports = tuple(one for number in mine for one in (f"{addresses(number)[0]}/16", f"{addresses(number)[1]}/40"))
        files = (
            *shared, FileSpec("/etc/nginx/many.conf", "".join(server(number) for number in mine)),
            FileSpec("/etc/nginx/many.crt", pair.certificate), FileSpec("/etc/nginx/many.key", pair.key, 0o600),
        )  # fmt: skip
        hosts.append(HostSpec(
            name=f"many{host}", mgmt4=f"192.168.248.{50 + host}/20", interfaces=(InterfaceSpec("eth0", "lan", ports),),
            files=files, services=(nft(), nginx(443)),
        ))  # fmt: skip
    vantage = HostSpec(
        name="vantage", mgmt4="192.168.248.81/20",
        interfaces=(InterfaceSpec("eth0", "lan", ("198.19.0.81/16", "3fff:ff0::81/40")),),
        files=tuple(FileSpec(path, ca.certificate) for path in CA_FILES),
    )  # fmt: skip
    return LabSpec("many", (*hosts, vantage), (LinkSpec("lan", "lan"),))


@contextmanager
def up(count: int, folder: Path) -> Iterator[Path]:
    """The lab; gives its SSH configuration."""
    runtime.up(spec(count, folder), folder / "state", timeout=180.0)
    try:
        yield folder / "state" / "ssh_config"
    finally:
        runtime.down(folder / "state")


def targets(count: int) -> tuple[Target, ...]:
    """The sites as they are assessed."""
    known = frozenset(name_of(number) for number in range(count))
    return tuple(
        Target(
            name_of(number), "bench", *addresses(number), host=f"many{number % HOSTS}", filter=f"many{number % HOSTS}",
            vantages=("vantage", "vantage"), known=known,
        )
        for number in range(count)
    )  # fmt: skip
