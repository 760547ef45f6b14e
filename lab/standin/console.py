"""One session on a stand-in: echo, line editing, pager, questions, views and prompts; the vendor adds its commands."""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress

from lab.standin.box import Box
from lab.standin.config import Unknown, View, enter


class Gone(Exception):
    """The user hung up."""


class Console:
    """What both vendors do alike. Views are a path of (name in the prompt, view); an empty path is the user view."""

    greeting = ""
    unpage = ""
    mark = ""

    def __init__(self, box: Box, wire: socket.socket) -> None:
        self.box, self._wire, self._typed = box, wire, b""
        self._page = int(box.setting("page", 24))
        self.path: list[View] = []
        self.connection: list[str] = []
        self._odd = False

    # -- the terminal

    def put(self, text: str) -> None:
        """Print it; nobody waits for a reader that has gone."""
        with suppress(OSError):
            self._wire.sendall(text.replace("\n", "\r\n").encode())

    def _key(self) -> bytes:
        if not self._typed:
            try:
                self._typed = self._wire.recv(4096)
            except OSError as error:
                raise Gone from error
            if not self._typed:
                raise Gone
            self._introduced()
            return self._key()
        key, self._typed = self._typed[:1], self._typed[1:]
        return key

    def _introduced(self) -> None:
        """What sshd's side says first: client's address and port, ours and ours."""
        while self._typed[:1] == b"\0":
            said, end, rest = self._typed[1:].partition(b"\n")
            if end:
                self.connection, self._typed = said.decode().split(), rest
            else:
                self._typed += self._wire.recv(4096) or b"\n"

    @property
    def caller(self) -> dict[str, str]:
        """Who asks (`client`, its port `source`) at which of our addresses (`address`, `port`); dashes when unknown."""
        words = ("client", "source", "address", "port")
        return (
            dict(zip(words, self.connection, strict=True)) if len(self.connection) == 4 else dict.fromkeys(words, "-")
        )

    def line(self) -> str:
        """One typed line, echoed as it comes and wrapped at column 80 as an editor of lines does."""
        typed = b""
        while (key := self._key()) not in (b"\r", b"\n"):
            typed += key
            with suppress(OSError):
                self._wire.sendall(key if len(typed) % 80 else key + b"\r\n")
            time.sleep(self.box.setting("delay"))
        self.put("\n")
        return typed.decode("utf-8", "replace")

    def show(self, text: str) -> None:
        """Page by page, unless the pager is off; any key but a space stops it."""
        lines = text.splitlines()
        if len(lines) > (breaks := int(self.box.setting("breaks"))) > 0 and lines[-1] == "return":
            lines = lines[:breaks]
        for number, line in enumerate(lines):
            if self._page and number and number % self._page == 0:
                self.put("  ---- More ----")
                key = self._key()
                self.put("\x1b[16D" + " " * 16 + "\x1b[16D")
                if key != b" ":
                    return
            self.put(f"{line}\n")

    def ask(self, question: str, choices: str = "[Y/N]:") -> bool:
        """A question; anything but a clear answer is asked again."""
        while True:
            self.put(f"{question} {choices}")
            answer = self.line().strip().upper()
            if answer in ("Y", "N", "YES", "NO"):
                return answer.startswith("Y")
            self.put("Error: Please choose 'YES' or 'NO' first before pressing 'Enter'.\n")

    # -- the command line

    def prompt(self) -> str:
        """What stands before the cursor."""
        if self._odd:
            return f"{self.box.name}(rescue)#"
        if not self.path:
            return f"<{self.box.name}>"
        inner = "".join(f"-{_short(view.line)}" for view in self.path[1:])
        return f"[{self.mark}{self.box.name}{inner}]"

    def work(self) -> None:
        """Greet and carry out commands until the user goes."""
        self.put(self.greeting)
        with suppress(Gone):
            while True:
                shown = self.prompt()
                self.put(shown)
                command = " ".join(self.line().split())
                surprise = str(self.box.settings.pop("surprise", ""))
                if surprise and command:
                    self.ask(surprise)
                odd = str(self.box.settings.get("odd", ""))
                self._odd = self._odd or bool(odd and command.startswith(odd))
                with self.box.lock:
                    if command and not self._carry_out(command, shown):
                        return
        self.hang_up()

    def hang_up(self) -> None:
        """What becomes of the session's own things."""

    def _carry_out(self, command: str, shown: str) -> bool:
        try:
            if command == "quit":
                if not self.path:
                    return False
                self.path.pop()
            elif command == "return":
                self.path.clear()
            elif command == self.unpage:
                self._page = 0
            elif not self.command(command):
                if not self.path:
                    raise Unknown(command.split()[0], "Unrecognized command found at '^' position.")
                self.configure(command)
        except Unknown as error:
            at = len(shown) + max(0, command.find(error.word))
            self.put(f"{' ' * at}^\n{self.complaint(str(error))}\n")
        return True

    def complaint(self, text: str) -> str:
        """An error in the vendor's words."""
        raise NotImplementedError

    def command(self, command: str) -> bool:
        """A command that is no configuration; False when it is none of those."""
        raise NotImplementedError

    def configure(self, command: str) -> None:
        """A configuration command in the current view; from an inner view also one of the views around it."""
        opened = enter(self.path[-1], command)
        if opened is not None:
            self.path.append(opened)


def _short(line: str) -> str:
    return re.sub(r"[^\w./-]+", "-", line.removeprefix("interface "))[:60]
