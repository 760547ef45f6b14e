"""What a ledger key is about, in words of the inventory."""

from __future__ import annotations

from inventory.model import Inventory


class Names:
    """Titles of everything a claim can be about."""

    def __init__(self, inv: Inventory) -> None:
        self._inv = inv
        self._zones = {zone.id: zone.title for zone in inv.matrix.zones}
        self._titles = {platform.name: platform.title for platform in inv.platforms}
        self._sites = {site.name: site.title for site in inv.sites}
        self._areas = {area.id: area.title for area in inv.addressing.areas}
        self._units = {(one.plane.value, one.region, one.id): one.name for one in inv.organisations}

    def meaning(self, key: str) -> str:
        """One line for a ledger key; the key itself where the inventory knows nothing more."""
        kind, _, rest = key.partition("/")
        parts = rest.split("/")
        method = getattr(self, f"_{kind}", None)
        return method(parts) if method is not None and rest else key

    def region(self, code: str) -> str:
        """Code and name, or the code alone."""
        found = self._inv.region_by_code.get(code)
        return f"{code} {found.name}" if found else code

    def _plane(self, parts: list[str]) -> str:
        return f"plane {parts[0]}, block {parts[1]}" if parts[1:] else f"plane {parts[0]}"

    def _region(self, parts: list[str]) -> str:
        if len(parts) < 2:
            return parts[0]
        what = self.region(parts[1])
        if parts[2:3] == ["reserved"]:
            return f"{what}: kept for this code, given to nobody"
        return f"{what} in block {parts[3]}" if parts[2:3] == ["in"] and parts[3:] else what

    _city = _region

    def _area(self, parts: list[str]) -> str:
        return self._areas.get(parts[-1], parts[-1])

    def _org(self, parts: list[str]) -> str:
        return self._units.get((parts[0], parts[1], parts[-1]), "/".join(parts)) if len(parts) > 2 else "/".join(parts)

    def _zone(self, parts: list[str]) -> str:
        return f"{parts[0]} {self._zones.get(parts[-1], parts[-1])}"

    _subnet = _zone

    def _services(self, parts: list[str]) -> str:
        return f"services of {self._titles.get(parts[0], parts[0])}"

    def _link(self, parts: list[str]) -> str:
        return f"link {parts[0]}"

    def _loopback(self, parts: list[str]) -> str:
        return f"loopback of {parts[0]}"

    def _iface(self, parts: list[str]) -> str:
        return f"{parts[0]} {parts[-1]}"

    def _site(self, parts: list[str]) -> str:
        return f"{parts[0]} {self._sites.get(parts[0], '')}".strip()

    def _ula(self, parts: list[str]) -> str:
        title = next((site.title for site in self._inv.addressing.local if site.id == parts[-1]), parts[-1])
        return f"local site {title}"

    def _released(self, parts: list[str]) -> str:
        return f"released, in quarantine: {self.meaning('/'.join(parts[:-1]))}"
