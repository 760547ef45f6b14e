"""The table agrees with the pinned sources, and the Pulumi home is what the engine expects."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from jiyue.engines import EngineError, EnginePaths, engine_table, pulumi_env, pulumi_home, resolve
from jiyue.engines.cache import engine_key, toolchain_folder
from jiyue.engines.install import Setting

TABLE = {engine.name: engine for engine in engine_table()}


@pytest.mark.parametrize(
    ("name", "pin"),
    [
        ("etcd", r"go\.etcd\.io/etcd/server/v3 v{}\b"),
        ("kubernetes", r"k8s\.io/kubernetes v{}\b"),
        ("kubernetes-node", r"k8s\.io/kubernetes v{}\b"),
        ("kube-router", r"github\.com/k3s-io/kube-router/v2 v{}\b"),
        ("kwok", r"sigs\.k8s\.io/kwok v{}\b"),
        ("gateway-api", r"sigs\.k8s\.io/gateway-api v{}\b"),
        ("pulumi", r"github\.com/pulumi/pulumi/pkg/v3 v{}\b"),
        ("language-python", r"github\.com/pulumi/pulumi/sdk/v3 v{}\b"),
    ],
)
def test_version_of_the_table_is_the_pinned_one(name: str, pin: str) -> None:
    engine = TABLE[name]
    text = (toolchain_folder() / engine.module / "go.mod").read_text()
    assert re.search(pin.format(re.escape(engine.version)), text)


def test_table_names_every_path_once_and_every_key_differs() -> None:
    names = [name for engine in TABLE.values() for name, _ in engine.files]
    assert len(names) == len(set(names))
    keys = {engine_key(engine, toolchain_folder()) for engine in TABLE.values()}
    assert len(keys) == len(TABLE)


def test_nothing_installed_is_every_engine_missing(tmp_path: Path) -> None:
    paths = resolve(Setting(tools=tmp_path, env={"PATH": str(tmp_path), "HOME": str(tmp_path)}))
    assert paths.missing == tuple(name for name, engine in TABLE.items() if not engine.optional)
    assert paths.absent == tuple(name for name, engine in TABLE.items() if engine.optional)
    assert tmp_path / "missing" not in (paths.pulumi, paths.etcd, paths.kwok, paths.kwok_stages, paths.kube_scheduler)


def made(folder: Path, version: str) -> EnginePaths:
    """Paths to small files that stand for the engines."""
    folder.mkdir()
    for name in ("pulumi", "pulumi-resource-kubernetes", "pulumi-language-python", "pulumi-language-python-exec"):
        (folder / name).write_text(f"{name} {version}")
    paths = resolve(Setting(tools=folder, env={"PATH": str(folder / "none"), "HOME": str(folder)}))
    provider = folder / "pulumi-resource-kubernetes"
    return replace(paths, pulumi=folder / "pulumi", provider_kubernetes=provider, language_python_dir=folder)


def test_home_holds_the_engine_and_follows_a_new_build(tmp_path: Path) -> None:
    home = pulumi_home(tmp_path / "var", made(tmp_path / "old", "1"))
    plugin = home / "plugins/resource-kubernetes-v4.27.0/pulumi-resource-kubernetes"
    assert plugin.samefile(tmp_path / "old/pulumi-resource-kubernetes")
    assert sorted(path.name for path in (home / "bin").iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
    ]
    newer = made(tmp_path / "new", "22")
    assert pulumi_home(tmp_path / "var", newer) == home
    assert plugin.read_text() == "pulumi-resource-kubernetes 22"
    assert (tmp_path / "old/pulumi-resource-kubernetes").read_text() == "pulumi-resource-kubernetes 1"
    assert [path.name for path in plugin.parent.iterdir()] == ["pulumi-resource-kubernetes"]


def test_home_without_hard_links_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    home = pulumi_home(tmp_path / "var", made(tmp_path / "old", "1"))
    assert (home / "bin/pulumi").read_text() == "pulumi 1"
    assert not (home / "bin/pulumi").samefile(tmp_path / "old/pulumi")


def test_home_of_missing_engines_is_a_clear_error(tmp_path: Path) -> None:
    paths = resolve(Setting(tools=tmp_path, env={"PATH": str(tmp_path), "HOME": str(tmp_path)}))
    with pytest.raises(EngineError, match="jiyue engine install"):
        pulumi_home(tmp_path / "var", paths)


def test_environment_puts_the_virtual_environment_first(tmp_path: Path) -> None:
    paths = resolve(Setting(tools=tmp_path, env={"PATH": str(tmp_path), "HOME": str(tmp_path)}))
    venv = tmp_path / "venv/bin"
    env = pulumi_env(paths, tmp_path / "home", venv, {"PATH": f"/usr/bin:{venv}:/bin"})
    assert env["PATH"].split(os.pathsep) == [
        str(venv),
        str(tmp_path / "home/bin"),
        str(paths.pulumi.parent),
        str(paths.language_python_dir),
        "/usr/bin",
        "/bin",
    ]
    assert env["PULUMI_HOME"] == str(tmp_path / "home")
    assert env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
