"""A VRP 8 command line as the NetEngine 8000 command reference and the NE40E feature description tell it."""

from __future__ import annotations

import re

from lab.standin.config import Unknown, View, read
from lab.standin.console import Console

VERSION = """\
Huawei Versatile Routing Platform Software
VRP (R) software, Version 8.200 (NE40E V800R012C00) stand-in, written from the manuals, no Huawei software
"""


USERS = """\
  User-Intf    Delay    Type   Network Address     AuthenStatus    AuthorcmdFlag
  33  VTY 0   00:12:17  SSH    10.9.9.9                 pass           no        Username : night-shift
+ 34  VTY 1   00:00:00  SSH    {client:<24} pass           no        Username : root
"""
CONNECTIONS = """\
* - MD5 Authentication is enabled.
# - Keychain Authentication is enabled.
--------------------------------------------------------------------------------
Cid         SocketID    Local Addr:Port    Foreign Addr:Port    State    VPNID
--------------------------------------------------------------------------------
0x80C8272A  8           0.0.0.0:22         0.0.0.0:0            LISTEN   --
0x80C8272A  9           10.254.1.19:22     10.9.9.9:50022       ESTABLISHED --
0x80C8272A  10          {address}:{port}   {client}:{source}    ESTABLISHED --
--------------------------------------------------------------------------------
"""


class Vrp(Console):
    """A candidate per session in two-phase mode; commit, trial, abort."""

    greeting = "\nInfo: The max number of VTY users is 15, the number of current VTY users online is 1.\n"
    unpage = "screen-length 0 temporary"
    candidate: View
    touched = False

    @property
    def mark(self) -> str:  # type: ignore[override]
        """`~` nothing to commit, `*` something; nothing in immediate mode."""
        return "" if self.box.settings.get("mode") == "immediate" else "*" if self.touched else "~"

    def complaint(self, text: str) -> str:
        return f"Error: {text}"

    def command(self, command: str) -> bool:
        if command == "system-view":
            if not self.path:
                immediate = self.box.settings.get("mode") == "immediate"
                self.touched = bool(self.box.settings.pop("candidate", ""))
                self.candidate = self.box.running if immediate else read(self.box.running.text())
                self.path = [self.candidate]
                self.put("Enter system view, return user view with return command.\n")
        elif command == "display version":
            self.show(VERSION)
        elif command == "display esn":
            self.put(f"ESN of slot 1: {self.box.settings['serial']}\n")
        elif command == "display current-configuration":
            self.show(f"!Software Version V800R012C00\n{self.box.running.text()}return")
        elif command == "display current-configuration interface":
            self.show(f"{self.box.running.text('interface ')}return")
        elif command == "display users":
            self.show(USERS.format(**self.caller))
        elif command == "display tcp status":
            self.show(CONNECTIONS.format(**self.caller))
        elif command == "display configuration candidate" and self.path:
            self.show(f"{self.candidate.text()}return")
        elif command == "display configuration trial status":
            pending = self.box.pending
            self.put(f"Trial status: {'ACTIVE' if pending else 'INACTIVE'}\n")
        elif command == "save":
            if self.ask("Warning: The current configuration will be written to the device.\nAre you sure to continue?"):
                self.box.save()
                self.put(
                    "Now saving the current configuration to the slot 1 .\nInfo: Save the configuration successfully.\n"
                )
        elif self.path and command == "clear configuration candidate":
            self._fresh()
        elif self.path and command.startswith("abort trial"):
            self._abort(command)
        elif self.path and command.split()[0] == "commit":
            self._commit(command)
        else:
            return False
        return True

    def _abort(self, command: str) -> None:
        match = re.fullmatch(r"abort trial(?: persist (\S+))?", command)
        pending = self.box.pending
        if not match or pending is None or pending.label != (match[1] or ""):
            self.put("Error: The configuration trial does not exist.\n")
        elif self.ask("Warning: The trial configuration will be rolled back. Continue?"):
            self.box.revert()
            self._fresh()

    def _fresh(self) -> None:
        self.candidate, self.touched = read(self.box.running.text()), False
        self.path = [self.candidate]

    def _commit(self, command: str) -> None:
        match = re.fullmatch(r"commit(?P<trial> trial(?: (?P<time>\d+))?)?(?: persist (?P<label>[^\d-]\S*))?", command)
        if not match:
            raise Unknown(command.split()[-1], "Wrong parameter found at '^' position.")
        label, pending = match["label"] or "", self.box.pending
        if match["trial"]:
            seconds = int(match["time"] or 600)
            if not 60 <= seconds <= 65535:
                raise Unknown(match["time"], "Wrong parameter found at '^' position.")
            if pending:
                self.put("Error: Another configuration trial is running.\n")
                return
            self.box.arm(label, seconds)
            self.put(
                "Committing....done.\nInfo: The system enters the trial configuration mode. The system will revert to "
                f"previous configuration if the trial configuration is not confirmed in {seconds} seconds.\n"
            )
        elif label and (pending is None or pending.label != label):
            self.put("Error: The configuration trial does not exist.\n")
            return
        else:
            self.box.disarm()
        if self.touched:
            self.box.replace(self.candidate.text())
        self._fresh()

    def configure(self, command: str) -> None:
        super().configure(command)
        if self.box.settings.get("mode") == "immediate":
            self.box.keep()
        else:
            self.touched = True
