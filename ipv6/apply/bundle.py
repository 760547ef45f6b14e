"""Packs the device side (`ipv6/agent` and what drivers bring for the device) into one zipapp, the same bytes each time.

What goes along from a driver's folder is every module but its face (`__init__`), its renderer (`render`) and what it
can do (`capabilities`). A driver without a device side stays at home.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ipv6.drivers import registry

_DATE = (1980, 1, 1, 0, 0, 0)
_CONTROLLER_ONLY = ("__init__.py", "render.py", "capabilities.py")
_MAIN = "import sys\nfrom ipv6.agent.main import main\nraise SystemExit(main(sys.argv[1:]))\n"
_PROGRAM = """\
import base64, hashlib, os, sys, zlib
HOME, NAME = "/var/lib/jiyue", "agent-{digest}.pyz"
AGENT = b"{agent}"
PAYLOAD = b"{payload}"
os.umask(0o022)
os.makedirs(HOME, mode=0o700, exist_ok=True)
path = os.path.join(HOME, NAME)
try:
    with open(path, "rb") as file:
        have = hashlib.sha256(file.read()).hexdigest()
except FileNotFoundError:
    have = ""
if have != "{digest}":
    with open(path + f".{{os.getpid()}}", "wb") as file:
        file.write(base64.b64decode(AGENT))
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)
sys.dont_write_bytecode = True
sys.path.insert(0, path)
from ipv6.agent.main import run
run(zlib.decompress(base64.b64decode(PAYLOAD)).decode(), path)
"""


@cache
def zipapp() -> bytes:
    """The agent as a zip that Python runs; deterministic, so its hash names a version."""
    found: dict[str, bytes] = {"__main__.py": _MAIN.encode(), "ipv6/__init__.py": b"", "ipv6/drivers/__init__.py": b""}
    found.update(_folder("ipv6.agent", ()))
    for name in registry.on_device():
        found[f"ipv6/drivers/{name}/__init__.py"] = b""
        found.update(_folder(f"ipv6.drivers.{name}", _CONTROLLER_ONLY))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(found):
            info = zipfile.ZipInfo(path, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, found[path])
    return buffer.getvalue()


def _folder(package: str, without: tuple[str, ...]) -> dict[str, bytes]:
    base = package.replace(".", "/")
    return {
        f"{base}/{item.name}": item.read_bytes()
        for item in files(package).iterdir()
        if item.name.endswith(".py") and item.name not in without
    }


def program(payload: Mapping[str, object]) -> str:
    """The ASCII program that `python3 -` runs on a device: leave the agent there, hand it the payload."""
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()
    agent = zipapp()
    return _PROGRAM.format(
        digest=hashlib.sha256(agent).hexdigest(),
        agent=base64.b64encode(agent).decode(),
        payload=base64.b64encode(zlib.compress(text, 6)).decode(),
    )
