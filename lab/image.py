"""One small image under many names, packed without a registry: a layer, a configuration per name, a manifest.

The format is that of `docker save`, which containerd imports. Equal inputs give equal bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

from .spec import ImageSpec

PROGRAM = "/stand-in"


def write_images(program: Path, target: Path, images: Sequence[ImageSpec]) -> None:
    """Pack `program` as every one of `images` into the archive `target`, which appears whole or not at all."""
    layer = _archive({"stand-in": (program.read_bytes(), 0o755), "var/lib/data/": (b"", 0o777), "tmp/": (b"", 0o777)})
    digest = hashlib.sha256(layer).hexdigest()
    members: dict[str, tuple[bytes, int]] = {f"{digest}/layer.tar": (layer, 0o644)}
    manifest = []
    for image in images:
        config = json.dumps(_config(image, digest), sort_keys=True).encode()
        name = f"{hashlib.sha256(config).hexdigest()}.json"
        members[name] = (config, 0o644)
        manifest.append({"Config": name, "RepoTags": [image.name], "Layers": [f"{digest}/layer.tar"]})
    members["manifest.json"] = (json.dumps(manifest, sort_keys=True).encode(), 0o644)
    new = target.with_name(f"{target.name}.new")
    new.write_bytes(_archive(members))
    new.replace(target)


def _config(image: ImageSpec, layer: str) -> dict[str, object]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": [PROGRAM], "Env": [f"{key}={value}" for key, value in image.env]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
        "history": [{"created_by": "jiyue lab: stand-in for the vendor's function"}],
    }


def _archive(members: dict[str, tuple[bytes, int]]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, (data, mode) in members.items():
            info = tarfile.TarInfo(name.rstrip("/"))
            info.mode, info.size = mode, len(data)
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()
