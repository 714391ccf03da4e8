"""Every block of code on the pages of the documentation runs, in the order of its page; and what pages quote is there.

The pages about SpiNNaker have tests of their own; how commands are shortened is said in readme_commands.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import tomli_w
from click.testing import CliRunner
from package_sources import MODULES
from readme_commands import ROOT, run

from pynn_sfdfa import cli

sys.path.insert(0, str(ROOT / "docs" / "site"))
import experiment_keys
import layout
import messages
import what_runs_where

FENCE = re.compile(r"^```(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("spinnaker", "spinnaker_learning")
PAGES = {
    str(page.relative_to(layout.DOCS).with_suffix("")): page.read_text(encoding="utf-8")
    for page in sorted(layout.DOCS.rglob("*.md"))
}
BLOCKS = {name: FENCE.findall(text) for name, text in PAGES.items()}
CODE = {
    name: [(language, code) for language, code in found if language in ("bash", "python", "toml")]
    for name, found in BLOCKS.items()
}


def test_code_is_in_languages_that_are_run():
    languages = {language for found in BLOCKS.values() for language, _ in found}
    assert languages <= {"bash", "python", "toml", "{toctree}", "{glossary}"}


def run_sweep(tables):
    """Run a sweep with two short runs."""
    tables = tables | {"draws": 2, "set": tables["set"] | {"training": {"epochs": 1}}}
    Path("sweep.toml").write_text(tomli_w.dumps(tables))
    out = f"runs/sweep{len(list(Path('runs').glob('sweep*')))}"
    CliRunner().invoke(cli.main, ["sweep", "sweep.toml", "--workers", "1", "--out", out], catch_exceptions=False)
    assert (Path(out) / "sweep.png").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CODE if CODE[name] and name not in ELSEWHERE])
def test_every_block_of_a_page_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    for language, code in CODE[name]:
        if language == "python":
            exec(compile(code, f"docs/{name}.md: {code.strip().splitlines()[0]}", "exec"), names)
        elif language == "toml":  # in place of the tables of the same names in an experiment
            if "experiment" in tomllib.loads(code):
                run_sweep(tomllib.loads(code))
                continue
            tables = tomllib.loads((ROOT / "pynn_sfdfa" / "experiments" / "digits.toml").read_text())
            Path("parts.toml").write_text(tomli_w.dumps(tables | tomllib.loads(code)))
            run("pynn-sfdfa train parts.toml --out runs/parts")
        else:
            for line in code.splitlines():
                if line:
                    run(line)
    for summary in Path("runs").glob("*/summary.json"):
        assert json.loads(summary.read_text())["epochs"] == (2 if name == "how-to/resume" else 1)


def test_the_portable_script_is_the_example():
    script = (ROOT / "examples" / "portable_script.py").read_text(encoding="utf-8")
    assert ("python", script) in CODE["tutorials/wire_in_pynn"]


def test_every_subcommand_is_shown():
    commands = [
        line for found in CODE.values() for language, code in found if language == "bash" for line in code.splitlines()
    ]
    for name in cli.COMMANDS:
        assert any(line.startswith(f"pynn-sfdfa {name}") for line in commands), name


def test_links_lead_somewhere(tmp_path):
    layout.lay_out(tmp_path)
    assert (tmp_path / "notebooks" / "01_getting_started.ipynb").exists()
    page = layout.DOCS / "index.md"
    with pytest.raises(layout.BrokenLinkError, match=r"docs/index\.md links nowhere\.md, which is no file"):
        layout.turned("[here](nowhere.md)", page)


def test_links_are_turned_to_where_their_targets_have_gone():
    text = "[a](../../notebooks/01_getting_started.ipynb) [b](../algorithm.md#1-the-neuron) [c](https://neuroir.org)"
    turned, linked = layout.turned(text, layout.DOCS / "how-to" / "sweep.md")
    assert (
        turned
        == "[a](../notebooks/01_getting_started.ipynb) [b](../algorithm.md#1-the-neuron) [c](https://neuroir.org)"
    )
    assert {file.name for file in linked} == {"01_getting_started.ipynb", "algorithm.md"}


def test_messages_that_troubleshooting_explains_are_those_of_the_code():
    quoted = re.findall(r"^\| `([^`]+)`", PAGES["troubleshooting"], re.MULTILINE)
    assert len(quoted) > 5
    text = "\n".join(
        node.value
        for file in MODULES.values()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert [quote for quote in quoted if quote not in text] == []


def test_messages_are_read_from_sources():
    source = 'raise ValueError(f"The value {x} is not valid: " + reason + " Choose one that is.")'
    assert list(messages.messages(source)) == ["The value ... is not valid: ... Choose one that is."]
    assert "did not fire once in the" in messages.page()


def test_keys_of_experiments_have_ranges_and_units():
    page = experiment_keys.page()
    assert "| `tau_m` | number >= 1e-06, <= 1000000000 | *required* | ms |" in page
    assert "| `cm` | a finite number > 0 nF | *required* | nF |" in page
    assert '| `cell` | `"LIF_SFDFA"` or `"IF_curr_exp"` | `"LIF_SFDFA"` |' in page
    for heading in ("`[rules.sfdfa]`", '`[encoding]` with `name = "latency"`', "`[network.hidden]`", "`[training]`"):
        assert f"## {heading}\n" in page


def test_what_runs_where_is_what_parts_need():
    page = what_runs_where.page()
    assert "| transport | `direct` | yes | yes | yes |" in page
    assert "| transport | `through-spike-times` | yes | no | no |" in page
