"""A page in headless Chromium, by its DevTools protocol: real clicks and keys, and what its console says."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_LONGEST = 30.0  # s that an answer may take
_KEYS = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Enter": 13}


class Page:
    """The one tab of a browser; ``complaints`` is what its console has said since a page was opened."""

    def __init__(self, loop, socket):
        self._loop, self._socket, self._number = loop, socket, 0
        self.complaints, self.requests = [], []

    def _do(self, method, **parameters):
        self._number += 1
        message = json.dumps({"id": self._number, "method": method, "params": parameters})
        return self._loop.run_until_complete(asyncio.wait_for(self._answer(message, self._number), _LONGEST))

    async def _answer(self, message, number):
        await self._socket.write_message(message)
        while True:
            told = json.loads(await self._socket.read_message())
            if told.get("id") == number:
                assert "error" not in told, told["error"]
                return told["result"]
            self._note(told["method"], told["params"])

    def _note(self, event, details):
        if event == "Network.requestWillBeSent":
            self.requests.append(details["request"]["url"])
        elif event in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(json.dumps(details))

    def open(self, path, width, height=900, dark=False):
        """Open a file as a screen of that width shows it; return the seconds until it had loaded and drawn."""
        self.complaints, self.requests = [], []
        for domain in ("Runtime", "Log", "Network", "Page"):
            self._do(f"{domain}.enable")
        self._do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._do("Emulation.setEmulatedMedia", features=scheme)
        self._do("Page.navigate", url=Path(path).resolve().as_uri())
        until = time.monotonic() + _LONGEST
        while not self.run("location.protocol === 'file:' && document.readyState === 'complete'"):
            assert time.monotonic() < until
            time.sleep(0.02)
        drawn = (
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
        )
        return self.run(drawn) / 1000

    def run(self, script):
        """Return the value of an expression."""
        told = self._do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def text(self, selector):
        """Return the text of an element."""
        return self.run(f"document.querySelector({json.dumps(selector)}).textContent")

    def click(self, selector, x=0.5, y=0.5):
        """Click with the mouse on an element, at a share of its width and height."""
        where = (
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'"
        )
        where += ", behavior: 'instant'}); const b = e.getBoundingClientRect(); "
        left, top = self.run(f"{where} return [b.left + {x} * b.width, b.top + {y} * b.height]; }})()")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._do("Input.dispatchMouseEvent", type=kind, x=left, y=top, button="left", clickCount=1)

    def press(self, key):
        """Press a key, wherever the focus is."""
        code = {"windowsVirtualKeyCode": _KEYS[key]}
        for kind in ("rawKeyDown", "keyUp"):
            self._do("Input.dispatchKeyEvent", type=kind, key=key, code=key, **code)

    def picture(self, path, whole=True):
        """Write a screenshot as PNG."""
        told = self._do(
            "Page.captureScreenshot", captureBeyondViewport=whole, **({"clip": self._all()} if whole else {})
        )
        Path(path).write_bytes(base64.b64decode(told["data"]))

    def _all(self):
        width, height = self.run("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
        return {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}


@contextmanager
def browser(folder):
    """Yield a `Page`; the browser keeps what it writes in a folder and reaches no network."""
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    options += ["--remote-debugging-port=0", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    command = [CHROMIUM, *options, f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    loop = asyncio.new_event_loop()
    try:
        yield Page(loop, loop.run_until_complete(_connected(Path(folder) / "DevToolsActivePort")))
    finally:
        process.terminate()
        process.wait(timeout=_LONGEST)
        loop.close()


async def _connected(told):
    until = time.monotonic() + _LONGEST
    while not (told.exists() and told.read_text().count("\n")):
        assert time.monotonic() < until, "Chromium does not say where it listens."
        await asyncio.sleep(0.05)
    port = told.read_text().splitlines()[0]
    answer = await AsyncHTTPClient().fetch(HTTPRequest(f"http://127.0.0.1:{port}/json/list"))
    (tab,) = (one for one in json.loads(answer.body) if one["type"] == "page")
    return await websocket_connect(tab["webSocketDebuggerUrl"], max_message_size=100_000_000)
