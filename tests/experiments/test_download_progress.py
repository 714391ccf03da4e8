from __future__ import annotations

import io
import re

from pynn_sfdfa.experiments.download_progress import DownloadProgress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def fetch(stream):
    with DownloadProgress(stream) as progress:
        for file, total in (("images.gz", 2_000_000), ("labels.gz", None)):
            for done in (500_000, 1_000_000, 2_000_000):
                progress(file, done, total)


def test_a_line_for_each_file_where_there_is_no_terminal():
    stream = io.StringIO()
    fetch(stream)
    assert stream.getvalue() == "downloading images.gz (2.0 MB)\ndownloading labels.gz\n"


def test_bars_on_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    fetch(stream)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert re.search(r"downloading images\.gz ━+ 2\.0/2\.0 MB", text)
    assert "downloading labels.gz" in text
    assert stream.getvalue().endswith("\x1b[?25h")  # the cursor is back


def test_nothing_is_shown_where_nothing_is_downloaded():
    stream = Terminal()
    with DownloadProgress(stream):
        pass
    assert stream.getvalue() == ""
