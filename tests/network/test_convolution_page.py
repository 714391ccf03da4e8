"""The page about convolution: what it shows runs."""

from __future__ import annotations

import re

from package_sources import ROOT


def test_the_page_shows_what_runs(capsys):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/convolution.md").read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(block, {})
    assert capsys.readouterr().out == "[(8, 6, 6), (10,)]\n"
