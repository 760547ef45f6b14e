"""Office files as deterministic bytes: the same parts give the same file, whatever the clock says."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ipv6.change.render import visible

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time a ZIP entry can carry."""


_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (section 2.2)."""


def readable(text: str) -> str:
    """The text with what nobody sees, and what XML cannot hold, spelt out."""
    return _NO_XML.sub(lambda found: f"<U+{ord(found[0]):04X}>", str(visible(text)))


def repack(data: bytes) -> bytes:
    """The same entries in the same order, every one with the same time."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            info = ZipInfo(entry.filename, FIRST_DAY)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            target.writestr(info, source.read(entry))
    return buffer.getvalue()
