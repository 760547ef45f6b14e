"""The Pulumi program: stack name -> platform -> approved values -> components. It decides nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pulumi
from pydantic import TypeAdapter, ValidationError

from infra.components.platform import Platform, PlatformArgs
from infra.gate import check_inventory
from infra.objects.functions import Images
from infra.objects.platform import PlatformObjects, Settings, platform_objects
from infra.policy.rules import refuse
from infra.project import PROVINCE, find_root
from infra.values import load_approved
from inventory.errors import InputError, JiyueError
from inventory.model import FunctionSetting, Inventory
from inventory.source import load

_FUNCTIONS: TypeAdapter[dict[str, FunctionSetting]] = TypeAdapter(dict[str, FunctionSetting])


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
        settings = settings_of(config.get_object("functions"), words(config), f"stack {stack}")
        objects = render(inventory, root, env, stack, settings)
        check_config(objects, inventory, words(config), stack)
    except JiyueError as error:
        raise pulumi.RunError(str(error)) from None
    assemble(objects, os.environ.get("KUBECONFIG", ""))


def assemble(objects: PlatformObjects, kubeconfig: str) -> None:
    """Declare the platform and its outputs to the engine; `kubeconfig` is the path in KUBECONFIG, whoever starts us."""
    Platform(objects.platform, PlatformArgs(objects, kubeconfig))
    for key, value in objects.outputs.items():
        pulumi.export(key, value)


def render(inventory: Inventory, root: Path, env: str, stack: str, settings: Settings) -> PlatformObjects:
    """The objects of the stack's platform, past the gate and past every policy rule; raises JiyueError."""
    platform = inventory.platform_by_name.get(stack)
    if platform is None:
        known = ", ".join(sorted(inventory.platform_by_name))
        raise InputError(f"stack {stack}", "no platform has this name", f"use one of {known}")
    approved = load_approved(root, env, stack)
    check_inventory(inventory, platform, approved.values, f"stack {stack}")
    objects = platform_objects(inventory, platform, approved, settings)
    refuse(objects.all, f"stack {stack}")
    return objects


def words(config: pulumi.Config) -> dict[str, str]:
    """The plain settings of a stack that are set."""
    keys = ("platform", "code", "imageRepository", "imageTag", "ingressClass")
    return {key: value for key in keys if (value := config.get(key)) is not None}


def settings_of(functions: object, given: Mapping[str, str], place: str) -> Settings:
    """Typed settings; InputError when a function override is wrong."""
    base = Settings()
    try:
        overrides = _FUNCTIONS.validate_python(functions or {})
    except ValidationError as error:
        item = error.errors()[0]
        where = ".".join(map(str, item["loc"]))
        raise InputError(place, f"jiyue:functions {where}: {item['msg']}", "see Pulumi.yaml") from None
    images = Images(given.get("imageRepository", base.images.repository), given.get("imageTag", base.images.tag))
    return Settings(images, given.get("ingressClass", base.ingress_class), overrides)


def check_config(objects: PlatformObjects, inventory: Inventory, given: Mapping[str, str], stack: str) -> None:
    """The stack file must name the platform it belongs to, so that a copied file is not taken for another city."""
    platform = inventory.platform_by_name[objects.platform]
    for key, wanted in (("platform", platform.name), ("code", platform.code)):
        if given.get(key) != wanted:
            cause = f"jiyue:{key} is {given.get(key)!r}, expected {wanted!r}"
            raise InputError(f"stacks/Pulumi.{stack}.yaml", cause, "run: python -m infra.stackfiles")
