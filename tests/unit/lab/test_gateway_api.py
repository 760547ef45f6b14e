"""The lab's Gateway API: definitions first, the class once they are served, a controller that is nobody's."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import EnvironmentFailed
from lab import gateway_api
from lab.control_plane import check
from lab.kube_api import KubeApi

from .specs import PLANE
from .test_kube_files import BINARIES


class Server(KubeApi):
    """Serves the resources that `served` names, and keeps what is created."""

    def __init__(self, *served: str) -> None:
        self.served = served
        self.created: list[tuple[str, Any]] = []

    def call(self, method: str, path: str, body: dict[str, Any] | str | None = None) -> tuple[int, str]:
        """As the API server answers."""
        if method == "POST":
            self.created.append((path, body))
            return 201, ""
        if not self.served:
            return 404, "404 page not found"
        return 200, json.dumps({"resources": [{"name": name} for name in self.served]})


def folder(path: Path, *names: str) -> Path:
    for name in names:
        (path / f"{name}.yaml").write_text(f"kind: {name}\n", encoding="utf-8")
    return path


def test_definitions_are_given_as_they_stand_and_nothing_else(tmp_path: Path) -> None:
    files = gateway_api.definitions(folder(tmp_path, *gateway_api.RESOURCES, "grpcroutes"))
    server = Server()
    assert gateway_api.define(server, files) == ""
    assert server.created == [(gateway_api.DEFINITIONS, f"kind: {name}\n") for name in gateway_api.RESOURCES]


@pytest.mark.parametrize("served", [(), gateway_api.RESOURCES[:2], (*gateway_api.RESOURCES, "gateways/status")])
def test_the_class_is_made_once_everything_is_served(served: tuple[str, ...]) -> None:
    server = Server(*served)
    whole = len(served) > 3
    assert gateway_api.offered(server, "other") is whole
    assert [body["metadata"]["name"] for _, body in server.created] == ["other"] * whole


def test_the_controller_says_that_it_is_a_stand_in() -> None:
    """And has the form that the API asks of it, in a domain that nobody can have (RFC 6761)."""
    made = gateway_api.class_object("jiyue")
    controller = made["spec"]["controllerName"]
    assert "stand-in" in controller and "stand-in" in made["spec"]["description"]
    assert re.fullmatch(r"[a-z0-9.-]+\.invalid/[A-Za-z0-9/_.~-]+", controller)
    assert len(made["spec"]["description"]) <= 64


def test_a_definition_that_is_missing_is_said_before_anything_starts(tmp_path: Path) -> None:
    """Unless the control plane is to be one without the API."""

    def places(**change: Any) -> set[str]:
        with pytest.raises(EnvironmentFailed) as caught:
            check(replace(PLANE, **change), BINARIES)
        return {line.place for line in caught.value.lines}

    assert "lab: Gateway API" in places()
    assert "lab: Gateway API" not in places(gateway_class="")
