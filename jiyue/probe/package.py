"""The prober as one file: a zipapp of `jiyue/probe/agent` and dnspython, the same bytes for the same sources."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MAIN = "import sys\nfrom prober.main import main\nsys.exit(main())\n"


@dataclass(frozen=True, slots=True)
class Package:
    """The zipapp and its sha256 (hex), which is also how a host knows that it already has it."""

    content: bytes
    digest: str


@lru_cache(maxsize=1)
def package() -> Package:
    """Pack the prober once per process; raises FileNotFoundError when dnspython is not installed."""
    import dns

    parts = [("__main__.py", _MAIN.encode())]
    parts += _sources(Path(__file__).parent / "agent", "prober")
    parts += _sources(Path(str(dns.__file__)).parent, "dns")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(parts):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    content = out.getvalue()
    return Package(content, hashlib.sha256(content).hexdigest())


def _sources(folder: Path, name: str) -> list[tuple[str, bytes]]:
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return [(f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()) for path in folder.rglob("*.py")]
