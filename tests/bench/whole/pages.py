"""One nginx for every site of a province, both families, TLS from a lab CA, http led to https."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from lab.ca import SiteCa
from tests.bench.web.server import locations, own


def nginx(folder: Path, names: Iterable[str]) -> tuple[subprocess.Popen[bytes], str]:
    """Start it; the process and its authority (PEM). `names` are the sites; zones are covered by wildcards."""
    folder.mkdir()
    authority = SiteCa(folder / "ca")
    zones = sorted({name.partition(".")[2] for name in names})
    issued = authority.server("sites", [f"*.{zone}" for zone in zones])
    (folder / "site.pem").write_text(issued.certificate, encoding="ascii")
    (folder / "site.key").write_text(issued.key, encoding="ascii")
    config = folder / "nginx.conf"
    config.write_text(
        f"""daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    default_type text/html;
    charset utf-8;
    keepalive_timeout 15;
{own(folder)}
    server {{
        listen 80 backlog=4096;
        listen [::]:80 backlog=4096;
        return 301 https://$host$request_uri;
    }}
    server {{
        listen 443 ssl backlog=4096;
        listen [::]:443 ssl backlog=4096;
        ssl_certificate {folder}/site.pem;
        ssl_certificate_key {folder}/site.key;
{locations()}
    }}
}}
""",
        encoding="utf-8",
    )
    process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(config)], stderr=subprocess.DEVNULL)
    return process, authority.certificate
