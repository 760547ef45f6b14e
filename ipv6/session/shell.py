"""One command, one answer: echo, pager, questions, complaints and prompts of an interactive command line."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ipv6.agent.host import Failed
from ipv6.session import screen
from ipv6.session.line import Line

_COMPLAINT = re.compile(
    r"\s*(Error\s*:.*|%\s*\S.*|.*(?:Unrecognized|Incomplete|Ambiguous|Wrong) (?:command|parameter).*)"
)
_CARET = re.compile(r"\s*\^\s*$")
_QUIET = 0.05
"""Seconds of silence after a prompt before it is believed, as a device may still be printing."""


class Complaint(Failed):
    """The device did not take a command; the text holds command, place and the device's own words."""


class Stuck(Failed):
    """What the device shows is nothing that we know; nothing more is typed, the session is dropped."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a prompt may take, in seconds: the first one (log-in), and the answer to any command."""

    login: float = 20.0
    answer: float = 30.0


class Shell:
    """A logged-in command line. `prompt` is the one shown now, `names` are the names that the device may have."""

    def __init__(self, line: Line, limits: Limits, password: str = "") -> None:
        self._line, self._limits = line, limits
        self.names: frozenset[str] = frozenset()
        self.prompt = ""
        self._stuck: Stuck | None = None
        self.banner = self._login(password)
        self.names = frozenset({self.prompt.strip("<>[]~* ")})

    def _login(self, password: str) -> str:
        """Up to the first prompt; the password is typed once, when it is asked for."""
        answers = {} if not password else {"": password}
        text = self._until(self._limits.login, MappingProxyType({}), answers)
        if not self.prompt.startswith("<"):
            raise Stuck(f"it greets with {self.prompt!r}, which is not the prompt of a user view")
        return text

    def run(
        self, command: str, answers: Mapping[str, str] = MappingProxyType({}), *, limit: float = 0.0, check: bool = True
    ) -> str:
        """What the device says to a command; Complaint when it is an error, Stuck for anything unknown.

        `answers` maps a pattern of a question to what is typed; a question that is not among them is never answered.
        After a Stuck every further command ends as that one did, untyped.
        """
        if self._stuck is not None:
            raise self._stuck
        if not command.isprintable():
            raise Failed(f"{command!r} is not printable text")
        before = self.prompt
        if command.startswith("sysname "):
            self.names |= {command.split()[1]}
        self._line.write(f"{command}\n")
        try:
            text = screen.without_echo(self._until(limit or self._limits.answer, answers, {}, command), command)
        except Stuck as error:
            # Whoever tidies up afterwards must not type into what nobody knows.
            self._stuck = error
            raise
        if check and (found := complaint(text, command, len(before))):
            raise Complaint(found)
        return text

    def _until(self, limit: float, answers: Mapping[str, str], passwords: dict[str, str], command: str = "") -> str:
        """Read until a prompt stands alone, page by page."""
        kept, text, deadline = "", "", time.monotonic() + limit
        while True:
            if time.monotonic() > deadline:
                where = f" after {command!r}" if command else ""
                raise Stuck(f"no known prompt within {limit:g} s{where}, it shows {screen.last_line(text)[-120:]!r}")
            text += self._line.read(0.2)
            if len(kept) + len(text) > screen.MAX_SCREEN:
                raise Stuck(f"it says more than {screen.MAX_SCREEN} characters")
            last = screen.last_line(text)
            if screen.MORE.search(last):
                kept += screen.shown(text).rpartition("\n")[0] + "\n"
                text = ""
                self._line.write(" ")
            elif screen.is_prompt(last, self.names):
                more = self._line.read(_QUIET)
                if more:
                    text += more
                    continue
                self.prompt = last
                return (kept + screen.shown(text)).rpartition("\n")[0]
            elif screen.QUESTION.search(last):
                self._line.write(f"{_answer(screen.shown(text), answers, command)}\n")
                kept, text = f"{kept}{screen.shown(text)}\n", ""
            elif screen.PASSWORD.search(last):
                if not passwords:
                    raise Stuck("it asks for a password: give it in JIYUE_DEVICE_PASSWORD, or install a key")
                self._line.write(f"{passwords.popitem()[1]}\n")
                text = ""


def _answer(text: str, answers: Mapping[str, str], command: str) -> str:
    said = " ".join(text.split())[-300:]
    for pattern, answer in answers.items():
        if re.search(pattern, said):
            return answer
    where = f" after {command!r}" if command else " at log-in"
    raise Stuck(f"it asks what nobody foresaw{where}: {said[-160:]!r}; answer it by hand, then run again")


def complaint(text: str, command: str, indent: int) -> str:
    """The device's error about a command, with the word that its caret points to; empty when there is none."""
    caret = next((line for line in text.splitlines() if _CARET.fullmatch(line)), "")
    for line in text.splitlines():
        if found := _COMPLAINT.fullmatch(line):
            at = caret.find("^") - indent
            word = command[command.rfind(" ", 0, at + 1) + 1 :].split(" ")[0] if 0 <= at < len(command) else ""
            return f"{command.strip()!r}{f' at {word!r}' if word else ''}: {found[1].strip()[:200]}"
    return ""
