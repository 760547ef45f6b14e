"""The fields and the base that every record of the inventory is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from inventory.types import Whole, host

Host = Annotated[str, AfterValidator(host)]
Port = Annotated[Whole, Field(ge=1, le=65535)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", description="small letters, digits and hyphens, at most 40")]
Driver = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", description="a driver's name: small letters, digits and underscores")
]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="the six digits of GB/T 2260 in quotes")]
Title = Annotated[str, Field(min_length=1, max_length=100, description="1 to 100 characters")]
Month = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2})?$", description="a month like 2019-07")]


class Frozen(BaseModel):
    """Base of every record: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)
