"""Hardening for real: an old host as such hosts are found, put right over Ansible, and taken back byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from inventory.errors import GateError
from ipv6.apply.lock import environment_lock
from jiyue.probe.ssh import ssh
from jiyue.sites.hardening.measure import plan
from jiyue.sites.hardening.measures.nginx import OWN
from jiyue.sites.hardening.model import Plan, looked
from jiyue.sites.hardening.play import Hosts
from jiyue.workflow import harden, moving
from jiyue.workflow.apply import lock_of
from jiyue.workflow.services import Services, open_services, utc_now
from jiyue.workspace import Workspace
from lab import runtime
from lab.ca import SiteCa
from lab.scene_internet import CA_FILES, LAN
from lab.scene_old import old_host
from lab.spec import FileSpec, HostSpec, InterfaceSpec, LabSpec, LinkSpec

pytestmark = pytest.mark.lab
ROOT = Path(__file__).parents[2]
SITE = "tyj.changsha.gov.cn"
OLD = "old-changsha"
PRINT = """python3 - <<'END'
import hashlib, os
for top in ("/etc/nginx", "/etc/ssh", "/etc/logrotate.d", "/etc/logrotate.conf", "/etc/login.defs", "/var/www",
            "/run/lab/ssh", "/var/lib/jiyue/hardening"):
    walked = [(top, [], [])] if os.path.isfile(top) else sorted(os.walk(top))
    for folder, names, files in walked:
        for path in sorted([folder, *(os.path.join(folder, name) for name in files)]):
            s = os.lstat(path)
            body = hashlib.sha256(open(path, "rb").read()).hexdigest() if os.path.isfile(path) else ""
            print(path, oct(s.st_mode), s.st_uid, s.st_gid, s.st_mtime_ns if body else "", body)
END"""


@dataclass(frozen=True)
class Ground:
    """The lab, and a checkout whose environment it is."""

    services: Services

    @property
    def hosts(self) -> Hosts:
        space = self.services.space
        return Hosts(space.ssh_config, space.var / "harden", ROOT / "playbooks")

    def on(self, command: str) -> str:
        reply = ssh(self.services.space.ssh_config, OLD, command)
        assert not reply.problem and reply.code == 0, reply
        return reply.out.decode()

    def planned(self) -> Plan:
        answer = self.hosts.ask("look", {OLD: {}})[OLD]
        assert answer["state"] == "looked", answer
        return plan(OLD, looked(OLD, answer, frozenset(), True))

    def harden(self, wanted: Plan) -> dict[str, object]:
        return self.hosts.ask("harden", {OLD: wanted.words()})[OLD]

    def undo(self) -> dict[str, object]:
        return self.hosts.ask("undo", {OLD: {}})[OLD]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    root = tmp_path_factory.mktemp("harden")
    shutil.copytree(ROOT / "inventory" / "hunan", root / "inventory" / "hunan")
    (root / "playbooks").symlink_to(ROOT / "playbooks")
    services = open_services(Workspace(root))
    host = next(one for platform in services.inventory.platforms for one in platform.old_hosts if one.name == OLD)
    ca = SiteCa(root / "ca")
    old = replace(old_host(host, {one.name: ca.server(one.name, [one.name]) for one in host.sites}), routes=())
    vantage = HostSpec(
        name="vantage-v4", mgmt4="192.168.248.81/20",
        interfaces=(InterfaceSpec("eth0", LAN, ("198.19.0.81/24", "3fff:ff0:ffff::81/64")),),
        files=tuple(FileSpec(path, ca.certificate) for path in CA_FILES),
    )  # fmt: skip
    runtime.up(LabSpec("harden", (old, vantage), (LinkSpec(LAN, "lan"),)), services.space.lab)
    found = Ground(services)
    # what a web server's own user may write, and a key for everybody
    found.on(f"chown -R www-data:www-data /var/www/{SITE}/files && chmod 666 /var/www/{SITE}/index.html")
    found.on(f"chmod 644 /etc/nginx/ssl/{SITE}.key && mkdir -p /var/lib/jiyue")
    yield found
    runtime.down(services.space.lab)


def test_the_command_assesses_before_and_after_opens_the_gate_and_the_way_back_is_exact(ground: Ground) -> None:
    services, as_it_was = ground.services, ground.on(PRINT)
    (move,) = moving.plans(services, [SITE])
    assert "it was never assessed" in moving.reasons(services, move)

    looked_at = harden.harden(services, [SITE], check=True)
    assert looked_at.code == 1 and looked_at.outcomes[0].plan.changes and ground.on(PRINT) == as_it_was
    assert not services.store.assessments()  # a look is no assessment

    done = harden.harden(services, [SITE])
    (before,), (after,), (host,) = done.before, done.after, done.outcomes
    assert {"sshd-passwords", "tls-old", "rights-key", "rights-pages", "header-hsts"} <= {x.id for x in before.findings}
    assert done.code == 0 and not before.passed and host.skipped == ()
    assert after.passed, [one.evidence for one in after.findings if one.blocks]
    assert not {one.id for one in after.findings} & host.plan.mends
    assert not any("assess" in why for why in moving.reasons(services, move))

    again = harden.harden(services, [SITE])
    assert (again.code, [one.changed for one in again.outcomes], again.outcomes[0].plan.empty) == (0, [False], True)

    back = harden.undo(services, [SITE])
    assert back.code == 0 and ground.on(PRINT) == as_it_was
    assert {one.id for one in back.after[0].findings} == {one.id for one in before.findings}
    assert any("failed" in why for why in moving.reasons(services, move))  # assessed again: the gate is shut


def test_while_somebody_applies_nothing_is_written(ground: Ground) -> None:
    with environment_lock(lock_of(ground.services), utc_now()), pytest.raises(GateError, match="is running"):
        harden.harden(ground.services, [SITE])


def test_a_text_that_nginx_does_not_take_leaves_the_host_as_it_was(ground: Ground) -> None:
    as_it_was, wanted = ground.on(PRINT), ground.planned()
    changes = [replace(one, after=one.after + "nonsense on;\n") if one.path == OWN else one for one in wanted.changes]
    done = ground.harden(replace(wanted, changes=tuple(changes)))
    assert done["state"] == "refused" and "nonsense" in str(done["reason"])
    assert ground.on(PRINT) == as_it_was
    assert ground.undo()["changed"] is False
