"""The one-page report from what the store holds."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from jiyue.i18n import language
from jiyue.report import build as write_page
from jiyue.workflow.services import Services, utc_now
from jiyue.workflow.status import platform_rows


def build(services: Services) -> Path:
    """Write `var/report/index.html` and give its path."""
    store = services.store
    claims = {claim.key: claim.prefix for claim in store.claims()}
    data = {
        "generated": utc_now(),
        "platforms": platform_rows(services),
        "verify": store.results("verify"),
        "stack": store.results("stack"),
        "accept": store.results("accept").get("latest"),
        "assessments": {name: asdict(one) for name, one in store.assessments().items()},
        "addresses6": {
            site.name: claims.get(f"site/{site.name}", "").split("/")[0] for site in services.inventory.sites
        },
    }
    return write_page(services.space.root, services.inventory, data, language())
