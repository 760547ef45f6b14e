"""The engine started by hand may look, not change: the approval is verified by the command."""

from __future__ import annotations

import pulumi
import pytest

from infra import program


def test_plain_up_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a preview the program stops before it declares anything, and says what to run."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "changsha")
    with pytest.raises(pulumi.RunError, match="only previews; run: jiyue stack up changsha"):
        program.run()
