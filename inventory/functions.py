"""The functions that a platform offers, and what a platform changes about one of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from inventory.fields import Frozen, Port, Title
from inventory.types import Flag, Whole, refuse

MOST_REPLICAS = 20


class FunctionSetting(Frozen):
    """What one platform changes about one of the 16 functions."""

    enabled: Flag = True
    replicas: Whole = Field(default=1, ge=0, le=MOST_REPLICAS)
    """How many run; with `max_replicas` how many run at least."""
    max_replicas: Whole | None = Field(default=None, ge=1, le=MOST_REPLICAS)
    """Scale by load up to this many, on a cluster that serves metrics; elsewhere `replicas` is the number."""

    @model_validator(mode="after")
    def _room_to_grow(self) -> FunctionSetting:
        if self.max_replicas is not None and not 1 <= self.replicas <= self.max_replicas:
            cause = f"{self.replicas} to {self.max_replicas} replicas are no range from one upwards"
            raise refuse(cause, "let 1 <= replicas <= max_replicas, or leave max_replicas out")
        return self


class Function(Frozen):
    """One function a platform offers (国办函〔2018〕71号 lists 16)."""

    id: str = Field(pattern=r"^[a-z-]{2,30}$", description="2 to 30 small letters and hyphens")
    title: Title
    group: Title
    zone: str
    port: Port
    clause: str
    scope: Literal["platform", "province"] = "platform"
    """`province`: it runs once, at the province, and the cities are its clients."""
    needs: tuple[str, ...] = ()
    """What must be there for it to work: ids of other functions, or `library`."""
