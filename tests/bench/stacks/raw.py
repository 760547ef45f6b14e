"""Server-side applies in a loop, 64 connections, the order that the API server demands and no more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import aiohttp

from infra.cluster import ApiServer
from infra.fleet import Fleet
from infra.live import object_path
from infra.manifest import Manifest

CONNECTIONS = 64
FIRST = ("Namespace", "ServiceCIDR", "StorageClass", "PersistentVolume", "ClusterRole")
HEADERS = {"Content-Type": "application/apply-patch+yaml"}


def apply_all(fleet: Fleet, manifests: Sequence[Manifest]) -> None:
    """Apply everything; a refusal (a range not ready yet) is tried again for a while."""
    server = ApiServer(fleet.kubeconfig, fleet.context(""))
    asyncio.run(_apply(server, manifests))


async def _apply(server: ApiServer, manifests: Sequence[Manifest]) -> None:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=server.tls)
    async with aiohttp.ClientSession(server.url, connector=connector) as session:
        first = [item for item in manifests if item.kind in FIRST]
        rest = [item for item in manifests if item.kind not in FIRST]
        for part in (first, rest):
            await asyncio.gather(*(_one(session, item) for item in part))


async def _one(session: aiohttp.ClientSession, item: Manifest) -> None:
    body = json.dumps(item.document())
    for _ in range(40):
        url = f"{object_path(item)}?fieldManager=raw&force=true"
        async with session.patch(url, data=body, headers=HEADERS) as answer:
            if answer.status in (200, 201):
                return
            said = await answer.text()
        await asyncio.sleep(0.25)
    raise SystemExit(f"{item.place}: {said[:300]}")
