"""What a job carries runs where nothing of this package is installed."""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments import config
from pynn_sfdfa.hardware.portal import job
from pynn_sfdfa.hardware.portal.package import archive, requirements


def run_elsewhere(code, folder):
    """Run a job as the platform does, with this environment's libraries but without its pynn_sfdfa."""
    (folder / "run.py").write_text(code)
    block = (
        "import runpy, sys\n"
        "sys.meta_path = [finder for finder in sys.meta_path if 'editable' not in repr(finder)]\n"
        "import importlib.util\n"
        "assert importlib.util.find_spec('pynn_sfdfa') is None\n"
        "sys.argv = ['run.py', 'spiNNaker']\n"
        "runpy.run_path('run.py', run_name='__main__')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", block],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_archive_is_the_package():
    names = set(zipfile.ZipFile(io.BytesIO(archive())).namelist())
    for name in ("__init__.py", "experiments/digits.toml", "models/__init__.py", "hardware/portal/job.py"):
        assert f"pynn_sfdfa/{name}" in names
    assert not any("__pycache__" in name for name in names)
    assert archive() == archive()


def test_requirements_are_those_of_the_package_without_extras():
    names = " ".join(requirements())
    assert "numba" in names
    assert "pydantic" in names
    for absent in ("PyNN", "brian2", "pytest", "extra"):
        assert absent not in names


def test_a_script_runs_with_the_package_that_it_carries(tmp_path):
    script = (
        "from pathlib import Path\n"
        "import pynn_sfdfa.event as sim\n"
        "from pynn_sfdfa import models\n"
        "sim.setup()\n"
        "Path('spikes.txt').write_text(f'{models.LIF_SFDFA.name} {Path(models.__file__).parts[-4:-2]}')\n"
    )
    done = run_elsewhere(job.script_job("script.py", script).code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "archive sha256" in done.stdout
    assert (tmp_path / "spikes.txt").exists()
    assert str(Path(__file__).parents[3]) not in (tmp_path / "spikes.txt").read_text()


@pytest.mark.slow
def test_an_experiment_runs_with_its_settings(tmp_path):
    """On the event-driven simulator, since that of the platform needs the platform; interpreted, on a few samples."""
    rng = np.random.default_rng(1)
    values, labels = rng.uniform(8, 16, (30, 64)), np.arange(30) % 10
    parts = {"x_train": values[:20], "y_train": labels[:20], "x_test": values[20:], "y_test": labels[20:]}
    np.savez(tmp_path / "samples.npz", **parts)
    changes = ["data.name=npz:samples.npz", "network.hidden_sizes=[10]", "training.epochs=1"]
    code = job.experiment_job("digits", config.dumps(config.load("digits", changes), {})).code
    assert "'spiNNaker'" in code
    done = run_elsewhere(code.replace("'spiNNaker'", "'event'"), tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "best.safetensors").exists()
    assert "hidden_sizes = [10]" in (tmp_path / "results" / "config.toml").read_text()


def test_wrong_sources_are_refused_before_anything_is_sent(tmp_path):
    (tmp_path / "broken.py").write_text("def")
    for source, message in [
        (tmp_path / "broken.py", "invalid syntax"),
        (tmp_path / "missing.py", "No such file"),
        ("no-such-experiment", "no-such-experiment"),
    ]:
        done = CliRunner().invoke(main, ["portal", "submit", str(source), "--collab", "c", "--dry-run"])
        assert done.exit_code == 2, done.output
        assert message in done.output


def test_settings_of_a_script_are_refused(tmp_path):
    (tmp_path / "script.py").write_text("pass")
    arguments = ["portal", "submit", str(tmp_path / "script.py"), "--collab", "c", "--set", "training.epochs=1"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "a script has none" in done.output


@pytest.mark.parametrize("kind", ["experiment", "script"])
def test_code_is_plain_python(kind):
    made = (
        job.experiment_job("x", 'name = "it\'s"') if kind == "experiment" else job.script_job("x.py", 'print("""{}""")')
    )
    compile(made.code, "run.py", "exec")


NAMES = [
    'x"""\nraise SystemExit("injected")\n"""y.py',
    "x\n'''\nraise SystemExit('injected')\n'''.py",
    "x\\",
    "x\\u0041\\N{BULLET}\\x.py",
    "{package}{files[0]}{}.py",
    "\udcff\ud800\x00\r\x1b[2J.py",
    "é\u2028\u202e.py",
    "a" * 100_000,
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_never_code(name):
    """Whatever the name of a script or an experiment, the job's code is the same but for its docstring."""
    for made, plain in [
        (job.script_job(name, "pass"), job.script_job("plain", "pass")),
        (job.experiment_job(name, ""), job.experiment_job("plain", "")),
    ]:
        docstring, *rest = ast.parse(made.code).body
        _, *expected = ast.parse(plain.code).body
        assert isinstance(docstring.value.value, str)
        assert [ast.dump(part) for part in rest] == [ast.dump(part) for part in expected]
        assert made.code.isascii()
        lines = made.describe().split("\n")
        assert len(lines) == 5
        assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    "source",
    [
        "# coding: latin-1\nopen('out.txt', 'wb').write('é\\''.encode('utf-8'))\n".encode("latin-1"),
        b"\xef\xbb\xbfopen('out.txt', 'wb').write('\xc3\xa9\\''.encode('utf-8'))\r\n",
    ],
    ids=["latin-1", "UTF-8 with BOM and CRLF"],
)
def test_a_script_is_sent_as_it_is(source, tmp_path):
    code = job.script_job("script.py", source).code
    (files,) = re.findall("^FILES = (.*)$", code, re.MULTILINE)
    (content,) = ast.literal_eval(files).values()
    assert content == source
    (tmp_path / "script.py").write_bytes(content)
    subprocess.run([sys.executable, "script.py"], cwd=tmp_path, check=True)
    assert (tmp_path / "out.txt").read_text("utf-8") == "é'"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"print('\xe9')", "script.py is neither UTF-8 nor in the encoding that it declares; save it in UTF-8"),
        (b"# coding: ascii\nprint('\xc3\xa9')", "neither UTF-8 nor"),
        (b"# coding: no-such\n", "neither UTF-8 nor"),
        (b"# coding: rot13\n", "neither UTF-8 nor"),
        ("pass".encode("utf-16"), "neither UTF-8 nor"),
        (b"print(0)\0", "null bytes"),
        (b"x = " + b"-" * 100_000 + b"1", "too complex|recursion"),
        (b"x = " + b"(" * 100_000, "nested parentheses|too complex"),
    ],
)
def test_what_is_no_script_is_refused_in_a_sentence(tmp_path, source, told):
    (tmp_path / "script.py").write_bytes(source)
    done = CliRunner().invoke(main, ["portal", "submit", str(tmp_path / "script.py"), "--collab", "c", "--dry-run"])
    assert done.exit_code == 2, done.output
    assert re.search(told, done.output), done.output
    assert len(done.output) < 400
