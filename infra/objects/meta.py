"""Labels and annotations that every object of a platform carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.components import naming
from infra.manifest import CLUSTER_SCOPED, Manifest

PLATFORM = "jiyue/platform"
CODE = "jiyue/code"
ZONE = "jiyue/zone"
FUNCTION = "jiyue/function"
CLAIM = "jiyue/claim"
MANAGED = {"app.kubernetes.io/managed-by": "jiyue"}

FIELD_MANAGER = "pulumi.com/patchFieldManager"
FORCE = {"pulumi.com/patchForce": "true"}
"""What the approved plan sets is taken back from whoever changed it; without this a changed field blocks every `up`."""

SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}
RUNNING = frozenset({"Deployment", "StatefulSet", "Service"})
"""Kinds for which the engine does not wait: `infra.readiness` asks the cluster for all of a wave at once."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where objects belong: a platform and, unless they are the cluster's, one of its zones."""

    platform: str
    zone: str = ""

    @property
    def namespace(self) -> str:
        """The zone's namespace."""
        return naming.namespace(self.platform, self.zone)

    def make(
        self,
        api_version: str,
        kind: str,
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        protect: bool = False,
        yields: tuple[str, ...] = (),
        **body: Any,
    ) -> Manifest:
        """A manifest with the common labels and the platform's field manager."""
        common = {**MANAGED, PLATFORM: self.platform}
        if self.zone:
            common[ZONE] = self.zone
        return Manifest(
            api_version,
            kind,
            name,
            "" if kind in CLUSTER_SCOPED else self.namespace,
            {**common, **(labels or {})},
            {
                FIELD_MANAGER: naming.field_manager(self.platform),
                **FORCE,
                **(SKIP_AWAIT if kind in RUNNING else {}),
                **(annotations or {}),
            },
            body,
            protect,
            yields,
        )
