"""Searches: what is tried, what is given up, how a search goes on after it was interrupted, and what is refused."""

from __future__ import annotations

import csv
import io
import math
import os
import signal
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("optuna", reason="run: pip install 'pynn-sfdfa[sweep]'")

from campaign.small_runs import spec
from click.testing import CliRunner

from pynn_sfdfa import datasets
from pynn_sfdfa.campaign import pruning, runner, searching
from pynn_sfdfa.campaign import search as searches
from pynn_sfdfa.campaign import sweep as sweeps
from pynn_sfdfa.campaign.errors import CampaignError
from pynn_sfdfa.campaign.execution import Outcome, execute
from pynn_sfdfa.campaign.pruning import PrunedByFile, PrunedError
from pynn_sfdfa.campaign.search import Search
from pynn_sfdfa.campaign.searching import run_search
from pynn_sfdfa.campaign.sweep import SweepError
from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments.run_folder import RunFolderError
from pynn_sfdfa.support.files import WriteError

SEARCH = """
experiment = "digits"
method = "tpe"
draws = 14
random_seed = 4
[set]
data.validation = 0.1
training.epochs = 4
[random]
optimizer.learning_rate = { log_uniform = [1e-4, 1e-1] }
training.batch_size = { integers = [5, 50] }
network.hidden_sizes = { choice = [[10], [20, 10], [400]] }
"""
BEST = 3e-3


class Killed(BaseException):
    """As sudden as SIGKILL: nobody expects it."""


def score(settings, epoch):
    """Of a made-up run: highest at one learning rate, and more from epoch to epoch."""
    return epoch / 4 * math.exp(-abs(math.log(settings.optimizer.learning_rate / BEST)))


@pytest.fixture
def made_up(monkeypatch):
    """Runs that take no time; ``fails`` decides how some of them end instead."""
    done = SimpleNamespace(epochs=0, kill_at=None, fails=lambda settings: None)

    def pretend(run, *, callbacks, **_):
        if (failure := done.fails(run.settings)) is not None:
            return Outcome(run.name, "made up", **failure)
        for epoch in range(1, run.epochs + 1):
            done.epochs += 1
            try:
                for callback in callbacks:
                    callback.on_epoch_end(SimpleNamespace(epoch=epoch, score=score(run.settings, epoch)))
            except PrunedError as error:
                return Outcome(run.name, str(error), pruned=True)
            if done.epochs == done.kill_at:
                raise Killed
        return Outcome(run.name)

    def connect(*arguments, **options):
        connection = sqlite3.connect(*arguments, **options)
        connection.execute("PRAGMA synchronous = OFF")  # only a test can do without what it has written
        return connection

    monkeypatch.setattr(searches, "sqlite3", SimpleNamespace(connect=connect, Error=sqlite3.Error))
    monkeypatch.setattr(searching, "execute", pretend)
    monkeypatch.setattr(
        searches, "read", lambda run: SimpleNamespace(chosen=SimpleNamespace(score=score(run.settings, run.epochs)))
    )
    return done


def loaded(folder, text=SEARCH):
    (folder / "s.toml").write_text(text)
    return sweeps.load(folder / "s.toml")


def searched(folder, text=SEARCH, name="out"):
    return run_search(loaded(folder, text), folder / name, data=None, stream=io.StringIO(), workers=1).results()


def trace(results):
    runs, errors, _ = results
    return [(run.spec.name, run.values, errors.get(run.spec.name)) for run in runs]


@pytest.mark.slow
def test_a_search_tries_more_where_scores_were_good_and_gives_up_what_falls_behind(tmp_path, made_up):
    runs, errors, cores = searched(tmp_path, SEARCH.replace("14", "40"))
    assert [run.spec.name for run in runs] == [f"trial-{number:04}" for number in range(1, 41)]
    assert not cores
    off = [abs(math.log10(run.spec.settings.optimizer.learning_rate / BEST)) for run in runs]
    assert sum(off[30:]) < 0.6 * sum(off[:10])  # the first ten are drawn blindly
    assert any("given up after epoch 1, behind the others" in reason for reason in errors.values())
    assert made_up.epochs < 40 * 4
    assert {type(run.values["training.batch_size"]) for run in runs} == {int}
    assert all(run.values["network.hidden_sizes"] in ([10], [20, 10], [400]) for run in runs)
    assert all(list(run.spec.settings.network.hidden_sizes) == run.values["network.hidden_sizes"] for run in runs)


@pytest.mark.slow
@pytest.mark.parametrize("kill_at", [1, 20])
def test_a_search_that_was_killed_goes_on_as_if_nothing_had_been(tmp_path, made_up, kill_at):
    whole = trace(searched(tmp_path, name="whole"))
    made_up.epochs, made_up.kill_at = 0, kill_at
    with pytest.raises(Killed):
        searched(tmp_path)
    made_up.kill_at = None
    assert trace(searched(tmp_path)) == whole
    assert trace(searched(tmp_path)) == whole  # and once more does nothing


@pytest.mark.slow
def test_values_that_were_drawn_when_the_search_was_killed_stay(tmp_path, made_up, monkeypatch):
    whole = trace(searched(tmp_path, name="whole"))
    suggest, seen = searches._suggest, []

    def killed(trial, key, distribution):
        seen.append(key)
        if len(seen) == 3 * 11 + 2:  # after the first value of the twelfth trial, which depends on those before
            raise Killed
        suggest(trial, key, distribution)

    monkeypatch.setattr(searches, "_suggest", killed)
    with pytest.raises(Killed):
        searched(tmp_path)
    monkeypatch.setattr(searches, "_suggest", suggest)
    assert trace(searched(tmp_path)) == whole


@pytest.mark.slow
def test_more_draws_leave_the_first_ones(tmp_path, made_up):
    fewer = trace(searched(tmp_path, SEARCH.replace("14", "8")))
    more = trace(searched(tmp_path))
    assert len(fewer) == 8
    assert more[:8] == fewer
    assert more == trace(searched(tmp_path, name="at once"))


def test_settings_that_cannot_learn_are_avoided_and_other_failures_say_nothing(tmp_path, made_up):
    made_up.fails = lambda settings: {"hopeless": True} if list(settings.network.hidden_sizes) == [400] else None
    runs, errors, _ = searched(tmp_path)
    assert sum(run.values["network.hidden_sizes"] == [400] for run in runs[:10]) >= 1
    assert not any(run.values["network.hidden_sizes"] == [400] for run in runs[10:])
    assert set(errors.values()) >= {"made up"}
    made_up.fails = lambda settings: {}
    runs, errors, _ = searched(tmp_path, name="failed")
    assert len(runs) == len(errors) == 14


def test_few_cores_are_searched_for_beside_high_scores(tmp_path, made_up):
    runs, errors, cores = searched(tmp_path, SEARCH.replace("[set]", 'minimise = "cores"\n[set]'))
    assert not errors  # with two objectives nothing is given up
    assert made_up.epochs == 14 * 4
    by_size = {str(run.values["network.hidden_sizes"]): cores[run.spec.name] for run in runs}
    assert by_size == {"[10]": 3, "[20, 10]": 4, "[400]": 5}


def test_what_is_no_dense_network_has_no_estimate_of_cores(tmp_path):
    text = 'experiment = "digits-conv"\nmethod = "tpe"\nminimise = "cores"\n[set]\ndata.validation = 0.1\n[random]\n'
    with pytest.raises(CampaignError, match='minimise = "cores" is for dense layers; for others there is no estimate'):
        searched(tmp_path, text + "rules.bp.rho = { uniform = [0, 1] }")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[random]", "[grid]\nrules.sfdfa.rho = [0.1, 0.2]\n[random]", "write rules.sfdfa.rho = { choice = [0.1,"),
        ("draws", "seeds = [1, 2]\ndraws", "takes one seed; what it finds can then be run with more seeds"),
        ('"tpe"', '"tpo"', 'method = \'tpo\' is not valid; valid here: "random", "tpe"'),
        ("draws", 'minimise = "joules"\ndraws', "minimise = 'joules' is not valid; valid here: \"cores\""),
        ('method = "tpe"', 'minimise = "cores"', 'minimise is for searches; add method = "tpe"'),
        ("data.validation = 0.1", "data.validation = 0.0", "digits has none of its own; hold some training samples"),
        ("[5, 50]", "[0, 50]", "training.batch_size"),
        ("[400]]", '"many"]', "network.hidden_sizes"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_runs(tmp_path, old, new, message):
    assert old in SEARCH
    with pytest.raises(SweepError) as refused:
        searched(tmp_path, SEARCH.replace(old, new))
    assert message in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_data_with_validation_samples_are_searched_without_holding_any_out(tmp_path, made_up):
    digits = datasets.load("digits")
    parts = {"train": digits.train, "test": digits.test, "validation": digits.test}
    arrays = {
        f"{kind}_{name}": getattr(part, field)
        for name, part in parts.items()
        for kind, field in (("x", "values"), ("y", "labels"))
    }
    np.savez(tmp_path / "own.npz", **arrays)
    text = SEARCH.replace("14", "2").replace("data.validation = 0.1", f"data.name = 'npz:{tmp_path / 'own.npz'}'")
    runs, _, _ = searched(tmp_path, text)
    assert len(runs) == 2
    assert made_up.epochs > 0


def test_another_search_in_the_same_folder_is_refused(tmp_path, made_up):
    searched(tmp_path, SEARCH.replace("14", "2"))
    for old, new in (("50]", "60]"), ("random_seed = 4", "random_seed = 5"), ("epochs = 4", "epochs = 5")):
        with pytest.raises(SweepError, match="holds a search of other settings or ranges, or with another random_seed"):
            searched(tmp_path, SEARCH.replace(old, new))


def test_two_processes_do_not_search_in_one_folder(tmp_path, made_up):
    sweep, folder = loaded(tmp_path), tmp_path / "out"
    made_up.fails = lambda settings: run_search(sweep, folder, data=None, stream=io.StringIO(), workers=1)
    with pytest.raises(RunFolderError, match="is being written to by process"):
        searched(tmp_path)


def test_a_damaged_file_is_told(tmp_path, made_up):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "search.db").write_text("no database" * 100)
    with pytest.raises(WriteError, match=r"search\.db cannot be written: .*file is not a database"):
        searched(tmp_path)


def test_a_folder_may_have_any_name(tmp_path, made_up):
    """Addresses of data bases have characters of their own."""
    searched(tmp_path, SEARCH.replace("14", "2"), name="a ?b=c#d")
    assert (tmp_path / "a ?b=c#d" / "search.db").exists()


def test_without_optuna_the_way_out_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(searching, "find_spec", lambda name: None)
    with pytest.raises(CampaignError, match=r"pip install 'pynn-sfdfa\[sweep\]'.*leave out method"):
        searched(tmp_path)


def test_a_run_ends_after_its_epoch_when_its_folder_says_so(tmp_path):
    one = spec(tmp_path / "one", epochs=3)
    one.folder.mkdir()
    pruning.tell(one.folder)
    outcome = execute(one, data=None, threads=1, stream=io.StringIO(), callbacks=[PrunedByFile(one.folder)])
    assert outcome == Outcome("one", "given up after epoch 1, behind the others", pruned=True)
    assert pruning.is_pruned(outcome.error)


def table(folder):
    """The table of a sweep without what depends on the machine."""
    with (folder / "table.csv").open() as file:
        return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.slow
def test_the_command_goes_on_after_sigkill_and_ends_with_the_same_table(tmp_path):
    text = SEARCH.replace("[[10], [20, 10], [400]]", "[[10], [12]]").replace("draws = 14", "draws = 4")
    (tmp_path / "s.toml").write_text(text)
    command = ["sweep", str(tmp_path / "s.toml"), "--workers", "1", "--out"]
    words = [sys.executable, "-m", "pynn_sfdfa", *command, str(tmp_path / "killed")]
    process = subprocess.Popen(words, stdout=-1, stderr=-1, text=True)
    trials = 0
    for line in process.stderr:
        trials += line.startswith("trial ")
        if trials == 2 and line.startswith("epoch 2/4"):
            os.kill(process.pid, signal.SIGKILL)
            break
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    outputs = {}
    for name in ("killed", "alone"):
        result = CliRunner().invoke(main, [*command, str(tmp_path / name)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        outputs[name] = result.stdout.replace(str(tmp_path / name), "")
    assert result.stderr.count("trial ") >= 4
    assert outputs["killed"] == outputs["alone"]
    assert table(tmp_path / "killed") == table(tmp_path / "alone")
    assert (tmp_path / "alone" / "sweep.png").exists()


@pytest.mark.slow
def test_the_command_shows_what_cannot_be_had_on_fewer_cores(tmp_path):
    text = SEARCH.replace("[[10], [20, 10], [400]]", "[[6], [6, 6]]").replace(
        "draws = 14", 'draws = 3\nminimise = "cores"'
    )
    (tmp_path / "s.toml").write_text(text.replace("epochs = 4", "epochs = 1"))
    options = ["sweep", str(tmp_path / "s.toml"), "--workers", "1", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, options, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "No other setting has a higher score on as few cores:\ncores  validation accuracy (%)  opt" in result.stdout
    assert {row["cores"] for row in table(tmp_path / "out")} <= {"3", "4"}
    assert (tmp_path / "out" / "pareto.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_runs_side_by_side_are_given_up_by_the_search(tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="run: pip install 'pynn-sfdfa[sweep]'")
    monkeypatch.setattr(runner, "cores", lambda: 2)
    first = []

    def goes_on(search, trial, epoch, score):
        first.append((trial.number, epoch))
        return False

    monkeypatch.setattr(Search, "goes_on", goes_on)
    text = SEARCH.replace("14", "3").replace("epochs = 4", "epochs = 100000")
    stream = io.StringIO()
    search = run_search(loaded(tmp_path, text), tmp_path / "out", data=None, stream=stream, workers=2)
    runs, errors, _ = search.results()
    assert len(runs) == 3
    assert all(map(pruning.is_pruned, errors.values()))
    assert {(number, 1) for number in range(3)} <= set(first)
    said = stream.getvalue()
    assert "trial-0001  optimizer.learning_rate = " in said
    assert "trial-0003  epoch 1/100000  held out " in said
    assert said.splitlines()[-1].endswith("behind the others  [3 of 3 trials]")
