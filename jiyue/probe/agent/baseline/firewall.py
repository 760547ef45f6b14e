"""The filters in force, as nft tells them."""

from __future__ import annotations

import json
from typing import Any

from ._host import said

HOOKS = ("input", "forward")


def read() -> dict[str, Any]:
    """`chains`: the base chains of filters: family, hook, policy; `code` and `error` when nft could not tell."""
    code, out, err = said("nft", "-j", "list", "chains")
    if code:
        return {"code": code, "error": err[-300:], "chains": []}
    listed = [one.get("chain", {}) for one in json.loads(out or "{}").get("nftables", ())]
    chains = [
        {"family": one.get("family"), "hook": one.get("hook"), "policy": one.get("policy", "accept")}
        for one in listed
        if one.get("type") == "filter" and one.get("hook") in HOOKS
    ]
    return {"code": 0, "error": "", "chains": chains}
