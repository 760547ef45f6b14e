"""`ipv6 show|usage|whatif` on a checkout of their own: JSON, words, exit codes, and nothing written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import InputError
from ipv6.change.scope import Scope, inputs_of
from ipv6.plan.prefix import parse
from jiyue.workflow import address
from jiyue.workflow.plan import plan
from jiyue.workflow.services import Services, open_services
from jiyue.workspace import Workspace
from tests.unit.cli.calls import Done, run

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A planned checkout."""
    root = tmp_path_factory.mktemp("address") / "checkout"
    shutil.copytree(ROOT / "inventory" / "hunan", root / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", root / "stacks")
    shutil.copy(ROOT / "Pulumi.yaml", root / "Pulumi.yaml")
    plan(open_services(Workspace(root, "lab")))
    return root


@pytest.fixture
def services(checkout: Path) -> Services:
    """Services of the planned checkout."""
    return open_services(Workspace(checkout, "lab"))


def call(checkout: Path, monkeypatch: pytest.MonkeyPatch, *words: str, language: str = "en") -> Done:
    """One call of the command in the checkout."""
    return run(["ipv6", *words], monkeypatch, JIYUE_ROOT=str(checkout), JIYUE_LANG=language)


def data(checkout: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> dict[str, Any]:
    """What a call says as JSON."""
    done = call(checkout, monkeypatch, *words, "--json")
    assert done.err == ""
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("3fff:10::1", "3fff:10::1/128"),
        (" 3FFF:0010:0:0::1 ", "3fff:10::1/128"),
        ("3fff:10:100::/48", "3fff:10:100::/48"),
        ("3fff:10:100:2000::10/64", "3fff:10:100:2000::10/128"),
    ],
)
def test_what_a_person_types(text: str, prefix: str) -> None:
    assert str(address.asked_prefix(text)) == prefix


@pytest.mark.parametrize("text", ["10.0.0.1", "3fff::1%eth0", "长沙", "", "3fff::/129", "3fff::/x", "::ffff:1.2.3.4.5"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        address.asked_prefix(text)


def test_show_tells_fields_claims_and_since_when(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = data(checkout, monkeypatch, "show", "3fff:10:521:8000::1")
    assert found["schema"] == "jiyue/ipv6-show/1"
    assert found["profile"] == "legible"
    assert [one["digits"] for one in found["fields"]][:4] == ["3fff001", "0", "05", "21"]
    assert found["claims"][-1]["key"] == "org/public/430582/zfb"
    assert all(one["since"].endswith("Z") for one in found["claims"])
    assert any("both codes stay taken" in note for note in found["notes"])


def test_show_for_people_names_the_fields(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = call(checkout, monkeypatch, "show", "3fff:10:582::1")
    assert done.code == 0
    assert "430582 邵东市 was 430521 邵东县 until 2019-07" in done.out
    assert "地域标识符" in call(checkout, monkeypatch, "show", "3fff:10:582::1", language="zh").out


def test_usage_says_levels_and_pools(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = data(checkout, monkeypatch, "usage")
    assert {one["level"] for one in found["levels"]} == {"regions", "links", "organisations"}
    one = data(checkout, monkeypatch, "usage", "--region", "430100")
    assert {pool["where"].split("/")[2] for pool in one["pools"]} == {"430100"}
    assert call(checkout, monkeypatch, "usage", "--region", "430100").code == 0
    assert "430000" in call(checkout, monkeypatch, "usage").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--add-county", "430199", "--parent", "430100"], 0, "3 claims would be made"),
        (["--merge", "430102", "430103"], 0, "claims of 430102 芙蓉区 stay where they are"),
        (["--prefix", "3fff:20::/32", "--profile", "compact"], 0, "region values: 1 of 16 are left"),
        (["--prefix", "3fff:20::/38", "--profile", "compact"], 2, "a /38 holds 4 of 15 regions in one plane: 2 bits"),
    ],
)
def test_whatif_answers_and_writes_nothing(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, services: Services, words: list[str], code: int, said: str
) -> None:
    before = services.store.head()
    files = {path: path.read_bytes() for path in (checkout / "inventory").rglob("*") if path.is_file()}
    done = call(checkout, monkeypatch, "whatif", *words)
    assert (done.code, done.err) == (code, "")
    assert said in done.out
    assert services.store.head() == before
    assert {path: path.read_bytes() for path in (checkout / "inventory").rglob("*") if path.is_file()} == files


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--add-county", "430199"],
        ["--parent", "430100"],
        ["--merge", "430102", "430103", "--prefix", "3fff::/28"],
        ["--profile", "compact", "--merge", "430102", "430103"],
        ["--prefix", "3fff:20::"],
        ["--prefix", "3fff:20::1/32"],
        ["--prefix", "fd00::/8"],
        ["--prefix", "3fff:20::/28", "--profile", "roomy"],
        ["--add-county", "430521", "--parent", "430500"],
    ],
)
def test_whatif_refuses_half_questions(checkout: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    done = call(checkout, monkeypatch, "whatif", *words)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "Traceback" not in done.err


def test_usage_of_an_empty_ledger_checked_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "inventory" / "hunan", tmp_path / "inventory" / "hunan")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path / "Pulumi.yaml")
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    assert call(tmp_path, monkeypatch, "usage").code == 5
    assert call(tmp_path, monkeypatch, "usage", "--region", "999999").code == 2


def test_a_local_site_gets_a_random_prefix_once(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "inventory" / "hunan", tmp_path / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    policy = tmp_path / "inventory" / "hunan" / "addressing.yaml"
    wanted = 'local: [{id: oob, title: 带外管理, region: "430000", reason: 与上级网络无关}]'
    policy.write_text(policy.read_text(encoding="utf-8").replace("local: []", wanted), encoding="utf-8")
    found = open_services(Workspace(tmp_path, "lab"))
    plan(found)
    drawn = next(claim.prefix for claim in found.store.claims() if claim.key == "ula/430000/oob")
    assert parse(drawn).length == 48 and drawn.startswith("fd")
    assert plan(found).added == 0


def test_an_organisation_leaves_the_other_cities_digests_alone(services: Services) -> None:
    """Its claim belongs to its own platform, and its file is an input of that platform only."""
    scope = Scope(services.inventory)
    assert scope.owner("org/public/430582/zfb") == "shaoyang"
    assert scope.owner("org/private/430500/gaj") == "shaoyang"
    assert scope.owner("org/public/430000/czt") == "hunan"
    assert scope.owner("city/public/430100") == "changsha"
    inputs = {f"inventory/hunan/organisations/{name}.csv": name for name in ("changsha", "shaoyang")}
    assert inputs_of(inputs, "changsha") == {"inventory/hunan/organisations/changsha.csv": "changsha"}
    assert inputs_of(inputs, "shared") == {}


def test_a_compact_plan_says_that_one_region_value_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "inventory" / "hunan", tmp_path / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path / "Pulumi.yaml")
    policy = tmp_path / "inventory" / "hunan" / "addressing.yaml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("profile: legible", "profile: compact"), "utf-8")
    lab = tmp_path / "inventory" / "hunan" / "env" / "lab.yaml"
    text = lab.read_text(encoding="utf-8").replace("3fff:10::/28", "3fff:20::/32")
    lab.write_text(text.replace("3fff:ff1::/32", "3fff:ff1::/36"), "utf-8")
    done = call(tmp_path, monkeypatch, "plan")
    assert (done.code, done.err) == (0, "")
    assert "cities plane public: 1 of 16 places left" in done.out
