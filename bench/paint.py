"""From a change that a person makes until another page has painted it, and what a page weighs: `python -m bench.paint`.

The house is the demo with its real mosquitto and devices, the browser is Chromium. One page of the desk shows the wall,
another takes a cell out of service and brings it back; the time runs from the request until the frame with the new
state is on the screen. The reference is a bare page on a bare event stream, asked in the same way.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from playwright.sync_api import Browser, Page, sync_playwright

from bench.locker import child
from bench.report import heading, report

CELL = "A03"
PAINTED_MS, PAGE_KB, STYLE_KB = 100.0, 100.0, 20.0
CHROMIUM = os.environ.get("LOBBY_CHROMIUM", "/usr/bin/chromium")
KIOSK = {"width": 1080, "height": 1920}

WATCH = """([selector, state]) => {
  window.painted = new Promise((done) => {
    const is = () => (document.querySelector(selector)?.dataset.state === "off") === (state === "off");
    const now = () => performance.timeOrigin + performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(now());
    const after = () => port2.postMessage(0);
    const watching = new MutationObserver(() => { if (is()) { watching.disconnect(); requestAnimationFrame(after); } });
    watching.observe(document.documentElement, { subtree: true, childList: true, attributes: true });
  });
}"""
SIZES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter((one) => !one.name.includes("/live")).map((one) => [one.name, one.decodedBodySize])"""
NOBODY_IS_FASTER = "() => new Promise((done) => setTimeout(done, 150))"
CHANGE = """async (url) => {
  const began = performance.timeOrigin + performance.now();
  const body = new URLSearchParams({ reason: "bench", once: crypto.randomUUID() });
  const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
  if (answer.status >= 400) throw new Error(`${url}: ${answer.status}`);
  return began;
}"""


@contextmanager
def demo(state: Path) -> Iterator[dict[str, str]]:
    """A running demo: `url` of its window, and the PINs by number."""
    command = [sys.executable, "-m", "lobby", "demo", "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield told(running.stdout)
        finally:
            running.send_signal(signal.SIGINT)
            running.stdout.read()


def told(lines: Iterable[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for line in lines:
        if pin := re.match(r"  (\w+) +(\d{6})  ", line):
            said[pin[1]] = pin[2]
        if line.startswith("The devices alone:"):
            return said | {"url": line.split()[-1].rstrip("/")}
    raise SystemExit("The demo did not start; `lobby demo` tells why.")


def changes_ms(shows: Page, makes: Page, selector: str, address: str, times: int) -> list[float]:
    """Milliseconds from each change until the page that shows it has painted it."""
    took = []
    shows.bring_to_front()  # a page that nobody looks at is painted when the browser finds time
    for number in range(times):
        action, state = ("bring_back", "free") if number % 2 else ("take_out", "off")
        shows.evaluate(WATCH, [selector, state])
        began = makes.evaluate(CHANGE, f"{address}/{action}")
        took.append(shows.evaluate("window.painted") - began)
        makes.evaluate(NOBODY_IS_FASTER)
    return took


def bare_ms(browser: Browser, times: int) -> list[float]:
    with child(["bench.bare_stream"]) as port:
        address = f"http://127.0.0.1:{port.strip()}"
        shows, makes = browser.new_page(), browser.new_page()
        shows.goto(address)
        makes.goto(address)
        shows.locator("body[data-live=on]").wait_for()
        took = changes_ms(shows, makes, "#cell", address, times)
        for page in (shows, makes):
            page.context.close()
    return took


def desk_ms(browser: Browser, said: dict[str, str], times: int) -> list[float]:
    context = browser.new_context()
    shows = context.new_page()
    shows.goto(f"{said['url']}/open/desk")
    shows.locator("[name=number]").fill("S01")
    shows.locator("[name=pin]").fill(said["S01"])
    shows.locator(".key--go").click()
    shows.wait_for_url("**/desk/")
    desk = shows.url.rstrip("/")
    shows.goto(f"{desk}/devices")
    shows.locator("body[data-live=on]").wait_for()
    makes = context.new_page()
    makes.goto(f"{desk}/cells/{CELL}")
    took = changes_ms(shows, makes, f"a.cell[href$='/cells/{CELL}']", f"{desk}/cells/{CELL}", times)
    context.close()
    return took


def weigh(browser: Browser, said: dict[str, str]) -> tuple[float, float]:
    """Kilobytes of the kiosk's first page with all that it loads, and of its style sheets alone."""
    context = browser.new_context(viewport=KIOSK)  # type: ignore[arg-type]  # a plain dict is one
    page = context.new_page()
    page.goto(f"{said['url']}/open/kiosk")
    page.locator("body[data-live=on]").wait_for()
    sizes = page.evaluate(SIZES)
    style, total = sum(size for url, size in sizes if ".css" in url), sum(size for _, size in sizes)
    context.close()
    return total / 1000, style / 1000


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.paint", description=__doc__)
    options.add_argument("--times", type=int, default=200, help="how many changes")
    times = options.parse_args().times
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder) / "demo") as said, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        bare, ours = quantiles(bare_ms(browser, times), n=100), quantiles(desk_ms(browser, said, times), n=100)
        page_kb, style_kb = weigh(browser, said)
        browser.close()
    heading()
    goals = [
        report(
            "a change until it is painted, p99",
            ours[98],
            "ms",
            bare[98],
            f"<= {PAINTED_MS:.0f} ms",
            ours[98] <= PAINTED_MS,
        ),
        report("  p50", ours[49], "ms", bare[49], "(no goal)", ok=True),
        report("the kiosk's first page", page_kb, "KB", PAGE_KB, f"<= {PAGE_KB:.0f} KB", page_kb <= PAGE_KB),
        report("  its style", style_kb, "KB", STYLE_KB, f"<= {STYLE_KB:.0f} KB", style_kb <= STYLE_KB),
    ]
    sys.exit(0 if all(goals) else 1)


if __name__ == "__main__":
    main()
