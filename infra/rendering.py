"""From a stack's settings to its objects, past the gate and past every rule; Pulumi is not needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from infra.gate import check_inventory
from infra.objects.functions import Images
from infra.objects.platform import DEFAULT_IMAGES, PlatformObjects, Settings, platform_objects
from infra.policy.finding import Stack
from infra.policy.judge import judge, refuse
from infra.values import load_approved
from inventory.errors import InputError
from inventory.model import FunctionSetting, Inventory

_T = TypeVar("_T")
_FUNCTIONS: TypeAdapter[dict[str, FunctionSetting]] = TypeAdapter(dict[str, FunctionSetting])
_DIGEST = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
_DIGESTS: TypeAdapter[dict[str, _DIGEST]] = TypeAdapter(dict[str, _DIGEST])


def render(
    inventory: Inventory, root: Path, env: str, stack: str, config: Mapping[str, Any], today: date | None = None
) -> PlatformObjects:
    """The objects of the stack's platform, past the gate and past every mandatory rule; raises JiyueError.

    `config` are the stack's settings without their prefix; `today` (UTC now) decides which waivers still hold.
    """
    platform = inventory.platform_by_name.get(stack)
    if platform is None:
        known = ", ".join(sorted(inventory.platform_by_name))
        raise InputError(f"stack {stack}", "no platform has this name", f"use one of {known}")
    approved = load_approved(root, env, stack)
    check_inventory(inventory, platform, approved.values, f"stack {stack}")
    settings = settings_of(config, f"stacks/Pulumi.{stack}.yaml", inventory)
    objects = platform_objects(inventory, platform, approved, settings)
    zones = [zone.id for zone in inventory.matrix.zones]
    judged = Stack(objects.all, zones, config, inventory.environment.kind == "lab")
    day = today or datetime.now(UTC).date()
    findings = judge(judged, inventory.clauses.by_id, inventory.waivers, day)
    refuse(findings, f"stack {stack}")
    return replace(objects, findings=tuple(finding.as_dict() for finding in findings))


def settings_of(config: Mapping[str, Any], place: str, inventory: Inventory) -> Settings:
    """Typed settings; InputError when an override is wrong or names a function that the catalogue does not know."""
    overrides = _checked(_FUNCTIONS, config.get("functions"), "functions", place)
    known = {function.id for function in inventory.functions}
    if unknown := sorted(set(overrides) - known):
        cause = f"jiyue:functions names {', '.join(unknown)}, which functions.yaml does not know"
        raise InputError(place, cause, f"use one of {', '.join(sorted(known))}")
    if "ingressClass" in config:
        cause = "jiyue:ingressClass is no setting any more, sites are served by Gateways"
        raise InputError(place, cause, "remove it, or name the class of the Gateways: jiyue:gatewayClass")
    digests = _checked(_DIGESTS, config.get("imageDigests"), "imageDigests", place)
    repository = str(config.get("imageRepository", DEFAULT_IMAGES.repository))
    images = Images(repository, str(config.get("imageTag", DEFAULT_IMAGES.tag)), digests)
    gateway_class = config.get("gatewayClass") or inventory.environment.gateway_class
    return Settings(images, str(gateway_class), overrides)


def _checked(form: TypeAdapter[dict[str, _T]], value: object, key: str, place: str) -> dict[str, _T]:
    try:
        return form.validate_python(value or {})
    except ValidationError as error:
        item = error.errors()[0]
        where = ".".join(map(str, item["loc"]))
        raise InputError(place, f"jiyue:{key} {where}: {item['msg']}", "see Pulumi.yaml") from None


def check_config(objects: PlatformObjects, inventory: Inventory, given: Mapping[str, Any], stack: str) -> None:
    """The stack file must name the platform it belongs to, so that a copied file is not taken for another city."""
    platform = inventory.platform_by_name[objects.platform]
    for key, wanted in (("platform", platform.name), ("code", platform.code)):
        if given.get(key) != wanted:
            cause = f"jiyue:{key} is {given.get(key)!r}, expected {wanted!r}"
            raise InputError(f"stacks/Pulumi.{stack}.yaml", cause, "run: python -m infra.stackfiles")
