"""The log of questions with a real Knot: through reloads, rotations and the end of the program that writes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ipv6.agent.host import Refused
from ipv6.drivers import registry
from ipv6.drivers.knot.device import DEVICE
from ipv6.querylog import install
from tests.drivers import stages
from tests.drivers.payloads import payload
from tests.drivers.sandbox import Sandbox

WANTED = {"driver": "knot", "object": stages.CONF}


@pytest.fixture(scope="module")
def host() -> Iterator[Sandbox]:
    with stages.combined() as found:
        yield found


def asked(host: Sandbox, name: str, more: str = "") -> None:
    host.must(f"kdig +time=2 +retry=0 {more} @198.18.1.21 {name} A")


def end(host: Sandbox) -> None:
    host.must("pid=$(cat /run/queries.pid); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.05; done")


def until(host: Sandbox, condition: Callable[[str], bool]) -> str:
    deadline = time.monotonic() + 20
    while not condition(text := host.must(f"cat {install.LOG}")):
        assert time.monotonic() < deadline, text
        time.sleep(0.1)
    return text


def again(host: Sandbox, name: str) -> str:
    """Ask until it is written: a server reports anew some seconds after the program was away."""
    return until(host, lambda text: asked(host, name) is None and name in text)


def test_every_question_is_a_line_and_answers_are_as_before(host: Sandbox) -> None:
    asked(host, "www.hunan.gov.cn")
    asked(host, "none.hunan.gov.cn", "+tcp")
    text = until(host, lambda text: "none.hunan.gov.cn." in text)
    rows = [line.split()[3:] for line in text.splitlines()]
    assert ["udp", "www.hunan.gov.cn.", "A"] in rows and ["tcp", "none.hunan.gov.cn.", "A"] in rows
    assert host.must(f"stat -c '%a %U:%G' {install.LOG}").split()[0] == "640"


def test_it_goes_on_through_a_reload_and_a_rotation(host: Sandbox) -> None:
    host.must("knotc reload")
    again(host, "reload.hunan.gov.cn.")
    host.write("/etc/rotate.conf", install.rotation(install.LOG, 180, "knot"))
    host.must("chmod 644 /etc/rotate.conf && chmod 755 /var/log/knot")
    host.must("logrotate -f -s /run/rotate.state /etc/rotate.conf")
    text = again(host, "rotated.hunan.gov.cn.")
    assert "none.hunan" not in text
    assert "none.hunan" in host.must(f"cat {install.LOG}-*")


def test_a_program_that_is_gone_is_seen_and_taken_up_again(host: Sandbox) -> None:
    def reading() -> str:
        answer = host.agent({"op": "observe", "device": "x", "sections": [WANTED]})
        return str(answer["sections"][0]["text"])

    assert "nobody takes" not in reading()
    end(host)
    assert f"nobody takes the questions at {install.SOCKET}" in reading()
    asked(host, "www.hunan.gov.cn")  # it answers all the same
    stages.query_log(host)
    assert "nobody takes" not in reading()
    again(host, "restarted.hunan.gov.cn.")


def test_a_change_that_wants_a_log_is_refused_where_nobody_writes_it(host: Sandbox, tmp_path: Path) -> None:
    end(host)
    key = ("knot", stages.CONF)
    answer = host.agent(payload("log", [registry.section(*key, stages.BASE[key], stages.INTENDED[key])], timer=60))
    assert answer["state"] == "refused" and f"nobody takes the questions at {install.SOCKET}" in answer["reason"]
    with pytest.raises(Refused, match="jiyue dns querylog"):
        DEVICE.check(stages.CONF, f'    sink: "unix:{tmp_path}/none"\n', "")
