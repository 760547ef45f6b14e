"""What another stack published, read by the engine: a StackReference, whatever backend holds the states."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
from pulumi.runtime.settings import _get_rpc_manager
from pulumi.runtime.sync_await import _sync_await

ORGANISATION = "organization"
"""The word for it in backends of one's own; the project's name is the stack's."""

PAUSE = 0.1
PATIENCE = 120.0
"""Seconds for an engine to read a state."""


def published(stack: str, output: str) -> Any:
    """The value of an output, known before anything else is declared; None when the stack published no such output.

    The program waits for it here instead of passing it on: nothing may be made beside a province that says otherwise,
    and what is made comes from the approved plan alone. The SDK's own data sources wait in the same way.
    """
    reference = pulumi.StackReference(stack, f"{ORGANISATION}/{pulumi.get_project()}/{stack}")
    return _sync_await(_told(reference, output))


async def _told(reference: pulumi.StackReference, output: str) -> Any:
    """RunError when the engine refuses to read the stack, is gone, or does not answer.

    The SDK may never complete the outputs of a read that failed, as when its engine was killed: it only asks its event
    loop to stop. Whoever just waits for them waits for ever, and keeps the whole command from ending.
    """
    loop, details = asyncio.get_running_loop(), asyncio.ensure_future(reference.get_output_details(output))
    deadline = loop.time() + PATIENCE
    while not details.done():
        failure = _get_rpc_manager().unhandled_exception
        if failure is not None or getattr(loop, "_stopping", False) or loop.time() > deadline:
            details.cancel()
            raise pulumi.RunError(f"the stack that this one reads cannot be read: {failure or 'the engine is gone'}")
        await asyncio.wait([details], timeout=PAUSE)
    return details.result().value
