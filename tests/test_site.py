"""The site that ``make docs`` has built, in a real browser; where there is none, or no site, this is skipped."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HTML = Path(__file__).parents[1] / "build" / "docs" / "html"
BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)

pytestmark = pytest.mark.skipif(
    "CI" not in os.environ and not (BROWSER and (HTML / "index.html").exists()),
    reason="make docs builds the site; chromium looks at it",
)

PAGES = ("index.html", "tutorials/index.html", "notebooks/01_getting_started.html", "reference/experiment_keys.html",
         "reference/api/pynn_sfdfa.html", "gallery.html", "search.html?q=threshold")  # fmt: skip


def looked_at(page, folder):
    """Return a page as it is after its scripts have run, and what it has said on the console."""
    options = (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=5000",
        "--enable-logging=stderr",
    )
    nothing_else = "--host-resolver-rules=MAP * ~NOTFOUND"
    command = [BROWSER, *options, nothing_else, f"--user-data-dir={folder}", "--dump-dom", f"{HTML.as_uri()}/{page}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_pages_load_without_a_network_and_without_errors(page, tmp_path):
    text, said = looked_at(page, tmp_path)
    assert ("how-to/choose_thresholds.html" if page.startswith("search") else "<h1>") in text
    assert said == []


def test_nothing_is_loaded_from_elsewhere():
    pages = [*HTML.rglob("*.html")]
    assert len(pages) > 40
    loaded = re.compile(r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^\"]*\"")
    assert [(page.name, match[0]) for page in pages for match in loaded.finditer(page.read_text())] == []
    styles = [*HTML.rglob("*.css")]
    assert [style.name for style in styles if re.search(r"url\([\"']?(?:https?:)?//", style.read_text())] == []


def test_every_picture_is_there():
    for page in HTML.rglob("*.html"):
        for source in re.findall(r"<img\b[^>]*\bsrc=\"([^\"#]+)\"", page.read_text()):
            assert source.startswith("data:") or (page.parent / source).exists(), f"{page}: {source}"
