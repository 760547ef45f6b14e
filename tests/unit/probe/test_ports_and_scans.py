"""Ports of an address in one job, and scanners that are ended with all that they started."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from jiyue.probe.agent import main
from jiyue.probe.agent import scan as scanners
from jiyue.probe.agent.baseline._nginx import Broken, parse
from jiyue.probe.agent.baseline.nginx import effective, split
from jiyue.probe.agent.baseline.packages import newer
from jiyue.probe.agent.ports import ports
from jiyue.probe.agent.scan import scan
from jiyue.probe.agent.work import Job, Run
from tests.unit.probe.processes import alive

RUN = Run("", lambda line: None, set())


def job(kind: str, **more: Any) -> Job:
    base = {"address": "", "port": 0, "name": "", "netns": "", "qtype": "", "path": "/", "tls": False, "version": ""}
    return Job.read(0, {"kind": kind, "family": 4, "timeout": 1.0, "samples": 1, "need": 1, **base, **more})


def test_open_and_refused_ports_are_told_apart_in_one_job() -> None:
    with socket.socket() as heard, socket.socket() as closed:
        heard.bind(("127.0.0.1", 0))
        heard.listen()
        closed.bind(("127.0.0.1", 0))
        there, absent = heard.getsockname()[1], closed.getsockname()[1]
        found = asyncio.run(ports(job("ports", address="127.0.0.1", path=f"{there},{absent}"), RUN))
    assert found["state"] == "done" and found["states"] == {str(there): "open", str(absent): "refused"}


@pytest.mark.parametrize("path", ["/", "0", "70000", ",".join(map(str, range(1, 300))), "22;id"])
def test_what_names_no_ports_is_an_error(path: str) -> None:
    assert asyncio.run(ports(job("ports", address="127.0.0.1", path=path), RUN))["state"] == "error"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scanner called `made` whose script the test writes."""
    monkeypatch.setattr(scanners, "PLACES", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setitem(scanners.SCANNERS, "made", lambda job, folder: ["made", str(tmp_path)])
    return tmp_path / "made"


def write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_scanner_that_hangs_is_ended_with_what_it_started(made: Path, tmp_path: Path) -> None:
    write(made, 'sleep 300 & echo $! >"$1/child"; echo $$ >"$1/self"; wait')
    found = asyncio.run(scan(job("scan", qtype="made", timeout=0.5), RUN))
    assert found["state"] == "timeout"
    for name in ("child", "self"):
        pid = (tmp_path / name).read_text().strip()
        end = time.monotonic() + 10  # a killed process ends when the kernel gets to it
        while alive(pid) and time.monotonic() < end:
            time.sleep(0.02)
        assert not alive(pid), name


def test_a_scanner_that_does_nothing_is_ended_before_its_time(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanners, "STILL", 0.3)
    monkeypatch.setattr(scanners, "LOOK", 0.05)
    write(made, "exec sleep 300")
    assert asyncio.run(scan(job("scan", qtype="made", timeout=300.0), RUN))["state"] == "hung"


def test_one_that_is_slow_but_works_has_its_whole_time(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = count()
    monkeypatch.setattr(scanners, "STILL", 0.0)
    monkeypatch.setattr(scanners, "LOOK", 0.05)
    monkeypatch.setattr(scanners, "_used", lambda session: next(turn))
    write(made, "exec sleep 300")
    assert asyncio.run(scan(job("scan", qtype="made", timeout=0.5), RUN))["state"] == "timeout"


def test_the_work_of_a_whole_session_is_counted() -> None:
    burn = "import os, time\nwhile time.process_time() < 0.1: pass\nprint(flush=True)\ninput()"
    script = f'{sys.executable} -c "$BURN"; :'
    pipe = subprocess.PIPE
    environment = {**os.environ, "BURN": burn}
    with subprocess.Popen(
        ["sh", "-c", script], stdin=pipe, stdout=pipe, start_new_session=True, env=environment
    ) as one:
        assert one.stdin and one.stdout
        one.stdout.readline()
        used = scanners._used(one.pid)
        one.stdin.close()
    assert used >= 0.1 * os.sysconf("SC_CLK_TCK") - 1
    assert scanners._used(one.pid) == 0


def test_scanners_wait_for_each_other_and_for_everything_else(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "SCANS", 1)
    write(made, 'touch "$1/run.$$"; ls "$1"/run.* | wc -l >>"$1/seen"; sleep 0.1; rm "$1/run.$$"')
    told: list[dict[str, Any]] = []
    scans = [Job(**{**vars(job("scan", qtype="made", timeout=60.0)), "id": number}) for number in range(3)]
    other = Job(**{**vars(job("ports", address="127.0.0.1", path="1")), "id": 3})
    asyncio.run(main.batch([*scans, other], Run("", told.append, set())))
    assert (tmp_path / "seen").read_text().split() == ["1"] * 3
    assert told[0]["job"] == 3 and len(told) == 4


def test_what_a_scanner_says_is_bounded_and_kept_as_text(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanners, "LIMIT", 1000)
    write(made, "head -c 5000 /dev/zero; exit 3")
    found = asyncio.run(scan(job("scan", qtype="made", timeout=10.0), RUN))
    assert (found["state"], found["code"], found["cut"], len(found["text"])) == ("done", 3, True, 1000)


def test_a_missing_scanner_and_an_unknown_one_are_told() -> None:
    assert asyncio.run(scan(job("scan", qtype="nmap"), RUN))["state"] == "error"
    assert asyncio.run(scan(job("scan", qtype="testssl", name="a b;id", address="127.0.0.1"), RUN))["state"] == "error"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.10", "1.9"),
        ("1:0", "9"),
        ("1.0", "1.0~rc1"),
        ("1.0a", "1.0"),
        ("1.0+deb12u2", "1.0+deb12u1"),
        ("2-2", "2-1"),
    ],
)
def test_versions_are_compared_as_dpkg_does(one: str, other: str) -> None:
    assert newer(one, other) and not newer(other, one) and not newer(one, one)


MAIN = """\
events {}
http { # a comment with { and ;
    server_tokens on;
    include sites/*.conf;
}
"""
SITE = """\
server {
    listen 198.18.1.10:443 ssl;
    server_name www.a.gov.cn;
    root "/srv/a b";
    server_tokens off;
    ssl_certificate_key /etc/k.key;
    location ~ \\.php$ { return 404 ${x}; }
    location /files/ { autoindex on; add_header X-A "b;c"; }
}
"""


def test_settings_in_force_follow_includes_and_inner_blocks() -> None:
    dump = (
        f"# configuration file /etc/nginx/nginx.conf:\n{MAIN}\n# configuration file /etc/nginx/sites/a.conf:\n{SITE}\n"
    )
    (found,) = effective(split(dump))
    assert found["names"] == ["www.a.gov.cn"] and found["tls"] and found["keys"] == ["/etc/k.key"]
    assert found["roots"] == ["/srv/a b"]
    assert (found["settings"]["server_tokens"], found["settings"]["autoindex"]) == ("off", "on")


@pytest.mark.parametrize("text", ["server {", "}", "a b", "x 'y", "{}", "a { " * 60])
def test_what_is_no_configuration_is_broken(text: str) -> None:
    with pytest.raises(Broken):
        parse(text)
