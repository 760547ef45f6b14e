"""The Pulumi program: stack name -> platform -> approved values -> components. It decides nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pulumi

from infra.components.platform import Platform, PlatformArgs
from infra.components.reference import published
from infra.joining import OUTPUT, refusal
from infra.objects.platform import PlatformObjects
from infra.project import PROVINCE, find_root
from infra.rendering import check_config, render
from inventory.errors import JiyueError
from inventory.source import load


def run() -> None:
    """What the engine calls; a refusal is one readable line, never a traceback."""
    if not pulumi.runtime.is_dry_run():
        # The approval is verified by the command, not by the engine: what changes something goes through the former.
        raise pulumi.RunError(f"plain `pulumi` only previews; run: jiyue stack up {pulumi.get_stack()}")
    config = pulumi.Config("jiyue")
    env = config.get("env") or "lab"
    stack = pulumi.get_stack()
    try:
        root = find_root(Path.cwd())
        inventory = load(root / "inventory" / PROVINCE, env)
        given = settings(config)
        objects = render(inventory, root, env, stack, given)
        check_config(objects, inventory, given, stack)
    except JiyueError as error:
        raise pulumi.RunError(str(error)) from None
    assemble(objects, os.environ.get("KUBECONFIG", ""))


def assemble(objects: PlatformObjects, kubeconfig: str) -> None:
    """Declare the platform and its outputs to the engine; `kubeconfig` is the path in KUBECONFIG, whoever starts us.

    A city's stack first reads what its province published, and nothing is declared when that is not what was planned.
    """
    if objects.centre and (refused := refusal(objects, published(objects.centre, OUTPUT))):
        raise pulumi.RunError(str(refused))
    Platform(objects.platform, PlatformArgs(objects, kubeconfig))
    for key, value in objects.outputs.items():
        pulumi.export(key, value)


def settings(config: pulumi.Config) -> dict[str, Any]:
    """The settings of a stack that are set, without their prefix."""
    words = {key: config.get(key) for key in ("platform", "code", "imageRepository", "imageTag", "gatewayClass")}
    objects = {key: config.get_object(key) for key in ("functions", "imageDigests")}
    return {key: value for key, value in {**words, **objects}.items() if value is not None}
