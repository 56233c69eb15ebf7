"""One visit of a page with a chat widget in real Chromium, and what it cost: bytes, requests, times, blocked time, memory."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from benchmarks.chat_widgets import Widget

WATCH = """(({launcher, box}) => {
  const seen = window.__visit = {blocking: 0, tapped: null};
  const find = path => path.reduce((root, selector) => root && (root.shadowRoot || root).querySelector(selector), document);
  const drawn = e => e.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const shown = e => e && e.getBoundingClientRect().width > 0 && drawn(e);
  const usable = e => shown(e) && !e.disabled && !e.readOnly && (e.isContentEditable || 'value' in e);
  const when = (path, is) => new Promise(done => {
    const look = () => is(find(path)) ? done(performance.now()) : requestAnimationFrame(look);
    look();
  });
  seen.launcher = launcher ? when(launcher, shown) : null;
  seen.usable = box.length ? when(box, usable) : null;
  seen.written = () => { const e = find(box); return 'value' in e ? e.value : e.textContent; };
  seen.focused = () => {
    let e = document.activeElement;
    while (e && e.shadowRoot) e = e.shadowRoot.activeElement;
    return e === find(box);
  };
  new PerformanceObserver(tasks => tasks.getEntries().forEach(task => seen.blocking += Math.max(0, task.duration - 50)))
    .observe({type: 'longtask', buffered: true});
  addEventListener('click', event => seen.tapped = seen.tapped || event.timeStamp, true);
})(%s)"""
QUIET_S = 0.7
PATIENCE_S = 60.0
WORDS = "低保多少钱"


@dataclass(frozen=True)
class Conditions:
    """``kbit_s``: both ways; ``latency_ms``: added to each request; ``cpu``: how many times slower."""

    kbit_s: int | None = None
    latency_ms: int = 0
    cpu: float = 1.0

    def impose(self, browser: CDPSession) -> None:
        browser.send("Emulation.setCPUThrottlingRate", {"rate": self.cpu})
        if self.kbit_s:
            per_second = self.kbit_s * 1000 / 8
            browser.send("Network.emulateNetworkConditions", {
                "offline": False, "latency": self.latency_ms, "downloadThroughput": per_second, "uploadThroughput": per_second})


class Ledger:
    """What came over the wire for a page, the page itself apart: response heads and bodies, and what sockets received."""

    def __init__(self, browser: CDPSession):
        self._bytes: dict[str, float] = {}
        self._open: set[str] = set()
        self._ignored: set[str] = set()
        self.failed: list[str] = []
        self._addresses: dict[str, str] = {}
        self._last = time.monotonic()
        for event, heard in {
            "requestWillBeSent": self._sent, "requestServedFromCache": self._kept, "responseReceived": self._head,
            "dataReceived": self._data, "loadingFinished": self._finished, "loadingFailed": self._failed,
            "webSocketCreated": self._socket, "webSocketFrameReceived": self._frame,
        }.items():
            browser.on(f"Network.{event}", heard)

    @property
    def requests(self) -> int:
        return len(self._bytes)

    @property
    def kilobytes(self) -> float:
        return sum(self._bytes.values()) / 1000

    def wait_until_quiet(self, page: Page) -> None:
        """Until nothing was under way for a while. A socket that stays open counts as quiet."""
        deadline = time.monotonic() + PATIENCE_S
        while self._open or time.monotonic() - self._last < QUIET_S:
            assert time.monotonic() < deadline, f"{page.url} still loads {[self._addresses[i] for i in self._open]}"
            page.wait_for_timeout(50)

    def _sent(self, event: dict[str, Any]) -> None:
        self._last = time.monotonic()
        address = event["request"]["url"]
        if event.get("type") == "Document" or address.startswith("data:"):
            self._ignored.add(event["requestId"])
            return
        self._addresses[event["requestId"]] = address
        self._bytes[event["requestId"]] = 0
        self._open.add(event["requestId"])

    def _kept(self, event: dict[str, Any]) -> None:
        self._drop(event["requestId"])

    def _head(self, event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache"):
            self._drop(event["requestId"])
        else:
            self._add(event["requestId"], event["response"]["encodedDataLength"])

    def _data(self, event: dict[str, Any]) -> None:
        self._add(event["requestId"], event["encodedDataLength"])

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._bytes:
            self._bytes[event["requestId"]] = event["encodedDataLength"]
        self._close(event["requestId"])

    def _failed(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._addresses and not event.get("canceled"):
            self.failed.append(self._addresses[event["requestId"]])
        self._close(event["requestId"])

    def _socket(self, event: dict[str, Any]) -> None:
        self._bytes[event["requestId"]] = 0

    def _frame(self, event: dict[str, Any]) -> None:
        self._add(event["requestId"], len(event["response"]["payloadData"].encode()))

    def _add(self, request: str, size: float) -> None:
        if request in self._bytes:
            self._bytes[request] += size

    def _drop(self, request: str) -> None:
        self._bytes.pop(request, None)

    def _close(self, request: str) -> None:
        if request not in self._ignored:
            self._open.discard(request)
            self._last = time.monotonic()


def visit(context: BrowserContext, address: str, widget: Widget, conditions: Conditions, tap: bool) -> dict[str, float]:
    """Load the page in a tab of its own and, with ``tap``, open the widget as soon as its button stands there and type.

    Times in ms, from the navigation on where nothing else is said: ``launcher_ms`` until the button is to be seen; ``tap_ms``
    from the tap until the box takes writing; ``ready_ms`` both together, or until the box of one that is always open takes it.
    ``blocking_ms``: what long tasks took beyond 50 ms each; ``script_ms``: all JavaScript; ``heap_mb``: after a collection.
    """
    page = context.new_page()
    browser = context.new_cdp_session(page)
    ledger = Ledger(browser)
    browser.send("Network.enable")
    browser.send("Performance.enable")
    conditions.impose(browser)
    page.add_init_script(WATCH % json.dumps({"launcher": widget.launcher, "box": widget.box}))
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(address, wait_until="commit")
    found: dict[str, float] = {}
    if widget.launcher:
        found["launcher_ms"] = page.evaluate("window.__visit.launcher")
        if tap:
            page.locator(" ".join(widget.launcher)).click()
            found["tap_ms"] = page.evaluate("window.__visit.usable") - page.evaluate("window.__visit.tapped")
            found["ready_ms"] = found["launcher_ms"] + found["tap_ms"]
    elif widget.box:
        found["ready_ms"] = page.evaluate("window.__visit.usable")
    ledger.wait_until_quiet(page)
    used = {m["name"]: m["value"] for m in browser.send("Performance.getMetrics")["metrics"]}
    found |= {
        "kilobytes": ledger.kilobytes, "requests": ledger.requests, "unreachable": len(ledger.failed),
        "blocking_ms": page.evaluate("window.__visit.blocking"), "script_ms": 1000 * used["ScriptDuration"],
    }
    browser.send("HeapProfiler.collectGarbage")
    found["heap_mb"] = browser.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    if widget.box and (tap or not widget.launcher):
        found["focused"] = float(page.evaluate("window.__visit.focused()"))
        _type(page, widget)
    page.close()
    return found


def _type(page: Page, widget: Widget) -> None:
    """Proof that what counted as ready was."""
    page.locator(" ".join(widget.box)).click()
    page.keyboard.insert_text(WORDS)
    written = page.evaluate("window.__visit.written()")
    assert written == WORDS, f"{widget.label} took {written!r}"
