"""Hardening for real: an old host as such hosts are found, put right over Ansible, and taken back byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from inventory.legacy import OldHost, OldSite
from jiyue.probe.runner import Runner
from jiyue.probe.ssh import ssh
from jiyue.sites.assess import assess
from jiyue.sites.hardening.measure import plan
from jiyue.sites.hardening.model import Plan, looked
from jiyue.sites.hardening.play import Hosts
from jiyue.sites.model import Assessment, Target
from lab import runtime
from lab.ca import SiteCa
from lab.scene_internet import CA_FILES, LAN
from lab.scene_old import old_host
from lab.spec import FileSpec, HostSpec, InterfaceSpec, LabSpec, LinkSpec

pytestmark = pytest.mark.lab
ROOT = Path(__file__).parents[2]
SITE = "tyj.changsha.gov.cn"
TARGET = Target(
    SITE, "changsha", "198.19.0.50", host="old", filter="old", vantages=("client", "client"), known=frozenset({SITE})
)
PRINT = """python3 - <<'END'
import hashlib, os
for top in ("/etc/nginx", "/etc/ssh", "/etc/logrotate.d", "/etc/logrotate.conf", "/etc/login.defs", "/var/www",
            "/run/lab/ssh", "/var/lib/jiyue/hardening"):
    walked = [(top, [], [])] if os.path.isfile(top) else os.walk(top)
    for folder, names, files in walked:
        for path in [folder, *(os.path.join(folder, name) for name in files)]:
            s = os.lstat(path)
            body = hashlib.sha256(open(path, "rb").read()).hexdigest() if os.path.isfile(path) else ""
            print(path, oct(s.st_mode), s.st_uid, s.st_gid, s.st_mtime_ns if body else "", body)
END"""


@dataclass(frozen=True)
class Ground:
    config: Path
    hosts: Hosts

    def on(self, command: str) -> str:
        reply = ssh(self.config, "old", command)
        assert not reply.problem and reply.code == 0, reply
        return reply.out.decode()

    def assessed(self) -> Assessment:
        (found,) = assess([TARGET], Runner(self.config))
        return found

    def planned(self, leave: frozenset[str] = frozenset()) -> Plan:
        answer = self.hosts.ask("look", {"old": {}})["old"]
        assert answer["state"] == "looked", answer
        return plan("old", looked("old", answer, leave, True))

    def harden(self, wanted: Plan) -> dict[str, object]:
        return self.hosts.ask("harden", {"old": wanted.words()})["old"]

    def undo(self) -> dict[str, object]:
        return self.hosts.ask("undo", {"old": {}})["old"]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("harden")
    ca = SiteCa(folder / "ca")
    host = OldHost(
        name="old", mgmt4=IPv4Address("192.168.248.50"), address4=IPv4Address("198.19.0.50"),
        sites=(OldSite(name=SITE, title="老网站", owner="长沙市体育局"),),
    )  # fmt: skip
    old = replace(old_host(host, {SITE: ca.server(SITE, [SITE])}), routes=())
    client = HostSpec(
        name="client", mgmt4="192.168.248.81/20",
        interfaces=(InterfaceSpec("eth0", LAN, ("198.19.0.81/24", "3fff:ff0:ffff::81/64")),),
        files=tuple(FileSpec(path, ca.certificate) for path in CA_FILES),
    )  # fmt: skip
    runtime.up(LabSpec("harden", (old, client), (LinkSpec(LAN, "lan"),)), folder / "state")
    config = folder / "state" / "ssh_config"
    found = Ground(config, Hosts(config, folder / "work", ROOT / "playbooks"))
    # what a web server's own user may write, and a key for everybody
    found.on(f"chown -R www-data:www-data /var/www/{SITE}/files && chmod 666 /var/www/{SITE}/index.html")
    found.on(f"chmod 644 /etc/nginx/ssl/{SITE}.key && mkdir -p /var/lib/jiyue")
    yield found
    runtime.down(folder / "state")


def test_what_was_found_is_gone_again_nothing_changes_and_the_way_back_is_exact(ground: Ground) -> None:
    as_it_was, before = ground.on(PRINT), ground.assessed()
    wanted = ground.planned()
    assert ground.on(PRINT) == as_it_was  # a look changes nothing
    assert not before.passed
    assert {"sshd-passwords", "tls-old", "rights-key", "rights-pages", "header-hsts"} <= {x.id for x in before.findings}

    done = ground.harden(wanted)
    assert done == {"state": "hardened", "changed": True, "skipped": [], "host": "old"}
    after = ground.assessed()
    assert not {one.id for one in after.findings} & wanted.mends
    assert after.passed, [one.evidence for one in after.findings if one.blocks]

    again = ground.planned()
    assert again.empty, (again.changes, again.rights)
    hardened = ground.on(PRINT)
    assert ground.harden(wanted)["state"] == "hardened" and ground.on(PRINT) == hardened  # the same order twice

    assert ground.undo() == {"state": "undone", "changed": True, "skipped": [], "host": "old"}
    assert ground.on(PRINT) == as_it_was
    assert {one.id for one in ground.assessed().findings} == {one.id for one in before.findings}
    assert ground.undo()["changed"] is False
