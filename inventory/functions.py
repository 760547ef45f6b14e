"""The functions that a platform offers, and what a platform changes about one of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from inventory.fields import Frozen, Port, Title
from inventory.types import Flag, Whole


class FunctionSetting(Frozen):
    """What one platform changes about one of the 16 functions."""

    enabled: Flag = True
    replicas: Whole = Field(default=1, ge=0, le=20)


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
