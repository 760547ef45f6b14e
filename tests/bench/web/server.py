"""An nginx on loopback, both families, TLS from a lab CA: one page per site name, as a site host has it."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.ca import SiteCa

ZONE = "bench.test"
SITES = 5_000
ADDRESSES = {4: "127.0.0.1", 6: "::1"}
LEVEL = ("news", "services", "open", "interact")
"""Second-level pages of a site; each leads to one page of the third level."""

RESOURCES = ("/site.css", "/print.css")
"""What the home page loads by itself."""


def names() -> list[str]:
    """The sites."""
    return [f"site{number:04d}.{ZONE}" for number in range(SITES)]


def page(path: str) -> str:
    """About 3 kB (nginx takes no longer text); `$host` is filled in by the server: no two sites are alike."""
    links = "" if path.endswith("detail.html") else '<a href="detail.html">detail</a>'
    if path == "/":
        links = "".join(f'<li><a href="/{word}/">{word}</a></li>' for word in LEVEL)
        links += "".join(f'<link rel="stylesheet" href="{one}">' for one in RESOURCES)
    filler = "".join(f"<p>第{number}条 政务公开 办事服务 互动交流</p>" for number in range(40))
    return f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{{site}}</title>{links}{filler}</html>'


def own(folder: Path) -> str:
    """Where an nginx of its own keeps what it would put into the machine's folders."""
    words = {"client_body": "body", "proxy": "proxy", "fastcgi": "fastcgi", "uwsgi": "uwsgi", "scgi": "scgi"}
    return "\n".join(f"    {word}_temp_path {folder}/{place};" for word, place in words.items())


def locations() -> str:
    """Every page of a site and what it loads, as nginx answers them."""
    paths = ["/", *(f"/{word}/" for word in LEVEL), *(f"/{word}/detail.html" for word in LEVEL)]
    found = [
        f"""        location = {path} {{ return 200 '{page(path).replace("{site}", "$host")}'; }}""" for path in paths
    ]
    found += [
        f"        location = {one} {{ default_type text/css; return 200 'body {{ margin: 0 }}'; }}" for one in RESOURCES
    ]
    return "\n".join(found)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, Path]]:
    """The port of a running server and its CA's file; it ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    authority = SiteCa(folder / "ca")
    issued = authority.server(f"site.{ZONE}", [f"*.{ZONE}"])
    (folder / "site.pem").write_text(issued.certificate, encoding="ascii")
    (folder / "site.key").write_text(issued.key, encoding="ascii")
    (folder / "ca.pem").write_text(authority.certificate, encoding="ascii")
    (folder / "nginx.conf").write_text(
        f"""daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    default_type text/html;
    charset utf-8;
{own(folder)}
    server {{
        listen 127.0.0.1:{port} ssl backlog=4096;
        listen [::1]:{port} ssl backlog=4096;
        ssl_certificate {folder}/site.pem;
        ssl_certificate_key {folder}/site.key;
{locations()}
    }}
}}
""",
        encoding="utf-8",
    )
    process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        _wait(port, process, folder)
        yield port, folder / "ca.pem"
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        try:
            with (
                socket.create_connection(("127.0.0.1", port), timeout=1) as plain,
                context.wrap_socket(plain, server_hostname=f"site0000.{ZONE}"),
            ):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"the benchmark's web server did not start:\n{(folder / 'error.log').read_text()[-1000:]}")
