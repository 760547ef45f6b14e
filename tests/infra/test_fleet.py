"""What goes wrong in years of operation, on the real engine and real API servers; platforms are small ones."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from infra import adoption, statefile
from infra import fleetwork as work
from infra.cluster import ApiServer
from infra.fleet import Fleet, bind, destroy, drift, manifests, outputs, up
from infra.live import path_of
from infra.objects import meta
from infra.workcopy import saved, state_folder
from inventory.errors import GateError, InputError
from tests.infra import kills, measuring
from tests.infra.scene import checkout, control_plane, fleet_of
from tests.infra.world import DIGEST, PLATFORMS, ROOT, inventory, measured, objects, raw_values
from tests.unit.store.server import running

pytestmark = pytest.mark.lab
APPROVED = {name: (DIGEST, raw_values(name)) for name in PLATFORMS}


@dataclass(frozen=True)
class Scene:
    """A checkout with every platform approved, and two clusters: on the first the province, the other one empty."""

    project: Path
    plane: Path
    fleet: Fleet
    other: Fleet

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """One request as its administrator, under a stranger's name."""
        server = ApiServer(self.fleet.kubeconfig, inventory().environment.context)
        connection = http.client.HTTPSConnection(server.host, server.port, context=server.tls)
        text = None if body is None else json.dumps(body)
        connection.request(method, f"{path}?fieldManager=stranger", text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        return answer.status, found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    base = tmp_path_factory.mktemp("fleet")
    checkout(base / "project")
    with (
        control_plane(base / "one") as one,
        control_plane(base / "two") as two,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(work, "render", lambda *given: kills.smaller(kills.RENDER(*given)))
        made = Scene(base / "project", one, fleet_of(base / "project", one), fleet_of(base / "project", two))
        assert bring(made.fleet, "hunan").state == "updated"  # every city reads what it publishes
        yield made


def bring(fleet: Fleet, name: str) -> Any:
    return up(fleet, [name], APPROVED)[name]


def test_ten_kills_need_nobodys_help(scene: Scene) -> None:
    """Command, engine and provider, in a first run and in later ones: nothing lost, nothing twice."""
    made = kills.Campaign(scene.fleet, scene.project, scene.plane)
    kills.campaign(made, ["yueyang"], 10, seed=3)
    assert made.faults == []
    assert len(made.fired) == len(set(made.fired)) == 10, made.fired
    known = saved(state_folder(scene.project, "lab"), "yueyang")
    assert known is not None and known.pending == 0


LONELY = """
import os, signal, sys
import pulumi
from pathlib import Path
from infra.fleet import up
from tests.infra import kills
from tests.infra.scene import fleet_of
from tests.infra.world import DIGEST, raw_values


class Lonely(pulumi.StackReference):
    def __init__(self, *given):
        super().__init__(*given)
        engine = next(pid for pid, name in kills.living(os.getsid(0)) if name == kills.COMMS["engine"])
        os.kill(engine, signal.SIGKILL)


pulumi.StackReference = Lonely
kills.shrink()
project, plane, name = sys.argv[1:]
found = up(fleet_of(Path(project), Path(plane)), [name], {name: (DIGEST, raw_values(name))})[name]
print(found.state)
"""


def test_a_command_ends_when_its_engine_dies_while_it_reads_the_province(scene: Scene) -> None:
    """The SDK never completes outputs of an engine that is gone; who only waits for them never ends."""
    words = [sys.executable, "-c", LONELY, str(scene.project), str(scene.plane), "xiangtan"]
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=100, start_new_session=True, check=False
    )
    assert done.stdout == "failed\n", done.stdout + done.stderr
    assert bring(scene.fleet, "xiangtan").ok


def test_what_a_city_runs_already_is_taken_over_and_not_made_anew(scene: Scene) -> None:
    """Refused by `up`; `import` names what does not fit and changes nothing, then keeps every UID."""
    name = "changde"
    space = {"metadata": {"name": f"{name}-data"}}
    status, there = scene.call("POST", "/api/v1/namespaces", space)
    assert status == 201
    services = f"/api/v1/namespaces/{name}-data/services"
    wrong = {"metadata": {"name": "library"}, "spec": {"ports": [{"port": 5432}]}}
    assert scene.call("POST", services, wrong)[0] == 201
    with pytest.raises(GateError, match=f"Namespace {name}-data, Service .* exist already, made by somebody else"):
        bring(scene.fleet, name)
    with pytest.raises(GateError, match=r"Service changde-data/library: clusterIP is .*, which cannot be changed"):
        adoption.adopt(scene.fleet, name, APPROVED)
    assert scene.call("DELETE", f"{services}/library")[0] == 200
    right = {**wrong, "spec": {**wrong["spec"], "clusterIP": "None"}}
    assert scene.call("POST", services, right)[0] == 201
    result = adoption.adopt(scene.fleet, name, APPROVED)
    assert (result.state, result.lines) == ("updated", (f"Namespace {name}-data", f"Service {name}-data/library"))
    assert scene.call("GET", f"/api/v1/namespaces/{name}-data")[1]["metadata"]["uid"] == there["metadata"]["uid"]
    assert drift(scene.fleet, [name])[name].state == "unchanged"


def test_another_citys_cluster_is_refused(scene: Scene) -> None:
    """By its UID after the first `up`; by its claims before, where the environment gives each its own context."""
    with pytest.raises(GateError, match="another cluster"):
        bring(scene.other, "changde")
    with pytest.raises(GateError, match="another cluster"):
        destroy(scene.other, ["changde"])
    own = inventory().environment.model_copy(update={"contexts": {"yiyang": "jiyue-lab", "changde": "elsewhere"}})
    alone = replace(scene.fleet, inventory=inventory().model_copy(update={"environment": own}))
    with pytest.raises(GateError, match="claimed by changde"):
        bring(alone, "yiyang")
    assert not scene.fleet.copy("yiyang").initialised


def test_a_replaced_cluster_is_accepted_by_hand_only(scene: Scene) -> None:
    """`bind` takes the cluster that is there now; the way back needs it as well."""
    here = scene.fleet.copy("changde").bound()
    assert bind(scene.other, "changde") != here
    with pytest.raises(GateError, match="another cluster"):
        drift(scene.fleet, ["changde"])
    assert bind(scene.fleet, "changde") == here


def test_a_lost_state_is_restored_or_found_again(scene: Scene, tmp_path: Path) -> None:
    """From a backup; without one the next `up` meets every object by its name."""
    name, file = "changde", tmp_path / "states.json"
    bring(scene.fleet, name)
    before = kills.Campaign(scene.fleet, scene.project, scene.plane)
    before.look(name)
    counts = statefile.backup(scene.fleet, [name, "loudi"], file)
    assert list(counts) == [name] and counts[name] > 40 and file.stat().st_mode & 0o077 == 0
    state = next((state_folder(scene.project, "lab") / ".pulumi" / "stacks").glob(f"*/{name}.json"))
    text = state.read_bytes()
    state.unlink()
    assert bring(scene.fleet, name).state == "unchanged"  # proven by the cluster alone
    scene.fleet.copy(name).forget()
    assert bring(scene.fleet, name).ok
    state.with_name(f"{state.name}.attrs").write_bytes(b"")  # killed while the engine wrote it
    scene.fleet.copy(name).forget()
    assert bring(scene.fleet, name).state == "unchanged"
    state.write_bytes(text[:100])
    scene.fleet.copy(name).forget()
    broken = bring(scene.fleet, name)
    assert broken.state == "failed" and "jiyue stack state restore" in broken.reason
    assert statefile.restore(scene.fleet, file) == counts
    scene.fleet.copy(name).forget()
    assert bring(scene.fleet, name).state == "unchanged"
    before.look(name)
    assert before.faults == []


def test_a_damaged_backup_is_refused_before_anything_is_touched(scene: Scene, tmp_path: Path) -> None:
    """A changed byte, another environment, something else."""
    file = tmp_path / "states.json"
    statefile.backup(scene.fleet, ["changde"], file)
    body = json.loads(file.read_text())
    for text, words in (
        (json.dumps({**body, "environment": "field"}), "not whole"),
        ("[]", "no backup"),
        ("{}", "no backup"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=words):
            statefile.restore(scene.fleet, file)


def test_an_api_server_that_goes_away_loses_nothing(scene: Scene) -> None:
    """Killed in the middle of a first `up`: a clear end, and the next run is whole."""
    name = "loudi"
    command = [sys.executable, "-m", "tests.infra.kills", str(scene.project), str(scene.plane), name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stderr is not None
        for line in child.stdout:
            if int(line) >= 20:
                os.kill(apiserver(scene.fleet), signal.SIGKILL)
                break
        child.stdout.read()
        said = child.stderr.read()
    assert child.returncode == 0, said  # a result, not a traceback
    assert said.startswith(("failed: ", "updated: ", "drifted: ")) or "does not answer" in said, said
    wait(scene.fleet)
    assert bring(scene.fleet, name).ok
    assert drift(scene.fleet, [name])[name].state == "unchanged"


def test_a_full_disk_is_said_and_nothing_is_lost(scene: Scene, tmp_path: Path) -> None:
    """The state cannot be saved: a failed result that says so; with room again the next run adopts everything."""
    name = "huaihua"
    state = state_folder(scene.project, "lab")
    province = next((state / ".pulumi" / "stacks").glob("*/hunan.json"))
    kept = tmp_path / "kept" / province.relative_to(state)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(province.read_bytes())
    room = kept.stat().st_size // 1024 + 96
    inner = f'mount -t tmpfs -o size={room}k none "{state}" && cp -r "{tmp_path}/kept/.pulumi" "{state}" && exec "$@"'
    words = ["unshare", "--mount", "sh", "-c", inner, "sh", sys.executable, "-m", "tests.infra.kills"]
    words += [str(scene.project), str(scene.plane), name]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "no space left on device" in done.stderr, done.stderr
    assert bring(scene.fleet, name).ok
    assert drift(scene.fleet, [name])[name].state == "unchanged"


def test_states_in_postgresql_survive_a_kill(scene: Scene, tmp_path: Path) -> None:
    """A real server; the lock of a killed engine is removed when its holder is proven dead.

    The city's engine reads the province's outputs there as well: without them nothing is made.
    """
    name, file = "shaoyang", tmp_path / "states.json"
    statefile.backup(scene.fleet, ["hunan"], file)
    with running("fsync=off") as server:
        backend = f"postgres://jiyue:right-password@127.0.0.1:{server.port}/jiyue?sslmode=disable"
        fleet = replace(scene.fleet, backend=backend)
        words = [sys.executable, "-m", "tests.infra.kills", str(scene.project), str(scene.plane), name, backend]
        lonely = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert "failed: " in lonely.stderr and 'unknown stack "organization/jiyue/hunan"' in lonely.stderr, (
            lonely.stderr
        )
        assert statefile.restore(fleet, file)["hunan"] > 40  # moving a state is a backup and a restore
        assert bring(fleet, name).state == "updated"
        kills.change(scene.project, name, "0.2")
        made = kills.Campaign(fleet, scene.project, scene.plane, backend=backend)
        made.strike(name, kills.Kill("engine", "later", 12))
        assert len(made.fired) == 1
        assert made.recover(name).ok
        assert made.faults == []
        assert outputs(fleet, [name])[name]["digest"] == DIGEST
        left = destroy(fleet, [name])[name]
        assert left.ok and {f"PersistentVolumeClaim {name}-data/library", f"Namespace {name}-data"} <= set(left.lines)
        gone = destroy(fleet, [name], with_library=True)[name]
        assert (gone.state, gone.lines) == ("destroyed", ())


def test_functions_are_scaled_where_metrics_answer_and_nowhere_else(scene: Scene) -> None:
    """Refused while the promised metrics do not answer; then the real scaler owns the number, whatever we bring up."""
    name, function, spaces = "zhuzhou", "column-management", "namespaces/zhuzhou-app"
    path = scene.project / "stacks" / f"Pulumi.{name}.yaml"
    path.write_text(path.read_text() + f"  jiyue:functions: {{{function}: {{replicas: 2, max_replicas: 4}}}}\n")
    fleet = replace(scene.fleet, inventory=measured())
    with pytest.raises(GateError, match=r"stack zhuzhou: .* serves metrics, but .* answers 404; repair its metrics"):
        bring(fleet, name)
    assert not fleet.copy(name).initialised

    def replicas() -> int:
        return int(scene.call("GET", f"/apis/apps/v1/{spaces}/deployments/{function}")[1]["spec"]["replicas"])

    assert bring(scene.fleet, name).ok  # an environment that promises nothing: a fixed number
    assert (replicas(), scene.call("GET", f"/apis/autoscaling/v2/{spaces}/horizontalpodautoscalers")[1]["items"]) == (
        2,
        [],
    )
    measuring.install(scene.call, "node-0")
    assert bring(fleet, name).ok
    assert replicas() == 2
    for pod in scene.call("GET", f"/api/v1/{spaces}/pods")[1]["items"]:
        if pod["metadata"]["labels"].get("jiyue/function") == function:
            measuring.load(scene.call, pod, 2000)
    measuring.until(lambda: replicas() == 4)
    assert drift(fleet, [name])[name].state == "unchanged"
    assert bring(fleet, name).state == "unchanged"
    kills.change(scene.project, name, "0.3")
    assert (bring(fleet, name).state, replicas()) == ("updated", 4)
    assert (bring(scene.fleet, name).state, replicas()) == ("updated", 2)
    assert destroy(scene.fleet, [name], with_library=True)[name].state == "destroyed"


def test_drift_reads_like_a_sentence(scene: Scene) -> None:
    """After `kubectl delete networkpolicy` the platform, the object and what is wrong are named; `up` takes it back."""
    name = "changde"
    path = f"/apis/networking.k8s.io/v1/namespaces/{name}-app/networkpolicies/default-deny"
    assert scene.call("DELETE", path)[0] == 200
    result = drift(scene.fleet, [name, "loudi"])
    assert result[name].lines == (f"NetworkPolicy {name}-app/default-deny: is missing",)
    assert result["loudi"].state == "unchanged"
    assert bring(scene.fleet, name).state == "updated"
    assert drift(scene.fleet, [name])[name].lines == ()


def test_workloads_that_do_not_run_are_a_failure_with_their_reason(scene: Scene) -> None:
    """Everything is made, but a stranger's quota lets no new pod in: named; without it the next run is whole."""
    name = "changde"
    quotas = f"/api/v1/namespaces/{name}-app/resourcequotas"
    none = {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    assert scene.call("POST", quotas, none)[0] == 201
    kills.change(scene.project, name, "0.9")
    found = bring(replace(scene.fleet, patience=4.0), name)
    assert found.state == "failed" and found.reason.startswith("not ready after 4 s: Deployment changde-app/")
    assert any("exceeded quota: none" in line for line in found.lines), found.lines
    assert scene.call("DELETE", f"{quotas}/none")[0] == 200
    assert bring(scene.fleet, name).ok


def test_manifests_are_written_for_review_offline(scene: Scene, tmp_path: Path) -> None:
    """One file a platform, every object in it, no cluster asked."""
    offline = replace(scene.fleet, kubeconfig=tmp_path / "none")
    files = manifests(offline, ["changde", "loudi"], tmp_path / "out")
    assert set(files) == {"changde", "loudi"}
    text = files["changde"].read_text(encoding="utf-8")
    assert text.count("\n---\n") == len(work.jobs(scene.fleet, ["changde"], [])[0].objects.all) - 1


def test_previews_and_drift_speak_json_through_the_command(scene: Scene) -> None:
    """As somebody calls it, after `kubectl delete networkpolicy`: what is wrong, and the exit code."""
    name = "changde"
    lab = scene.project / "var" / "lab" / "lab"
    lab.mkdir(parents=True, exist_ok=True)
    (lab / "kubeconfig").write_bytes(scene.fleet.kubeconfig.read_bytes())
    for driver in (ROOT / "ipv6" / "drivers").glob("*/__init__.py"):
        (scene.project / "ipv6" / "drivers" / driver.parent.name).mkdir(parents=True, exist_ok=True)
    path = f"/apis/networking.k8s.io/v1/namespaces/{name}-app/networkpolicies/default-deny"
    assert bring(scene.fleet, "hunan").ok and bring(scene.fleet, name).ok
    assert scene.call("DELETE", path)[0] == 200

    def said(code: int, *words: str) -> Any:
        done = command(scene, "stack", *words, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    found = said(1, "drift", name)
    assert found["schema"] == "jiyue/stack-drift/1"
    assert found["stacks"][name]["lines"] == [f"NetworkPolicy {name}-app/default-deny: is missing"]
    asked = said(0, "preview", name)
    assert asked["schema"] == "jiyue/stack-preview/1"
    assert asked["stacks"][name]["state"] == "previewed"
    # The provider's kubeconfig lies elsewhere for the command, so it is among the changes.
    assert asked["stacks"][name]["lines"] == [f"update {name}", f"create {name}-app/networkpolicy/default-deny"]
    told = said(0, "outputs", name, "hunan")["stacks"]
    assert set(told["hunan"]["exchange"]["functions"]) == {one.id for one in inventory().provincial_functions}
    refused = command(scene, "stack", "preview", "--json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert bring(scene.fleet, name).ok


def test_destroy_all_leaves_the_libraries_and_names_them(scene: Scene) -> None:
    """Claims, volumes, their namespaces and what keeps those closed; a second time with the library takes all."""
    up_before = {name for name in PLATFORMS if saved_resources(scene, name)}
    assert {"hunan", "changde", "yueyang"} <= up_before
    found = destroy(scene.fleet, PLATFORMS)
    assert {found[name].state for name in up_before} == {"destroyed"}, found
    assert {one.state for name, one in found.items() if name not in up_before} <= {"absent", "destroyed"}
    kept = {"Namespace", "NetworkPolicy", "PersistentVolume", "PersistentVolumeClaim", "ResourceQuota", "StorageClass"}
    measuring.until(lambda: {kind for kind, *_ in ours(scene)} <= kept)
    for kind, namespace, item in ours(scene):
        owner = next(name for name in up_before if name in (namespace or item))
        assert namespace in ("", f"{owner}-data"), (kind, namespace, item)
        place = f"{kind} {namespace}/{item}" if namespace else f"{kind} {item}"
        assert place in found[owner].lines, place
    assert {
        name for name in up_before if f"PersistentVolumeClaim {name}-data/library" in found[name].lines
    } == up_before
    gone = destroy(scene.fleet, sorted(up_before), with_library=True)
    assert {one.state for one in gone.values()} == {"destroyed"}, gone
    measuring.until(lambda: not ours(scene))


def saved_resources(scene: Scene, name: str) -> int:
    """How many resources the state of a stack holds."""
    known = saved(state_folder(scene.project, "lab"), name)
    return known.resources if known else 0


def ours(scene: Scene) -> list[tuple[str, str, str]]:
    """Kind, namespace and name of everything that the first cluster holds of any platform."""
    found = []
    for version, kind in sorted({(item.api_version, item.kind) for name in PLATFORMS for item in objects(name).all}):
        for item in scene.call("GET", path_of(version, kind))[1]["items"]:
            if meta.PLATFORM in (item["metadata"].get("labels") or {}):
                found.append((kind, item["metadata"].get("namespace", ""), item["metadata"]["name"]))
    return found


def command(scene: Scene, *words: str) -> subprocess.CompletedProcess[str]:
    """`jiyue` in the scene's checkout, on the smaller platforms."""
    env = {**os.environ, "JIYUE_ROOT": str(scene.project), "JIYUE_LANG": "en"}
    program = "from tests.infra import kills; kills.shrink(); from jiyue.cli.app import main; main()"
    argv = [sys.executable, "-c", program, *words]
    return subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def apiserver(fleet: Fleet) -> int:
    """The process of the fleet's API server."""
    port = ApiServer(fleet.kubeconfig, inventory().environment.context).port
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"kube-apiserver") and f"--secure-port={port}".encode() in words:
            return int(path.parent.name)
    raise AssertionError("no API server")


def wait(fleet: Fleet) -> None:
    """Until it answers again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        server = ApiServer(fleet.kubeconfig, inventory().environment.context)
        try:
            server.get("/api/v1/namespaces/kube-system")
            return
        except OSError:
            time.sleep(0.3)
        finally:
            server.close()
    raise AssertionError("the API server stays away")
