"""The table agrees with the pinned sources, and the Pulumi home is what the engine expects."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from jiyue.engines import engine_table, pulumi_env, pulumi_home, resolve
from jiyue.engines.cache import engine_key, toolchain_folder
from jiyue.engines.install import Setting

TABLE = {engine.name: engine for engine in engine_table()}


@pytest.mark.parametrize(
    ("name", "pin"),
    [
        ("etcd", r"go\.etcd\.io/etcd/server/v3 v{}\b"),
        ("kubernetes", r"k8s\.io/kubernetes v{}\b"),
        ("kwok", r"sigs\.k8s\.io/kwok v{}\b"),
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
    assert paths.missing == tuple(TABLE)
    assert tmp_path / "missing" not in (paths.pulumi, paths.etcd, paths.kwok, paths.kwok_stages, paths.kube_scheduler)


def test_home_holds_the_plugin_and_follows_a_new_build(tmp_path: Path) -> None:
    paths = resolve(Setting(tools=tmp_path, env={"PATH": str(tmp_path), "HOME": str(tmp_path)}))
    home = pulumi_home(tmp_path / "var", paths)
    link = home / "plugins/resource-kubernetes-v4.27.0/pulumi-resource-kubernetes"
    assert link.readlink() == paths.provider_kubernetes
    assert pulumi_home(tmp_path / "var", paths) == home
    moved = replace(paths, provider_kubernetes=tmp_path / "newer")
    pulumi_home(tmp_path / "var", moved)
    assert link.readlink() == tmp_path / "newer"
    assert [path.name for path in link.parent.iterdir()] == ["pulumi-resource-kubernetes"]


def test_environment_puts_the_virtual_environment_first(tmp_path: Path) -> None:
    paths = resolve(Setting(tools=tmp_path, env={"PATH": str(tmp_path), "HOME": str(tmp_path)}))
    venv = tmp_path / "venv/bin"
    env = pulumi_env(paths, tmp_path / "home", venv, {"PATH": f"/usr/bin:{venv}:/bin"})
    assert env["PATH"].split(os.pathsep) == [
        str(venv),
        str(paths.pulumi.parent),
        str(paths.language_python_dir),
        "/usr/bin",
        "/bin",
    ]
    assert env["PULUMI_HOME"] == str(tmp_path / "home")
    assert env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
