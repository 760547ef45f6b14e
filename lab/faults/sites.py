"""The site host's nginx include as faults change it: servers by site and port."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from .edit import change, restore
from .model import Hand, choose, must

INCLUDE = "/etc/nginx/jiyue.conf"
_SERVER = re.compile(r"^server \{\n.*?^\}\n", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"^ +server_name (\S+);\n", re.MULTILINE)
# A reload is over when the old workers no longer listen; a request in between would still see the old rules.
_RELOAD = """\
set -e
nginx -t -q
old=$(pgrep -P "$(cat /run/nginx.pid)" | tr '\\n' ' ')
nginx -s reload
left=60
while [ $left -gt 0 ]; do
    alive=
    for pid in $old; do if [ -e /proc/$pid ]; then alive=1; fi; done
    if [ -z "$alive" ]; then exit 0; fi
    left=$((left - 1)); sleep 0.05
done
"""


def choose_site(hand: Hand, wanted: str, chance: Random) -> str:
    """One of the host's sites: the wanted one, or one by chance."""
    return choose(hand, "site", wanted, sorted(set(_NAME.findall(must(hand, f"cat {INCLUDE}")))), chance)


def change_server(hand: Hand, folder: str, site: str, secure: bool, edit: Callable[[str], str], what: str) -> None:
    """Change the text of the site's server on port 443 (or 80) and reload."""

    def one(match: re.Match[str]) -> str:
        text = match[0]
        name = _NAME.search(text)
        return edit(text) if name and name[1] == site and ("ssl_certificate " in text) == secure else text

    change(hand, INCLUDE, folder, lambda text: _SERVER.sub(one, text), what)
    must(hand, _RELOAD)


def change_servers(hand: Hand, folder: str, site: str, edit: Callable[[str], str], what: str) -> None:
    """Change the text of both servers of the site and reload."""

    def one(match: re.Match[str]) -> str:
        name = _NAME.search(match[0])
        return edit(match[0]) if name and name[1] == site else match[0]

    change(hand, INCLUDE, folder, lambda text: _SERVER.sub(one, text), what)
    must(hand, _RELOAD)


def insert(text: str, lines: str) -> str:
    """The server with these lines after its name."""
    return _NAME.sub(lambda match: match[0] + lines, text, count=1)


def put_back(hand: Hand, folder: str) -> None:
    """The include as it was, reloaded."""
    restore(hand, INCLUDE, folder)
    must(hand, _RELOAD)
