"""The widget beside other chat widgets in one run of real Chromium, weight and time to typing: ``make benchmark-widget``.

Each is embedded in the same page as its README says, its scripts from another origin than the page, packed and cached alike; ours
comes from a running service, whose gateway it asks as it would anywhere, theirs from a host that plays their backends
(:mod:`benchmarks.chat_widgets`). Every round visits the page with each widget up to three times, in an order that shifts:

- ``load``: for the first time, and nobody opens it. What every visitor of the page pays.
- ``again``: for the second time, scripts in the browser's cache, and the button is tapped as soon as it stands there.
- ``first``: for the first time, and the button is tapped as soon as it stands there (where there is one).

Needs Node's npm, which fetches the other widgets' packages the first time, and Chromium.

    python -m benchmarks.widget [--rounds N] [--only NAME …]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.chat_widgets import WIDGETS, fetch
from benchmarks.visits import Conditions, visit
from bot import training
from tests.service import ROOT, Service, free_port, wait_for

RESULTS = Path(__file__).resolve().parent / "results"
CONDITIONS = {"as it is": Conditions(), "slow phone": Conditions(kbit_s=1600, latency_ms=300, cpu=4)}
BESIDE = {"huimin": ("rasa-webchat", "n8n-chat"), "huimin-inline": ("deep-chat",)}
PHONE = {"width": 390, "height": 844}
ROWS = (
    ("load", "kilobytes", "not opened: kB"),
    ("load", "requests", "requests"),
    ("load", "launcher_ms", "page to button, ms"),
    ("load", "ready_ms", "page to typing, ms"),
    ("load", "script_ms", "all scripts, ms"),
    ("load", "blocking_ms", "blocked, ms"),
    ("load", "heap_mb", "JS heap, MB"),
    ("first", "kilobytes", "opened: kB"),
    ("first", "requests", "requests"),
    ("first", "tap_ms", "tap to typing, ms"),
    ("first", "ready_ms", "page to typing, ms"),
    ("first", "blocking_ms", "blocked, ms"),
    ("again", "kilobytes", "second visit: kB"),
    ("again", "requests", "requests"),
    ("again", "launcher_ms", "page to button, ms"),
    ("again", "ready_ms", "page to typing, ms"),
)
Visits = dict[str, dict[str, dict[str, list[dict[str, float]]]]]


@contextlib.contextmanager
def pages(folder: Path) -> Iterator[str]:
    """The address below which there is a page for each widget; the service and the others' host run meanwhile."""
    site, host = free_port(), free_port()
    own = f"http://127.0.0.1:{site}"
    service = Service(folder, HUIMIN_ALLOWED_ORIGINS=own).start()
    others = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.chat_widgets", "--site", str(site), "--host", str(host),
         "--gateway", service.url], cwd=ROOT)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answers() -> bool:
        assert others.poll() is None, "the other widgets' host ended"
        with contextlib.suppress(OSError):
            return opener.open(f"{own}/page").status == 200
        return False

    try:
        wait_for(answers, 60, "the other widgets' host")
        yield own
    finally:
        others.terminate()
        others.wait(20)
        service.stop()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    path = os.environ.get("HUIMIN_CHROMIUM", "/usr/bin/chromium")
    if not os.path.exists(path):
        raise SystemExit(f"没有找到浏览器 {path}。请先安装 Chromium，例如 apt install chromium，或用 HUIMIN_CHROMIUM 指明位置")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"])
        yield browser
        browser.close()


def visits_of(browser: Browser, site: str, name: str, conditions: Conditions) -> dict[str, dict[str, float]]:
    """In a browser that knows nothing, once more in the same one, and in another that knows nothing."""
    address, widget, found = f"{site}/{name}", WIDGETS[name], {}
    with browser.new_context(viewport=PHONE, locale="zh-CN") as fresh:
        found["load"] = visit(fresh, address, widget, conditions, tap=False)
        if widget.box:
            found["again"] = visit(fresh, address, widget, conditions, tap=True)
    if widget.launcher:
        with browser.new_context(viewport=PHONE, locale="zh-CN") as fresh:
            found["first"] = visit(fresh, address, widget, conditions, tap=True)
    return found


def measured(browser: Browser, site: str, names: list[str], rounds: int) -> Visits:
    """Every visit: by conditions, widget and kind of visit."""
    visits: Visits = {c: {name: defaultdict(list) for name in names} for c in CONDITIONS}
    for name in names:  # warm: compiled files, the service, Chromium
        visits_of(browser, site, name, Conditions())
    for turn in range(rounds):
        shift = turn % len(names)
        for conditions, imposed in CONDITIONS.items():
            for name in names[shift:] + names[:shift]:
                for kind, figures in visits_of(browser, site, name, imposed).items():
                    visits[conditions][name][kind].append(figures)
        print(f"round {turn + 1} of {rounds}, load {os.getloadavg()[0]:.1f}", flush=True)
    return visits


def summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Median and range of each figure."""
    return {key: {"median": round(statistics.median(r[key] for r in rows), 2), "low": round(min(r[key] for r in rows), 2),
                  "high": round(max(r[key] for r in rows), 2)} for key in rows[0]}


def about(name: str) -> dict[str, Any]:
    widget = WIDGETS[name]
    package = widget.package and {
        "name": widget.package.name, "version": widget.package.version, "licence": widget.package.licence,
        "published": widget.package.published, "integrity": fetch(widget.package)}
    return {"label": widget.label, "package": package}


def run(names: list[str], rounds: int) -> dict[str, Any]:
    found: dict[str, Any] = {"widgets": {name: about(name) for name in names}, "rounds": rounds}
    training.train_if_needed()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, pages(Path(folder)) as site:
        found |= {"day": time.strftime("%Y-%m-%d"), "chromium": browser.version, "load_average": [round(os.getloadavg()[0], 1)]}
        visits = measured(browser, site, names, rounds)
        found["load_average"].append(round(os.getloadavg()[0], 1))
    found["conditions"] = {name: vars(c) for name, c in CONDITIONS.items()}
    found["figures"] = {
        c: {name: {kind: summary(rows) for kind, rows in kinds.items()} for name, kinds in by.items()} for c, by in visits.items()
    }
    return found


def show(found: dict[str, Any]) -> None:
    """Medians and ranges, and how many times ours the others' are."""
    for conditions, by_name in found["figures"].items():
        for ours, others in BESIDE.items():
            if ours not in by_name:
                continue
            present = [name for name in (ours, *others, "page") if name in by_name]
            print(f"\n{conditions:32}" + "".join(f"{found['widgets'][name]['label']:>32}" for name in present))
            for kind, key, label in ROWS:
                cells = [by_name[name].get(kind, {}).get(key) for name in present]
                if cells[0]:
                    print(f"{label:32}" + "".join(f"{_cell(c, cells[0]):>32}" for c in cells))


def _cell(figure: dict[str, float] | None, ours: dict[str, float]) -> str:
    if figure is None:
        return "–"
    times = f" ×{figure['median'] / ours['median']:.1f}" if ours["median"] and figure is not ours else ""
    return f"{figure['median']:,.1f} [{figure['low']:,.1f}–{figure['high']:,.1f}]{times}"


def plot(found: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = [name for name in found["widgets"] if name != "page"]
    labels = [found["widgets"][name]["label"] for name in names]
    shown = (("as it is", "kilobytes", "kB until one can type"), ("as it is", "ready_ms", "page to typing, ms"),
             ("slow phone", "ready_ms", "page to typing on a slow phone, ms"))
    figure, axes = pyplot.subplots(1, 3, figsize=(13, 2.8), sharey=True)
    for axis, (conditions, key, title) in zip(axes, shown):
        figures = found["figures"][conditions]
        values = [figures[name].get("first", figures[name]["load"])[key]["median"] for name in names]
        axis.barh(labels, values, color=["tab:blue" if found["widgets"][n]["package"] is None else "tab:orange" for n in names])
        for place, value in enumerate(values):
            axis.text(value, place, f" {value:,.0f}", va="center", fontsize=8)
        axis.set_title(title, fontsize=10)
        axis.margins(x=0.15)
        axis.grid(alpha=0.3, axis="x")
    axes[0].invert_yaxis()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description="the widget beside other chat widgets")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=list(WIDGETS), metavar="NAME", help="a trial with some: writes nothing")
    arguments = parser.parse_args()
    found = run(arguments.only or list(WIDGETS), arguments.rounds)
    show(found)
    if not arguments.only:
        (RESULTS / "widget.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
        plot(found, RESULTS / "widget.png")


if __name__ == "__main__":
    main()
