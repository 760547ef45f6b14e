"""A headless Chromium over its own debugging protocol (CDP): enough to look at a page, use it and print it."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--hide-scrollbars",
)  # fmt: skip
PATIENCE = 60.0
"""Seconds for the browser to start or to answer."""


class Browser:
    """One page. `problems` are errors and warnings of its console, uncaught exceptions and refused loads;
    `asked` every address that it wanted to load."""

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._loop, self._socket, self._number = loop, socket, 0
        self._seen: set[str] = set()
        self.problems: list[str] = []
        self.asked: list[str] = []

    def open(self, url: str) -> None:
        """Load an address and wait until it is whole."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self._seen.clear()
        self.call("Page.navigate", url=url)
        while "Page.loadEventFired" not in self._seen:
            self._receive()

    def say(self, expression: str) -> Any:
        """The value of a JavaScript expression; a thrown error fails the test."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def key(self, name: str, code: int) -> None:
        """Press one key."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if name == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **text)

    def look(self, path: Path, width: int, height: int, dark: bool = False) -> bytes:
        """A picture of the top of the page at that size (CSS pixels), in that scheme."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
        return path.read_bytes()

    def pdf(self, path: Path) -> bytes:
        """The page on paper."""
        made = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(base64.b64decode(made["data"]))
        return path.read_bytes()

    def call(self, method: str, **parameters: Any) -> Any:
        """One command of the protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._loop.run_until_complete(self._socket.send_json(message))
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = self._loop.run_until_complete(asyncio.wait_for(self._socket.receive_json(), PATIENCE))
        method, told = str(message.get("method", "")), message.get("params", {})
        self._seen.add(method)
        if method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.problems.append(json.dumps(told["args"])[:400])
        elif method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(told["exceptionDetails"])[:400])
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.problems.append(told["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.asked.append(told["request"]["url"])
        return message


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with a profile of its own; it ends with the block."""
    (profile / "DevToolsActivePort").unlink(missing_ok=True)
    argv = ["chromium", *QUIET, f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    loop = asyncio.new_event_loop()
    session: aiohttp.ClientSession | None = None
    try:
        port = _port(process, profile / "DevToolsActivePort")
        session = loop.run_until_complete(_session())
        socket = loop.run_until_complete(_page(session, port))
        yield Browser(loop, socket)
        loop.run_until_complete(socket.close())
    finally:
        if session is not None:
            loop.run_until_complete(session.close())
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        loop.close()


def _port(process: subprocess.Popen[bytes], told: Path) -> int:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if told.is_file() and (lines := told.read_text(encoding="ascii").splitlines()):
            return int(lines[0])
        time.sleep(0.05)
    raise AssertionError(f"chromium does not start (exit code {process.poll()})")


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()


async def _page(session: aiohttp.ClientSession, port: int) -> aiohttp.ClientWebSocketResponse:
    async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
        pages = [one for one in await response.json() if one["type"] == "page"]
    return await session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0)
