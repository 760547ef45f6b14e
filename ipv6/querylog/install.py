"""What a name server needs for its log of questions, as texts: the program, its service, the rotation; pure."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

FOLDER = "/run/jiyue-queries"
SOCKET = f"{FOLDER}/queries.sock"
PROGRAM = "/usr/local/lib/jiyue/querylog.py"
LOG = "/var/log/knot/queries.log"
RESERVE = 10
"""Percent of the disk that stay free of it: zones and their journals come first."""
UNIT, ROTATION = "jiyue-queries.service", "jiyue-queries.logrotate"


def program() -> str:
    """The program's text."""
    return files("ipv6.querylog").joinpath("program.py").read_text(encoding="utf-8")


def argv(megabytes: int) -> tuple[str, ...]:
    """How it is started, as the user `knot`."""
    return ("/usr/bin/python3", "-I", PROGRAM, SOCKET, LOG, str(megabytes * 1_000_000), str(RESERVE))


def texts(days: int, megabytes: int) -> Mapping[str, str]:
    """Files by name, for those who set up a server that runs systemd and logrotate."""
    unit = f"""\
[Unit]
Description=Log of questions to the name server
Before=knot.service

[Service]
User=knot
Group=knot
RuntimeDirectory=jiyue-queries
LogsDirectory=knot
LogsDirectoryMode=0750
UMask=0027
ExecStart={" ".join(argv(megabytes))}
Restart=always
NoNewPrivileges=yes
ProtectSystem=strict
PrivateNetwork=yes

[Install]
WantedBy=multi-user.target
"""
    return {"querylog.py": program(), UNIT: unit, ROTATION: rotation(LOG, days, "knot")}


def rotation(log: str, days: int, owner: str, after: str = "") -> str:
    """logrotate's part: a file a day, `days` of them, compressed; none is deleted before its time, empty or not.

    What holds addresses of people is read by the owner and the group `adm` alone. `after` is run when it was renamed.
    """
    script = f"    postrotate\n        {after}\n    endscript\n" if after else ""
    return f"""\
{log} {{
    daily
    rotate {days}
    dateext
    compress
    delaycompress
    missingok
    ifempty
    create 0640 {owner} adm
{script}}}
"""
