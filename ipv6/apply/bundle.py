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
from pathlib import Path

from ipv6.drivers import registry

_DATE = (1980, 1, 1, 0, 0, 0)
_CONTROLLER_ONLY = ("__init__.py", "render.py", "capabilities.py")
_MAIN = "import sys\nfrom ipv6.agent.main import main\nraise SystemExit(main(sys.argv[1:]))\n"
_PROGRAM = """\
import binascii, marshal, os, sys, zlib
HOME, CACHE, NAME = "/var/lib/jiyue", "/run/jiyue", "agent-{digest}"
AGENT = b"{agent}"
PAYLOAD = b"{payload}"
{start}"""
_START = """\
os.umask(0o022)
os.makedirs(HOME, mode=0o700, exist_ok=True)
path = os.path.join(HOME, NAME + ".pyz")
agent = binascii.a2b_base64(AGENT)
try:
    with open(path, "rb") as file:
        have = file.read()
except FileNotFoundError:
    have = b""
if have != agent:
    try:
        with open(path + f".{os.getpid()}", "wb") as file:
            file.write(agent)
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, path)
    except OSError:
        os.path.exists(path + f".{os.getpid()}") and os.remove(path + f".{os.getpid()}")
        raise

# Compiled once per boot and kept where a boot forgets it. The timers and the boot run the zipapp alone.
compiled = os.path.join(CACHE, f"{NAME}.{sys.implementation.cache_tag}.code")
try:
    with open(compiled, "rb") as file:
        code = marshal.loads(file.read())
    if not isinstance(code, dict):
        raise ValueError
except (OSError, EOFError, ValueError, TypeError):  # not there, not to be read, or not whole
    import zipfile
    code = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            folder, _, last = name.removesuffix(".py").rpartition("/")
            word = (folder if last == "__init__" else name.removesuffix(".py")).replace("/", ".")
            where = os.path.join(path, folder) if last == "__init__" else None
            code[word] = where, compile(archive.read(name), os.path.join(path, name), "exec", dont_inherit=True)
    made = compiled + f".{os.getpid()}"
    try:
        os.makedirs(CACHE, mode=0o700, exist_ok=True)
        with open(made, "wb") as file:
            file.write(marshal.dumps(code))
        os.replace(made, compiled)
    except OSError:  # full or read-only: the next start compiles again; what is not whole must not stay
        for broken in (made, compiled):
            try:
                os.remove(broken)
            except OSError:
                pass
Spec = type(sys.__spec__ or __import__("os").__spec__)


class Compiled:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in code:
            return None
        spec = Spec(name, Compiled, origin=code[name][1].co_filename, is_package=code[name][0] is not None)
        if code[name][0] is not None:
            spec.submodule_search_locations.append(code[name][0])
        return spec

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        exec(code[module.__name__][1], module.__dict__)


sys.meta_path.insert(0, Compiled)
from ipv6.agent.main import run
run(zlib.decompress(binascii.a2b_base64(PAYLOAD)).decode(), path)
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


_SESSION = """\
import sys, types
sys.path.insert(0, {root})
import ipv6.drivers
for name in {names}:
    # The face of a driver brings renderers and libraries; a session needs neither.
    package = types.ModuleType("ipv6.drivers." + name)
    package.__path__ = [{root} + "/ipv6/drivers/" + name]
    sys.modules[package.__name__] = package
from ipv6.session.main import run
run({payload}, {way})
"""


def session_program(payload: Mapping[str, object], way: Mapping[str, object]) -> str:
    """The ASCII program that this machine's Python runs for a device without a program of ours; no secret is in it."""
    root = str(Path(__file__).resolve().parents[2])
    names = [name for name in registry.names() if driver_folder(name)]
    text = json.dumps(payload, sort_keys=True)
    return _SESSION.format(root=ascii(root), names=ascii(names), payload=ascii(text), way=ascii(dict(way)))


def driver_folder(name: str) -> bool:
    """Whether a driver has anything to run on either side."""
    return any(item.name in ("device.py", "session.py") for item in files(f"ipv6.drivers.{name}").iterdir())


@cache
def _agent() -> tuple[str, str]:
    """The zipapp's digest, and itself as ASCII."""
    agent = zipapp()
    return hashlib.sha256(agent).hexdigest(), base64.b64encode(agent).decode()


def program(payload: Mapping[str, object]) -> str:
    """The ASCII program that Python runs on a device: leave the agent there, hand it the payload."""
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()
    digest, agent = _agent()
    return _PROGRAM.format(
        digest=digest, agent=agent, payload=base64.b64encode(zlib.compress(text, 6)).decode(), start=_START
    )
