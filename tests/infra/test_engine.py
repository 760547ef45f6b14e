"""One stack on the real engine and a real API server: refused, killed, brought up, drifted, taken down."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra import fleetwork as work
from infra.cluster import ApiServer
from infra.fleet import Fleet, destroy, drift, outputs, preview, shell_env, up
from infra.live import path_of
from infra.stackfiles import wanted
from infra.values import approved_path
from infra.workcopy import saved, state_folder
from inventory.errors import GateError
from jiyue.engines import EnginePaths, pulumi_env, pulumi_home, require
from lab import runtime
from lab.spec import ControlPlaneSpec, LabSpec, NodeSpec
from tests.infra import kills
from tests.infra.world import DIGEST, ROOT, inventory, objects, raw_values
from tests.lab.test_control_plane import free_ports

pytestmark = pytest.mark.lab
NAME, PROVINCE = "changsha", "hunan"
APPROVED = {name: (DIGEST, raw_values(name)) for name in (NAME, PROVINCE)}
STEPS = objects(NAME).steps

CHILD = """
import sys
from pathlib import Path
from tests.infra.test_engine import APPROVED, NAME, make_fleet
from infra.fleet import up
up(make_fleet(Path(sys.argv[1])), [NAME], APPROVED, lambda platform, done, total, text: print(done, flush=True))
"""


def make_fleet(project: Path) -> Fleet:
    """The fleet of a project folder with a control plane below it."""
    engines = require()
    env = pulumi_env(engines, pulumi_home(project / "var" / "lab", engines))
    return Fleet(project, inventory(), project / "plane" / "kubeconfig", env, engines.pulumi.parent.parent)


@dataclass(frozen=True)
class Scene:
    """A checkout's essentials and the fleet that works in it."""

    project: Path
    fleet: Fleet

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> int:
        """One request to the API server as its administrator, under a stranger's name."""
        server = ApiServer(self.fleet.kubeconfig, inventory().environment.context)
        connection = http.client.HTTPSConnection(server.host, server.port, context=server.tls)
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        text = None if body is None else json.dumps(body)
        connection.request(method, f"{path}?fieldManager=stranger", text, {"Content-Type": kind})
        status = connection.getresponse().status
        connection.close()
        return status

    def approve(self) -> None:
        """As `review approve` does, for the city and its province."""
        for name in APPROVED:
            path = approved_path(self.project, "lab", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"digest": DIGEST, "values": raw_values(name)}), encoding="utf-8")

    def plain(self, *words: str) -> tuple[int, str]:
        """Plain `pulumi` in the checkout, with the environment that we print; exit code and what it said."""
        env = {**os.environ, **shell_env(self.fleet, NAME)}
        command = ["pulumi", *words, "--non-interactive", "--color", "never"]
        done = subprocess.run(command, cwd=self.project, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """An own control plane, so that a lab of the user is left alone."""
    project = tmp_path_factory.mktemp("stacks")
    engines: EnginePaths = require()
    shutil.copy(ROOT / "Pulumi.yaml", project)
    for name in ("stacks", "infra", "inventory"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    nodes = tuple(NodeSpec(f"node-{n}", (f"10.97.{64 * n}.0/18", f"fd00:97:{n}::/64")) for n in range(2))
    plane = ControlPlaneSpec(("10.96.0.0/16", "fd00:96::/112"), nodes, **free_ports())
    assert runtime.up(LabSpec("stacks", control_plane=plane), project / "plane", binaries=engines).fresh
    try:
        yield Scene(project, make_fleet(project))
    finally:
        runtime.down(project / "plane")


def test_nothing_starts_without_an_approval(scene: Scene) -> None:
    """Exit code 3, and no stack was made."""
    with pytest.raises(GateError, match="no approved plan"):
        up(scene.fleet, [NAME], APPROVED)
    assert saved(state_folder(scene.project, "lab"), NAME) is None


def test_a_city_waits_for_what_its_province_publishes(scene: Scene) -> None:
    """Refused before an engine is started; a preview goes on with the plan alone, and says so."""
    scene.approve()
    with pytest.raises(GateError, match=r"hunan does not publish .* nothing yet; run first: jiyue stack up hunan"):
        up(scene.fleet, [NAME], APPROVED)
    assert saved(state_folder(scene.project, "lab"), NAME) is None
    asked = preview(scene.fleet, [NAME])[NAME]
    assert (asked.state, asked.created) == ("previewed", STEPS), asked.reason
    assert asked.lines[-1] == "not compared with the province's stack hunan: bring it up first"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(work, "render", lambda *given: kills.smaller(kills.RENDER(*given)))
        assert up(scene.fleet, [PROVINCE], APPROVED)[PROVINCE].state == "updated"
    told = outputs(scene.fleet, [PROVINCE])[PROVINCE]["exchange"]
    assert json.loads(json.dumps(objects(PROVINCE).outputs["exchange"])) == told
    assert preview(scene.fleet, [NAME])[NAME].lines[-1] != asked.lines[-1]


def test_a_killed_first_up_is_simply_repeated(scene: Scene) -> None:
    """Objects without a state, a lock without a holder: the next run adopts the ones and removes the other."""
    command = [sys.executable, "-c", CHILD, str(scene.project)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) > STEPS // 3:
                break
        os.killpg(child.pid, signal.SIGKILL)
    assert list((state_folder(scene.project, "lab") / ".pulumi" / "locks").glob("**/*.json"))

    result = up(scene.fleet, [NAME], APPROVED)[NAME]
    assert (result.state, result.created, result.reason) == ("updated", STEPS, "")
    assert drift(scene.fleet, [NAME])[NAME].state == "unchanged"
    assert outputs(scene.fleet, [NAME])[NAME]["digest"] == DIGEST


def test_a_second_up_changes_nothing_and_says_why(scene: Scene) -> None:
    """Proven by the live objects; the engine agrees when it is asked."""
    result = up(scene.fleet, [NAME], APPROVED)[NAME]
    assert result.state == "unchanged"
    assert "live ones agree" in result.reason
    asked = preview(scene.fleet, [NAME])[NAME]
    assert (asked.state, asked.unchanged, asked.reason) == ("previewed", STEPS, "nothing to change")


def test_what_strangers_changed_is_taken_back(scene: Scene) -> None:
    """A removed default deny, an opened policy, a weakened namespace."""
    policies = f"/apis/networking.k8s.io/v1/namespaces/{NAME}-dmz/networkpolicies"
    assert scene.call("DELETE", f"{policies}/default-deny") == 200
    assert scene.call("PATCH", f"{policies}/allow-ingress", {"spec": {"ingress": [{}]}}) == 200
    weak = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}
    assert scene.call("PATCH", f"/api/v1/namespaces/{NAME}-app", weak) == 200
    assert drift(scene.fleet, [NAME])[NAME].state == "drifted"
    result = up(scene.fleet, [NAME], APPROVED)[NAME]
    assert (result.state, result.created, result.updated) == ("updated", 1, 2)
    assert drift(scene.fleet, [NAME])[NAME].state == "unchanged"


def test_a_foreign_policy_keeps_a_stack_from_being_green(scene: Scene) -> None:
    """The engine cannot remove what it never made, so it is said."""
    policies = f"/apis/networking.k8s.io/v1/namespaces/{NAME}-dmz/networkpolicies"
    assert scene.call("POST", policies, {"metadata": {"name": "open"}, "spec": {"podSelector": {}}}) == 201
    result = up(scene.fleet, [NAME], APPROVED)[NAME]
    assert (result.state, result.reason) == (
        "drifted",
        f"NetworkPolicy {NAME}-dmz/open: is not part of the stack",
    )
    assert scene.call("DELETE", f"{policies}/open") == 200
    assert up(scene.fleet, [NAME], APPROVED)[NAME].state == "unchanged"


def test_plain_pulumi_sees_the_same_stack(scene: Scene) -> None:
    """`pulumi preview` in the checkout, with the environment that we print; the stack files stay as they are."""
    code, said = scene.plain("preview")
    assert code == 0, said
    assert f"{STEPS} unchanged" in said
    texts = {path.name: path.read_text(encoding="utf-8") for path in (scene.project / "stacks").iterdir()}
    assert texts == wanted(inventory())


def test_a_province_that_publishes_something_else_is_refused_by_every_engine(scene: Scene) -> None:
    """The plan decides: by us before an engine starts, by the program inside plain `pulumi`; nothing is touched."""
    state = next((state_folder(scene.project, "lab") / ".pulumi" / "stacks").glob(f"*/{PROVINCE}.json"))
    whole = state.read_text(encoding="utf-8")
    address = objects(PROVINCE).outputs["exchange"]["functions"]["answers"]["address6"]  # type: ignore[index]
    state.write_text(whole.replace(f'"{address}"', '"3fff:bad::1"'), encoding="utf-8")
    words = f"function answers has address6 3fff:bad::1, planned is {address}"
    scene.fleet.copy(NAME).forget()
    with pytest.raises(GateError, match=f"stack {NAME}: .*{words}"):
        up(scene.fleet, [NAME], APPROVED)
    code, said = scene.plain("preview")
    assert code != 0 and words in said, said
    seen = preview(scene.fleet, [NAME])[NAME]
    assert seen.state == "failed" and words in seen.reason
    state.write_text(whole, encoding="utf-8")
    assert up(scene.fleet, [NAME], APPROVED)[NAME].state == "unchanged"


def test_a_province_whose_state_was_lost_publishes_again(scene: Scene) -> None:
    """Its cluster agrees all the same, so only what the cities read tells that it has to run."""
    state = next((state_folder(scene.project, "lab") / ".pulumi" / "stacks").glob(f"*/{PROVINCE}.json"))
    state.unlink()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(work, "render", lambda *given: kills.smaller(kills.RENDER(*given)))
        assert up(scene.fleet, [PROVINCE], APPROVED)[PROVINCE].created > 0
        assert up(scene.fleet, [PROVINCE], APPROVED)[PROVINCE].state == "unchanged"
    scene.fleet.copy(NAME).forget()
    assert up(scene.fleet, [NAME], APPROVED)[NAME].state == "unchanged"


def test_down_keeps_the_library_unless_told_otherwise(scene: Scene) -> None:
    """The claim and its volume stay, with the namespace that holds them; the second time they go too."""
    server = ApiServer(scene.fleet.kubeconfig, inventory().environment.context)

    def left() -> set[str]:
        keys = {(item.api_version, item.kind) for item in objects(NAME).all}
        return {
            kind
            for version, kind in keys
            for item in server.get(path_of(version, kind))["items"]
            if item["metadata"].get("labels", {}).get("jiyue/platform") == NAME
        }

    result = destroy(scene.fleet, [NAME])[NAME]
    assert result.state == "destroyed", result.reason
    assert (
        {"PersistentVolume", "PersistentVolumeClaim"}
        <= left()
        <= {
            "Namespace",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "StorageClass",
            "NetworkPolicy",
            "ResourceQuota",
        }
    )
    assert destroy(scene.fleet, [NAME], with_library=True)[NAME].state == "destroyed"
    deadline = time.monotonic() + 30
    while left() and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left() == set()
    server.close()
