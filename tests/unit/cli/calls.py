"""Calling the command inside the test's own process."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

import pytest

from jiyue.cli.app import main
from jiyue.i18n import set_language


@dataclass(frozen=True, slots=True)
class Done:
    """What a call left behind."""

    code: int
    out: str
    err: str


class _Stream(io.StringIO):
    """Text that is captured; says what a terminal stream would say of itself."""

    encoding = "utf-8"


def run(words: list[str], monkeypatch: pytest.MonkeyPatch, **environ: str) -> Done:
    """`jiyue WORDS` with these variables added; Chinese unless JIYUE_LANG says otherwise."""
    with monkeypatch.context() as patch:
        for name in ("JIYUE_LANG", "JIYUE_DEBUG", "JIYUE_ROOT", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "200")
        for name, value in environ.items():
            patch.setenv(name, value)
        out, err = _Stream(), _Stream()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
                main(words)
        finally:
            set_language("zh")
    code = ended.value.code
    assert isinstance(code, int)
    return Done(code, out.getvalue(), err.getvalue())
