"""The lab's own name servers, as the province has them: record sets go in over SSH to the loopback and nowhere else."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.source import load
from ipv6.change.model import RecordChange
from jiyue.dns.channel import Channels
from jiyue.dns.key import load_key
from jiyue.dns.publisher import OctoPublisher
from jiyue.probe.ssh import ssh
from lab import runtime
from lab.scene import scene

ROOT = Path(__file__).parents[2]
SERVERS = ("ns1", "ns2", "ns-govcn")
INVENTORY = load(ROOT / "inventory" / "hunan", "lab")
ZONE = "changsha.gov.cn."
pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("names")
    whole = scene(INVENTORY, folder)
    hosts = tuple(host for host in whole.hosts if host.name in SERVERS)
    used = {interface.link for host in hosts for interface in host.interfaces}
    spec = replace(whole, hosts=hosts, links=tuple(link for link in whole.links if link.name in used))
    runtime.up(spec, folder)
    try:
        yield folder
    finally:
        runtime.down(folder)


@pytest.fixture(scope="module")
def publisher(state: Path) -> Iterator[OctoPublisher]:
    with Channels(state / "ssh_config") as reach:
        key = load_key(state / "dns" / "update.secret", {})
        yield OctoPublisher(reach, key, INVENTORY.limits, {"ns1": ("ns2",)})


def test_a_platforms_names_reach_both_servers(publisher: OctoPublisher) -> None:
    new = RecordChange("ns1", ZONE, f"www.{ZONE}", "AAAA", 300, (), ("3fff:10:100::10",), ttl_low=60)
    for step in ("lower", "publish", "raise"):
        found = publisher.publish("ns1", (new,), step, 60)
        assert [(one.zone, one.state, one.reason) for one in found] == [(ZONE, "published", "")], step
        plan, serial = publisher.plan("ns1", ZONE, (new,), step)
        assert plan is None and serial == found[0].serial


@pytest.mark.parametrize(
    ("name", "state_", "said"),
    [("ns1.hunan.gov.cn.", "published", ""), ("www.gov.cn.", "refused", "does not accept the key for it")],
    ids=["own-glue", "anything-else"],
)
def test_the_registrar_takes_the_provinces_glue_only(
    publisher: OctoPublisher, name: str, state_: str, said: str
) -> None:
    glue = RecordChange("ns-govcn", "gov.cn.", name, "AAAA", 300, (), ("3fff:10::21",))
    found = publisher.publish("ns-govcn", (glue,), "publish", 60)
    assert [one.state for one in found] == [state_] and said in found[0].reason


def test_ssh_forwards_to_the_name_server_and_nowhere_else(state: Path) -> None:
    for target, said in (
        ("127.0.0.1:53", ""),
        ("127.0.0.1:22", "forwarding failed"),
        ("198.18.0.22:53", "forwarding failed"),
    ):
        argv = ["ssh", "-F", str(state / "ssh_config"), "-o", "ControlPath=none", "-W", target, "ns1"]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
        assert (said in done.stderr.decode()) and bool(done.returncode) == bool(said), (target, done.stderr)


def test_the_channel_ends_with_its_user_and_opens_again_when_it_breaks(state: Path) -> None:
    with Channels(state / "ssh_config") as reach:
        first = reach.endpoint("ns1")
        assert reach.endpoint("ns1") == first
        process = reach._open["ns1"][0]
        process.kill()
        process.wait()
        assert reach.endpoint("ns1")[0] == "127.0.0.1"
        last = reach._open["ns1"][0]
    deadline = time.monotonic() + 5
    while last.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_secret_is_in_no_process_list_and_in_no_configuration_that_others_read(
    state: Path, publisher: OctoPublisher
) -> None:
    publisher.reach.endpoint("ns2")
    found = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    secret = publisher.key.secret.encode()
    assert found and not [line for line in found if secret in line]
    assert (state / "dns" / "update.secret").stat().st_mode & 0o777 == 0o600
    assert ssh(state / "ssh_config", "ns1", "stat -c '%a %U:%G' /etc/knot/update.key").out == b"640 root:knot\n"
