"""What the site host's nginx is told of sites that moved here, beside its own include; pure.

Each file is written as a whole: the edge's common settings, the slot for a web application firewall's rules, a site.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

from inventory.errors import InputError
from ipv6.agent.lines import normalise
from ipv6.drivers.base import template

FOLDER = "/etc/nginx/jiyue-moved"
COMMON = f"{FOLDER}/_edge.conf"
GUARD = "/etc/nginx/jiyue-waf.rules"
"""The slot: included by every site that moved; whoever has a firewall's rules puts them here."""
RATE, BURST = 200, 600
"""Requests a second of one address at one site, and how many at once; a page brings some thirty."""
_NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}")
_INDEX = re.compile(r"[A-Za-z0-9._-]{1,64}")

COMMON_TEXT = f"""\
# Limits of the edge, for all sites that moved here.
limit_req_zone $binary_remote_addr$server_name zone=jiyue_moved:4m rate={RATE}r/s;
limit_req_status 429;
server_names_hash_bucket_size 128;
"""
GUARD_TEXT = """\
# The default rules: methods, ways out of the folder, leftovers that no site shows, sizes.
client_max_body_size 1m;
large_client_header_buffers 4 8k;
if ($request_method !~ ^(GET|HEAD|POST)$) { return 405; }
if ($request_uri ~* "(\\.\\.(/|%2f|%5c)|%2e%2e|%00|%0a|%0d|\\x5c)") { return 400; }
if ($request_uri ~* "(^|/)\\.(git|svn|hg|env|ht|DS_Store)") { return 404; }
if ($request_uri ~* "\\.(bak|old|orig|swp|sql|mdb)([?]|$)") { return 404; }
"""


def path_of(site: str) -> str:
    """The file of a site."""
    return f"{FOLDER}/{site}.conf"


def render(site: str, address4: str, address6: str, root: str, index: Sequence[str]) -> str:
    """The servers of one site over both families; InputError for what would not stay inside its place."""
    words = tuple(index) or ("index.html",)
    if not _NAME.fullmatch(site):
        raise InputError(f"site {site!r}", "this is no domain name")
    if bad := [word for word in words if not _INDEX.fullmatch(word)]:
        raise InputError(f"site {site}", f"its index {bad[0]!r} is no file name")
    listen = [str(IPv4Address(address4)), *([f"[{IPv6Address(address6)}]"] if address6 else [])]
    values = {"site": site, "listen": listen, "root": root, "index": words, "guard": GUARD, "burst": BURST}
    return normalise(template("nginx", "moved.j2", **values))
