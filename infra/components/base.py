"""What every component shares: its type token, its parent, and options for a component."""

from __future__ import annotations

import pulumi

MODULE = "jiyue:platform"


def child(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    """Options of a component below `parent`."""
    return pulumi.ResourceOptions(parent=parent)


class Component(pulumi.ComponentResource):
    """A component with a stable type token `jiyue:platform:<Kind>`; the token is part of every URN, never rename it."""

    KIND = ""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"{MODULE}:{self.KIND}", name, None, opts)
