"""A Comware 7 command line as H3C's fundamentals configuration guide tells it: every command takes effect at once."""

from __future__ import annotations

import re

from lab.standin.config import Unknown
from lab.standin.console import Console

VERSION = """\
H3C Comware Software, Version 7.1.075, stand-in, written from the manuals, no H3C software
Copyright notice: none
"""


USERS = """\
  Idx  Line     Idle       Time              Pid     Type
  10   VTY 0    00:10:49   Jun 11 11:27:32   320     SSH
+ 11   VTY 1    00:00:00   Jun 11 11:39:40   334     SSH

Following are more details.
VTY 0   :
        User name: night-shift
        Location: 10.9.9.9
VTY 1   :
        User name: root
        Location: {client}
 +    : Current operation user.
 F    : Current operation user works in async mode.
"""
CONNECTIONS = """\
 *: TCP connection with authentication
 Local Addr:port       Foreign Addr:port     State       Slot  PCB
 0.0.0.0:22            0.0.0.0:0             LISTEN      1     0xffffffffffffff9d
*10.254.1.21:179       10.255.0.1:40179      ESTABLISHED 1     0xffffffffffffff9e
 10.254.1.21:22        10.9.9.9:50022        ESTABLISHED 1     0xffffffffffffff9f
 {address}:{port}      {client}:{source}     ESTABLISHED 1     0xffffffffffffffa0
"""


class Comware(Console):
    """Commit delay, replace by a file, save."""

    greeting = (
        "\n"
        + "*" * 70
        + "\n* Without the owner's prior written consent, no decompiling is allowed. *\n"
        + "*" * 70
        + "\n"
    )
    unpage = "screen-length disable"

    def complaint(self, text: str) -> str:
        return f" % {text}"

    def command(self, command: str) -> bool:
        box = self.box
        if command == "system-view":
            if not self.path:
                self.path = [box.running]
                self.put("System View: return to User View with Ctrl+Z.\n")
        elif command == "display version":
            self.show(VERSION)
        elif command == "display device manuinfo":
            self.put(
                f"Slot 1 CPU 0:\nDEVICE_NAME          : stand-in\nDEVICE_SERIAL_NUMBER : {box.settings['serial']}\n"
            )
        elif command == "display current-configuration":
            self.show(f"#\n version 7.1.075\n{box.running.text()}return")
        elif command == "display current-configuration interface":
            self.show(f"{box.running.text('interface ')}return")
        elif command == "display users":
            self.show(USERS.format(**self.caller))
        elif command == "display tcp":
            self.show(CONNECTIONS.format(**self.caller))
        elif command == "display saved-configuration":
            self.show(f"#\n version 7.1.075\n{box.saved}return")
        elif command == "save force":
            box.save()
            self.put(
                "Validating file. Please wait...\nSaved the current configuration to mainboard device successfully.\n"
            )
        elif match := re.fullmatch(r"save (\S+\.cfg)", command):
            if self.ask(f"The current configuration will be saved to {match[1]}. Continue?"):
                box.files[match[1]] = box.running.text()
                self.put("Now saving current configuration to the device.\nSaved successfully.\n")
        elif match := re.fullmatch(r"delete /unreserved (\S+)", command):
            if match[1] not in box.files:
                self.put(f" % {match[1]} does not exist.\n")
            elif self.ask(f"The file cannot be restored. Delete {match[1]}?"):
                del box.files[match[1]]
        elif self.path and command.startswith("configuration "):
            self._configuration(command)
        else:
            return False
        return True

    def _configuration(self, command: str) -> None:
        box = self.box
        if match := re.fullmatch(r"configuration commit delay (\d+)", command):
            if not 1 <= int(match[1]) <= 65535:
                raise Unknown(match[1], "Wrong parameter found at '^' position.")
            box.arm("delay", int(match[1]) * 60)
        elif command == "configuration commit":
            if box.pending is None:
                self.put(" % No configuration commit delay is running.\n")
            box.disarm()
        elif match := re.fullmatch(r"configuration replace file (\S+)", command):
            if match[1] not in box.files:
                self.put(f" % {match[1]} does not exist.\n")
                return
            if self.ask("Current configuration will be lost, save current configuration?"):
                box.save()
            self.put("Now replacing the current configuration. Please wait ...\n")
            box.replace(box.files[match[1]])
            self.path = [box.running]
            self.put("Succeeded in replacing current configuration with the file.\n")
        else:
            raise Unknown(command.split()[1], "Unrecognized command found at '^' position.")

    def configure(self, command: str) -> None:
        super().configure(command)
        self.box.keep()
