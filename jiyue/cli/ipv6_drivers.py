"""`jiyue ipv6 drivers`: what each device driver can do, and why not."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate

Name = Annotated[str, typer.Argument(help=_("One driver; all when none is named."))]


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""

    @verb(group, "drivers", "What the device drivers can do, with reasons.", "jiyue ipv6 drivers huawei_vrp")
    def drivers(session: Session, name: Name = "") -> None:
        from ipv6.drivers import registry
        from ipv6.drivers.capability import FEATURES

        known = [registry.driver(one) for one in ((name,) if name else registry.names())]
        rows = [
            {
                "driver": one.name,
                "feature": found.feature,
                "answer": found.answer,
                "reason": found.reason,
                "source": found.source,
            }
            for one in known
            for found in one.capabilities
        ]
        held = {one.name: one.held_back for one in known if one.held_back}

        def text(console: Console) -> None:
            answers = {"yes": _("yes"), "limited": _("limited"), "no": _("no")}
            shown = table(_("feature"), _("driver"), _("supported"), _("reason"), _("source"), breaks=(0, 3, 4))
            for feature in FEATURES:
                for row in rows:
                    if row["feature"] == feature:
                        title = translate(FEATURES[feature])
                        shown.add_row(
                            title, row["driver"], answers[row["answer"]], translate(row["reason"]), row["source"]
                        )
            console.print(shown)
            for driver, reason in held.items():
                console.print(f"{driver}: {translate(reason)}", markup=False)

        session.emit("ipv6-drivers", {"drivers": rows, "held_back": held}, text)
