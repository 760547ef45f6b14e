"""The Gateway API in the lab's cluster: its definitions from the pinned module, and the class that the data names.

No controller serves the class: nobody programs a Gateway here, the site host or the edge's pod answers. The name of its
controller says so to whoever reads the class.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .kube_api import KubeApi

CONTROLLER = "stand-in.jiyue.invalid/gateway"
GROUP = "gateway.networking.k8s.io"
SERVED = f"/apis/{GROUP}/v1"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
RESOURCES = ("gatewayclasses", "gateways", "httproutes")
"""File stems of the definitions, and the names under which the API server serves them."""


def definitions(folder: Path) -> list[Path]:
    """The files of the definitions that exist in `folder`."""
    return [path for name in RESOURCES if (path := folder / f"{name}.yaml").is_file()]


def define(api: KubeApi, files: Sequence[Path]) -> str:
    """Give the API server the definitions, as they stand; its reason for the first that it refuses, or nothing."""
    texts = (path.read_text(encoding="utf-8") for path in files)
    return next(filter(None, (api.create(DEFINITIONS, text) for text in texts)), "")


def offered(api: KubeApi, name: str) -> bool:
    """Whether every definition is served and the class `name` is there; makes it as soon as it can be made.

    The server lists a resource of a definition once that is Established, so discovery is asked and not each definition.
    """
    status, text = api.call("GET", SERVED)
    if status != http.client.OK or not set(RESOURCES) <= {one["name"] for one in json.loads(text)["resources"]}:
        return False
    return not api.create(f"{SERVED}/gatewayclasses", class_object(name))


def class_object(name: str) -> dict[str, Any]:
    """A GatewayClass that no controller of any cluster takes for its own."""
    about = "stand-in of the lab: no controller serves this class"
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "GatewayClass",
        "metadata": {"name": name},
        "spec": {"controllerName": CONTROLLER, "description": about},
    }
