"""Take the pictures of the dashboard anew: every page, as a desk and as a phone shows it.

python docs/screenshots.py [--phone] [--seconds N] [PAGE...]

Starts a dashboard of its own, lets it run for a while, and writes ``docs/images/dashboard-PAGE.png`` (with ``--phone``
also ``dashboard-PAGE-phone.png``). Needs the extras ``dashboard`` and ``dev`` and Chromium.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from catallaxy.visualization.frame import PAGES

IMAGES = Path(__file__).resolve().parent / "images"
SIZES = {"": (1440, 900), "-phone": (390, 844)}
COLOURS = (256, 128, 64)  # enough for flat panels and thin lines, and a fraction of the bytes
MOST = 150_000
SEED, SYMBOL = "7", "OIL"


def main() -> None:
    """Start a dashboard, open its pages, write the pictures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("pages", nargs="*", metavar="PAGE", help="names in addresses; all if left out")
    asked.add_argument("--phone", action="store_true", help="as a phone shows them, too")
    asked.add_argument("--seconds", type=float, default=30.0, help="how long the world runs before the first picture")
    asked.add_argument("--scenario", default="economy")
    given = asked.parse_args()
    known = [*(path for path, _ in PAGES), f"markets/{SYMBOL}"]
    pages = [path for path in known if not given.pages or (path or "overview") in given.pages]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("error: Chromium is not installed; Debian, Ubuntu: apt install chromium fonts-dejavu")
    with tempfile.TemporaryDirectory() as folder:
        words = ["dashboard", given.scenario, "--seed", SEED, "--pace", "100", "--port", "0", "--out", "runs"]
        server = subprocess.Popen(
            [sys.executable, "-P", "-m", "catallaxy", *words], stdout=subprocess.PIPE, text=True, cwd=folder
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[1].rstrip("/")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu"])
                _take(browser, address, pages, given.seconds, phone=given.phone)
                browser.close()
        finally:
            server.terminate()
            server.wait()


def _take(browser: Browser, address: str, pages: list[str], seconds: float, *, phone: bool) -> None:
    for suffix, (width, height) in SIZES.items():
        if suffix and not phone:
            continue
        tab = browser.new_page(viewport={"width": width, "height": height})
        tab.set_default_timeout(120_000)
        tab.goto(f"{address}/")
        tab.locator("body[data-state]").wait_for()
        if tab.locator("body").get_attribute("data-state") == "playing":
            tab.wait_for_timeout(1e3 * seconds)
            tab.get_by_test_id("play").click()  # all pictures show the same tick
            tab.locator("body[data-state=paused]").wait_for()
        for path in pages:
            tab.goto(f"{address}/{path}")
            tab.locator(".cx-page").wait_for()
            tab.wait_for_timeout(6_000)
            tab.evaluate("document.querySelector('[data-testid=notes]')?.replaceChildren()")
            name = f"dashboard-{(path or 'overview').replace('/', '-').lower()}{suffix}.png"
            print(f"{name}: {_write(tab.screenshot(), IMAGES / name):,} bytes")
        tab.close()


def _write(picture: bytes, path: Path) -> int:
    """Write a picture in as many colours as fit, and return its size."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    reduced = (image.quantize(few, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE) for few in COLOURS)
    for tried in (image, *reduced):
        packed = io.BytesIO()
        tried.save(packed, "PNG", optimize=True)
        if packed.tell() <= MOST:
            break
    path.write_bytes(packed.getvalue())
    return packed.tell()


if __name__ == "__main__":
    main()
