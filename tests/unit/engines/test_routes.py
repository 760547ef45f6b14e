"""The order of the routes, and what is said when none is open."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from jiyue.engines import EngineError, install, resolve, status
from jiyue.engines.build import FetchModule, check_go
from jiyue.engines.download import PinnedFiles, checked, fetch, published_sum
from jiyue.engines.installed import OnPath, ProviderInHome
from jiyue.engines.model import BuildContext

from .fakes import Fail, Write, engine, script, setting


def content(where_tools: Path) -> str:
    (found,) = where_tools.glob("tool-*/bin/tool")
    return found.read_text()


def test_installed_program_of_a_supported_version_comes_first(tmp_path: Path) -> None:
    made = replace(engine(Fail(), download=Fail()), probe=OnPath(("tool",), ("version",), r"^v1\.0$"))
    where = setting(tmp_path, made, route="auto", online=True)
    script(tmp_path / "path/tool", "echo v1.0")
    assert install(setting=where).missing == ()
    (row,) = status(where)
    assert (row.route, row.path) == ("installed", tmp_path / "path/tool")
    script(tmp_path / "path/tool", "echo v1.0.1")
    assert resolve(where).missing == ("tool",)


def test_online_machine_downloads_and_an_isolated_one_builds(tmp_path: Path) -> None:
    made = engine(Write("bin/tool", "built"), download=Write("bin/tool", "downloaded"))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    online = setting(tmp_path / "a", made, route="auto", online=True)
    install(setting=online)
    assert content(online.tools) == "downloaded"
    isolated = setting(tmp_path / "b", made, route="auto", online=False)
    install(setting=isolated)
    assert content(isolated.tools) == "built"


def test_failed_download_falls_back_to_the_build(tmp_path: Path) -> None:
    where = setting(tmp_path, engine(Write("bin/tool", "built"), download=Fail()), route="auto", online=True)
    install(setting=where)
    assert content(where.tools) == "built"


def test_chosen_route_is_the_only_one_tried(tmp_path: Path) -> None:
    made = engine(Write("bin/tool", "built"), download=Fail())
    with pytest.raises(EngineError, match="download: tool the build failed"):
        install(setting=setting(tmp_path, made, route="download", online=True))


def test_no_route_names_what_is_missing_and_three_ways(tmp_path: Path) -> None:
    where = setting(tmp_path, engine(Write("bin/tool", "x"), download=Fail()), route="auto", online=False)
    script(tmp_path / "path/go", 'echo "go version go1.19.8 linux/amd64"')
    with pytest.raises(EngineError) as caught:
        install(setting=where)
    assert caught.value.place == "tool 1.0"
    for word in ("installed:", "does not reach the internet", "1.19", "too old"):
        assert word in caught.value.cause
    for way in ("on PATH", "JIYUE_ENGINE_ROUTE=download", "JIYUE_ENGINE_ROUTE=build"):
        assert way in caught.value.fix
    assert caught.value.exit_code == 4


def test_unknown_route_is_refused(tmp_path: Path) -> None:
    where = setting(tmp_path, engine(Write("bin/tool", "x")), route="teleport")
    with pytest.raises(EngineError, match="'teleport'"):
        install(setting=where)


@pytest.mark.parametrize(("said", "good"), [("go1.26.8", True), ("go1.21", True), ("go1.19.8", False), ("", False)])
def test_go_must_be_new_enough(tmp_path: Path, said: str, good: bool) -> None:
    script(tmp_path / "go", f'echo "go version {said} linux/amd64"')
    if good:
        check_go({"PATH": str(tmp_path)})
    else:
        with pytest.raises(EngineError):
            check_go({"PATH": str(tmp_path)})


def test_provider_is_found_in_the_engine_home(tmp_path: Path) -> None:
    plugin = tmp_path / "plugins/resource-kubernetes-v4.27.0/pulumi-resource-kubernetes"
    assert ProviderInHome("4.27.0").find({"PULUMI_HOME": str(tmp_path)}) is None
    plugin.parent.mkdir(parents=True)
    plugin.touch()
    assert ProviderInHome("4.27.0").find({"PULUMI_HOME": str(tmp_path)}) == {"pulumi-resource-kubernetes": plugin}
    assert ProviderInHome("4.26.0").find({"PULUMI_HOME": str(tmp_path)}) is None


def test_published_sum_is_of_exactly_this_name() -> None:
    listing = f"{'a' * 64}  etcd-v3.6.4-linux-amd64.tar.gz.asc\n{'b' * 64}  etcd-v3.6.4-linux-amd64.tar.gz\n"
    assert published_sum(listing, "etcd-v3.6.4-linux-amd64.tar.gz") == "b" * 64
    with pytest.raises(EngineError):
        published_sum(listing, "etcd-v3.6.4-linux-arm64.tar.gz")


def test_download_with_another_sum_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiyue.engines.download.fetch", lambda url: b"genuine")
    good = hashlib.sha256(b"genuine").hexdigest()
    checked("https://example.org/x", good, tmp_path / "good")
    assert (tmp_path / "good").read_bytes() == b"genuine"
    with pytest.raises(EngineError, match="published is"):
        checked("https://example.org/x", "0" * 64, tmp_path / "bad")
    assert not (tmp_path / "bad").exists()


def test_pinned_files_are_held_to_their_own_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each at the address of its version; one that is not the pinned one ends the download."""
    asked: list[str] = []

    def answer(url: str) -> bytes:
        asked.append(url)
        return url.rpartition("/")[2].encode()

    monkeypatch.setattr("jiyue.engines.download.fetch", answer)
    good, bad = hashlib.sha256(b"a.yaml").hexdigest(), "0" * 64
    context = BuildContext("crds", tmp_path / "source", tmp_path / "out", {}, lambda *_: None)
    PinnedFiles("https://example.org/v1", (("x/a.yaml", "crds/a.yaml", good),)).run(context)
    assert (tmp_path / "out/crds/a.yaml").read_bytes() == b"a.yaml"
    with pytest.raises(EngineError, match="published is"):
        PinnedFiles("https://example.org/v1", (("x/b.yaml", "crds/b.yaml", bad),)).run(context)
    assert asked == ["https://example.org/v1/x/a.yaml", "https://example.org/v1/x/b.yaml"]


def test_a_module_of_which_nothing_is_built_is_compared_with_go_sum(tmp_path: Path) -> None:
    """`go list` only looks into the cache; what go says of another sum is the error."""
    (tmp_path / "source").mkdir()
    script(tmp_path / "go", 'echo "$@" >> asked; test ! -e wrong || { echo "checksum mismatch"; exit 1; }')
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    context = BuildContext("crds", tmp_path / "source", tmp_path / "out", env, lambda *_: None)
    FetchModule("sigs.example/api").run(context)
    assert (tmp_path / "source/asked").read_text() == "mod download sigs.example/api\n"
    (tmp_path / "source/wrong").touch()
    with pytest.raises(EngineError, match="checksum mismatch") as caught:
        FetchModule("sigs.example/api").run(context)
    assert "do not use this GOPROXY" in caught.value.fix


def test_only_https_is_fetched() -> None:
    with pytest.raises(EngineError, match="not an https address"):
        fetch("file:///etc/passwd")
