"""The lab for real: four hosts come up, work, and go without a trace, whichever way they go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from lab.access import enter_argv, exec_argv
from lab.ready import ReadyCheck, wait
from lab.runtime import down, status, up
from lab.spec import FileSpec, HostSpec, LabSpec, ServiceSpec
from lab.state import control_dir

from . import machine, small

pytestmark = pytest.mark.lab

REACHED = ReadyCheck("client", ("ping", "-c1", "-W1", "10.1.0.2"), " 0% packet loss", "the client reaches the server")


def run(argv: list[str], expect: int = 0) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert expect == done.returncode, done.stdout + done.stderr
    return done.stdout


def gone(directory: Path) -> list[str]:
    """Processes of the lab that are left after a moment (the kernel ends a tree in the background)."""
    deadline = time.monotonic() + 10
    while machine.lab_processes(directory) and time.monotonic() < deadline:
        time.sleep(0.05)
    return machine.lab_processes(directory)


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    return machine.picture()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, before: dict[str, str]) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("lab") / "state"
    state = up(small.spec(), path)
    assert state.fresh
    yield path
    down(path)


def test_every_service_is_up(directory: Path) -> None:
    state = status(directory)
    assert state.phase == "running"
    assert {"r1", "r2", "web", "client"} == {host.name for host in state.hosts}
    assert [(h.name, s) for h in state.hosts for s, phase in h.services.items() if phase != "up"] == []


def test_client_reaches_the_server_through_both_routers(directory: Path) -> None:
    wait(directory, [REACHED])
    assert run(enter_argv(directory, "client", ["curl", "-s", "-m5", "http://10.1.0.2/"])) == "here"


def test_ssh_runs_a_command_with_its_quoting(directory: Path) -> None:
    assert run(exec_argv(directory, "web", ["sh", "-c", 'echo "a  b"; hostname; id -u'])) == "a  b\nweb\n0\n"


def test_ssh_hands_back_the_exit_status(directory: Path) -> None:
    run(exec_argv(directory, "web", ["sh", "-c", "exit 7"]), expect=7)


def test_named_namespace_is_reached_and_separate(directory: Path) -> None:
    run(enter_argv(directory, "web", ["ping", "-c1", "-W1", "10.9.0.1"], netns="dmz"))
    assert "mgmt0" not in run(enter_argv(directory, "web", ["ip", "-o", "link"], netns="dmz"))


def test_ipv6_is_absent_where_the_spec_says_so_and_link_local_elsewhere(directory: Path) -> None:
    assert run(enter_argv(directory, "client", ["ip", "-6", "-o", "addr"])) == ""
    assert "fe80::" in run(enter_argv(directory, "r1", ["ip", "-6", "-o", "addr", "show", "dev", "core"]))
    assert run(enter_argv(directory, "r1", ["ip", "-6", "-o", "addr", "show", "dev", "mgmt0"])) == ""


def test_hosts_cannot_reach_each_other_over_management(directory: Path) -> None:
    run(enter_argv(directory, "client", ["ping", "-c1", "-W1", "192.168.240.1"]))
    run(enter_argv(directory, "client", ["ping", "-c1", "-W1", "192.168.240.21"]), expect=1)


def test_there_is_no_way_out(directory: Path) -> None:
    routes = run(["nsenter", f"--net=/proc/{status(directory).pid}/ns/net", "ip", "route"])
    assert routes.splitlines() == ["192.168.240.0/20 dev mgmt proto kernel scope link src 192.168.240.1 "]


def test_the_machine_is_untouched_while_it_runs(directory: Path, before: dict[str, str]) -> None:
    assert before == machine.picture()


def test_a_host_writes_into_its_own_layer_only(directory: Path) -> None:
    run(enter_argv(directory, "web", ["sh", "-c", "echo x > /etc/jiyue-test; echo x > /var/log/jiyue-test"]))
    assert not Path("/etc/jiyue-test").exists()
    run(enter_argv(directory, "client", ["test", "-e", "/etc/jiyue-test"]), expect=1)
    assert run(enter_argv(directory, "web", ["sh", "-c", "cut -d: -f2 /etc/shadow | sort -u"])) == "*\n"


def test_up_again_leaves_it_alone(directory: Path) -> None:
    pid = status(directory).pid
    assert not up(small.spec(), directory).fresh
    assert pid == status(directory).pid


def test_another_spec_is_refused_with_the_way_out(directory: Path) -> None:
    with pytest.raises(EnvironmentFailed, match=r"small.* is up; run: jiyue lab down"):
        up(small.spec("other"), directory)


def test_an_unknown_host_is_named_with_those_that_exist(directory: Path) -> None:
    with pytest.raises(InputError, match="no such host; one of: client, r1, r2, web"):
        exec_argv(directory, "wbe", ["true"])


def test_a_service_that_ends_is_seen(directory: Path) -> None:
    run(enter_argv(directory, "web", ["sh", "-c", "kill $(cat /run/lab/pid/nginx)"]))
    deadline = time.monotonic() + 10
    while status(directory).host("web").services["nginx"] == "up" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert status(directory).host("web").services["nginx"] == "exited 0"


def test_a_killed_host_is_down_and_the_others_live(directory: Path) -> None:
    pid = status(directory).host("client").pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while status(directory).host("client").phase != "down" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert status(directory).host("client").phase == "down"
    with pytest.raises(EnvironmentFailed, match="client: this host is down"):
        exec_argv(directory, "client", ["true"])
    assert run(exec_argv(directory, "web", ["hostname"])) == "web\n"


def test_down_leaves_nothing(directory: Path, before: dict[str, str]) -> None:
    run(exec_argv(directory, "r1", ["true"]))  # a shared connection is open
    hosts = {str(host.pid) for host in status(directory).hosts if host.pid}
    assert len(hosts) == 3 and hosts <= machine.in_other_namespaces()
    assert down(directory)
    assert gone(directory) == []
    assert not hosts & machine.in_other_namespaces()
    assert before == machine.picture()
    assert {"lock", "supervisor.log"} == {path.name for path in directory.iterdir()}
    assert not control_dir(directory).exists()
    assert status(directory).phase == "down"
    assert not down(directory)


def test_killing_the_supervisor_leaves_nothing(tmp_path: Path, before: dict[str, str]) -> None:
    state = up(small.spec(), tmp_path)
    run(exec_argv(tmp_path, "r1", ["true"]))
    hosts = {str(host.pid) for host in state.hosts}
    os.kill(state.pid, signal.SIGKILL)
    assert gone(tmp_path) == []
    assert not hosts & machine.in_other_namespaces()
    assert before == machine.picture()
    assert status(tmp_path).phase == "down"
    assert up(small.spec(), tmp_path).fresh  # what the killed one left does not stand in the way
    down(tmp_path)
    assert not control_dir(tmp_path).exists()


def test_a_service_that_fails_is_named_and_nothing_stays(tmp_path: Path, before: dict[str, str]) -> None:
    broken = ServiceSpec("broken", ("/bin/sh", "-c", "echo the reason; exit 3"), mode="once")
    spec = LabSpec("broken", (HostSpec("h", "192.168.240.9/20", services=(broken,)),))
    with pytest.raises(EnvironmentFailed, match="lab: h: service broken failed 3: the reason"):
        up(spec, tmp_path)
    assert gone(tmp_path) == []
    assert before == machine.picture()


def test_a_service_that_never_gets_ready_is_named(tmp_path: Path) -> None:
    idle = ServiceSpec("idle", ("sleep", "60"), ready="tcp:80", timeout=0.3)
    with pytest.raises(EnvironmentFailed, match="service idle failed not ready"):
        up(LabSpec("idle", (HostSpec("h", "192.168.240.9/20", services=(idle,)),)), tmp_path)


def test_a_file_keeps_owner_mode_and_the_folder_below(tmp_path: Path) -> None:
    files = (
        FileSpec("/etc/nginx/conf.d/x.conf", "x", 0o600, "www-data:adm"),
        FileSpec("/root/secret", "s"),
        FileSpec("/var/run/x/", mode=0o770, owner="frr:frr"),
    )
    show = 'stat -c "%U:%G %a" /etc/nginx/conf.d/x.conf /run/x /etc/nginx; ls /etc/nginx/mime.types /root'
    up(LabSpec("files", (HostSpec("h", "192.168.240.9/20", files=files),)), tmp_path)
    try:
        seen = run(enter_argv(tmp_path, "h", ["sh", "-c", show])).splitlines()
    finally:
        down(tmp_path)
    assert seen[:3] == ["www-data:adm 600", "frr:frr 770", "root:root 755"]
    assert "/etc/nginx/mime.types" in seen and seen[-1] == "secret"


def test_a_missing_program_is_named_before_anything_starts(tmp_path: Path) -> None:
    host = replace(
        small.spec().host("web"), services=(ServiceSpec("x", ("no-such-program",)),), interfaces=(), routes=()
    )
    with pytest.raises(EnvironmentFailed, match="no-such-program: not installed, needed by service x of host web"):
        up(LabSpec("x", (host,)), tmp_path)
    assert {"lock"} == {path.name for path in tmp_path.iterdir()}


def test_a_missing_account_is_named_before_anything_starts(tmp_path: Path) -> None:
    host = HostSpec("h", "192.168.240.9/20", files=(FileSpec("/x", owner="nobody-here:adm"),))
    with pytest.raises(EnvironmentFailed, match="user nobody-here: does not exist, needed by /x of host h"):
        up(LabSpec("x", (host,)), tmp_path)
    assert {"lock"} == {path.name for path in tmp_path.iterdir()}


def test_an_interrupted_up_leaves_nothing(tmp_path: Path, before: dict[str, str]) -> None:
    def interrupt(text: str, done: int, total: int) -> None:
        if total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        up(small.spec(), tmp_path, interrupt)
    assert gone(tmp_path) == []
    assert status(tmp_path).phase == "down"
    assert before == machine.picture()


def test_a_killed_up_is_cleaned_by_the_next_command(tmp_path: Path, before: dict[str, str]) -> None:
    slow = ServiceSpec("slow", ("sleep", "300"), mode="once")
    (tmp_path / "slow.json").write_text(
        LabSpec("slow", (HostSpec("h", "192.168.240.9/20", services=(slow,)),)).to_json()
    )
    program = (
        "import sys, pathlib; from lab.runtime import up; from lab.spec import LabSpec; p = pathlib.Path(sys.argv[1]);"
        "up(LabSpec.from_json((p / 'slow.json').read_bytes()), p / 'state')"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 20
    while not status(tmp_path / "state").hosts and time.monotonic() < deadline:
        time.sleep(0.05)
    child.kill()
    child.wait()
    assert status(tmp_path / "state").phase == "starting"
    assert down(tmp_path / "state")
    assert gone(tmp_path / "state") == []
    assert before == machine.picture()
