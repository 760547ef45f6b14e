"""The transport for real: Ansible over SSH into throw-away hosts, and every way a host can fail to answer."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from ipv6.apply.transport import AnsibleTransport, result_of
from ipv6.drivers import registry
from ipv6.ports import Target
from tests.drivers import samples
from tests.drivers.payloads import ask, digest_of, payload
from tests.drivers.sandbox import Sandbox

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
TABLE = "inet jiyue"
BASE, INTENDED = (registry.driver("nftables").render(samples.firewall(dual))[TABLE] for dual in (False, True))
SSHD = "-oHostKey=/etc/ssh/test_key -oAuthorizedKeysFile=/etc/ssh/test_keys -oUsePAM=no -oStrictModes=no"


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnsibleTransport]:
    """Two hosts that answer, one whose sshd does not, reached through `sshd -i` inside each."""
    work = tmp_path_factory.mktemp("transport")
    with Sandbox("fw-one") as first, Sandbox("fw-two") as second:
        first.must("nft -f -", BASE)
        second.must("nft -f -", BASE)
        second.must("nft add table inet other")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(work / "key")], check=True)
        lines = []
        for host in (first, second):
            host.write("/etc/ssh/test_keys", (work / "key.pub").read_text())
            host.must("mkdir -p /run/sshd && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/test_key")
            lines += [f"Host {host.name}", f"ProxyCommand {host.enter('/usr/sbin/sshd -i -f /dev/null ' + SSHD)}"]
        lines += ["Host fw-gone", "ProxyCommand false", "Host fw-mute", "ProxyCommand sleep 300"]
        lines += ["Host *", "User root", f"IdentityFile {work}/key", "IdentitiesOnly yes", "BatchMode yes"]
        lines += ["StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "LogLevel ERROR"]
        (work / "ssh_config").write_text("\n".join(lines) + "\n")
        yield AnsibleTransport(work / "ssh_config", work / "runs", PLAYBOOKS)


def observe(device: str, driver: str = "nftables") -> Target:
    sections = [{"driver": driver, "object": TABLE}]
    return Target(device, {"op": "observe", "device": device, "sections": sections, "records": []})


def test_no_run_forks_this_process(reached: AnsibleTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of a gRPC server may run here (the stacks' engine); a forked child of such a process can abort."""

    def refuse() -> int:
        raise AssertionError("this process was forked")

    monkeypatch.setattr(os, "fork", refuse)
    monkeypatch.setattr(os, "forkpty", refuse)
    monkeypatch.setattr(pty, "fork", refuse)
    assert [one.state for one in reached.run([observe("fw-one")], "no fork")] == ["observed"]


def test_a_run_that_takes_too_long_is_ended_with_all_its_processes(reached: AnsibleTransport) -> None:
    hurried = replace(reached, limit=3, connect=60)
    (result,) = hurried.run([observe("fw-mute")], "slow")
    assert result.state == "failed" and "timeout, exit status 124" in result.reason
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(reached.work_dir) not in left


def test_every_host_answers_or_is_named(reached: AnsibleTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_STRATEGY", "no-such-strategy")
    monkeypatch.setenv("ANSIBLE_CONFIG", "/nowhere/ansible.cfg")
    monkeypatch.delenv("HOME", raising=False)
    results = reached.run([observe("fw-two"), observe("fw-gone"), observe("fw-one", "vrp9")], "look at it")
    assert [(one.device, one.state) for one in results] == [
        ("fw-two", "observed"),
        ("fw-gone", "unreachable"),
        ("fw-one", "refused"),
    ]
    assert results[0].data is not None
    assert results[0].data["sections"][0]["text"] == BASE  # type: ignore[index]
    assert "vrp9" in results[2].reason
    assert list(reached.work_dir.iterdir()) == []


def test_commit_and_rollback_travel(reached: AnsibleTransport) -> None:
    section = registry.section("nftables", TABLE, BASE, INTENDED)
    commit = {**payload("t", [section]), "device": "fw-one"}
    assert [one.state for one in reached.run([Target("fw-one", commit)], "push")] == ["committed"]
    back = {**ask("rollback", digest_of("t")), "device": "fw-one"}
    assert [one.state for one in reached.run([Target("fw-one", back)], "back")] == ["rolled-back"]


def test_a_broken_playbook_is_every_hosts_error(reached: AnsibleTransport, tmp_path: Path) -> None:
    (tmp_path / "observe.yml").write_text("- hosts: nobody-at-all\n  gather_facts: false\n  tasks: []\n")
    elsewhere = AnsibleTransport(reached.ssh_config, tmp_path / "runs", tmp_path)
    (result,) = elsewhere.run([observe("fw-one")], "x")
    assert (result.device, result.state) == ("fw-one", "failed")
    assert "it gave no result" in result.reason


def test_nothing_to_do_is_nothing(tmp_path: Path) -> None:
    assert AnsibleTransport(tmp_path / "none", tmp_path, PLAYBOOKS).run([], "x") == ()


@pytest.mark.parametrize(
    "targets",
    [
        [observe("fw-one"), Target("fw-two", ask("confirm", digest_of("t")))],
        [observe("fw-one"), observe("fw-one")],
        [observe("-oProxyCommand=touch")],
        [Target("fw-one", {"op": "erase"})],
    ],
)
def test_targets_that_are_no_single_operation(tmp_path: Path, targets: list[Target]) -> None:
    with pytest.raises(InputError):
        AnsibleTransport(tmp_path / "none", tmp_path, PLAYBOOKS).run(targets, "x")


def test_without_an_ssh_configuration(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="SSH configuration"):
        AnsibleTransport(tmp_path / "none", tmp_path, PLAYBOOKS).run([observe("fw-one")], "x")


def said(stdout: str) -> dict[str, object]:
    return {"event": "runner_on_ok", "event_data": {"host": "a", "res": {"stdout": stdout}}}


@pytest.mark.parametrize(
    ("event", "state", "reason"),
    [
        ({"event": "runner_on_unreachable", "event_data": {"host": "a", "res": {"msg": ""}}}, "unreachable", "reached"),
        (said("hello"), "failed", "hello"),
        ({"event": "runner_on_failed", "event_data": {"host": "a", "res": {"stderr": "x\nboom"}}}, "failed", "boom"),
        (said("[]"), "failed", "[]"),
        (
            {
                "event": "runner_on_ok",
                "event_data": {"host": "a", "res": {"stdout": '{"device":"b","state":"observed"}'}},
            },
            "failed",
            "'b'",
        ),
        (
            {"event": "runner_on_ok", "event_data": {"host": "a", "res": {"stdout": '{"device":"a","state":"fine"}'}}},
            "failed",
            "'fine'",
        ),
    ],
)
def test_what_no_agent_would_say_is_a_failure(event: dict[str, object], state: str, reason: str) -> None:
    result = result_of(event)
    assert result is not None
    assert (result.device, result.state) == ("a", state)
    assert reason in result.reason
