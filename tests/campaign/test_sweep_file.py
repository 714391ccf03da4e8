"""What a sweep file may say, which runs it stands for, and what is said about mistakes."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import numpy as np
import pytest

from pynn_sfdfa.campaign import runner
from pynn_sfdfa.campaign import sweep as sweeps
from pynn_sfdfa.campaign.distributions import parse_distribution
from pynn_sfdfa.campaign.errors import CampaignError
from pynn_sfdfa.campaign.sweep import SweepError
from pynn_sfdfa.support import memory

GRID = """
experiment = "digits"
seeds = [1, 2]
[set]
training.epochs = 3
[grid]
network.hidden.v_thresh = [-65, -60.0]
"learning.rule" = ["sfdfa", "dfa"]
"""
RANDOM = """
experiment = "digits"
draws = {draws}
random_seed = 3
[random]
optimizer.learning_rate = {{ log_uniform = [1e-4, 1e-2] }}
training.batch_size = {{ integers = [10, 20] }}
rules.sfdfa.rho = {{ uniform = [0, 1] }}
network.hidden_sizes = {{ choice = [[10], [20, 10]] }}
"""


def loaded(folder, text):
    (folder / "s.toml").write_text(text)
    return sweeps.load(folder / "s.toml")


def test_a_grid_is_all_combinations_with_all_seeds(tmp_path):
    sweep = loaded(tmp_path, GRID)
    assert sweep.name == "s"
    assert sweep.keys == ("network.hidden.v_thresh", "learning.rule")
    runs = sweep.runs(tmp_path / "out")
    found = [
        (r.spec.settings.network.hidden.v_thresh, r.spec.rule, r.spec.seed, r.spec.epochs, tuple(r.values.values()))
        for r in runs
    ]
    assert found == [(v, rule, seed, 3, (v, rule)) for v in (-65, -60) for rule in ("sfdfa", "dfa") for seed in (1, 2)]
    assert len({run.spec.folder for run in runs}) == 8
    assert all(run.spec.folder.parent == tmp_path / "out" for run in runs)
    assert all(run.spec.name.endswith(f"-seed{run.spec.seed}") for run in runs)


def test_a_folder_is_that_of_its_settings(tmp_path):
    """A sweep that is changed finds the runs that it still has; a longer run is the continuation of a shorter one."""
    folders = {run.spec.folder for run in loaded(tmp_path, GRID).runs(tmp_path)}
    more = {run.spec.folder for run in loaded(tmp_path, GRID.replace("[-65,", "[-62, -65,")).runs(tmp_path)}
    longer = {run.spec.folder for run in loaded(tmp_path, GRID.replace("= 3", "= 4")).runs(tmp_path)}
    other = {
        run.spec.folder
        for run in loaded(tmp_path, GRID.replace("epochs = 3", "epochs = 3\ndata.validation = 0.1")).runs(tmp_path)
    }
    assert folders < more
    assert folders == longer
    assert not folders & other


def test_epochs_that_are_swept_are_runs_of_their_own(tmp_path):
    text = 'experiment = "digits"\n[grid]\ntraining.epochs = [1, 2, 3]\n'
    runs = loaded(tmp_path, text).runs(tmp_path)
    assert [(run.spec.epochs, run.values) for run in runs] == [(n, {"training.epochs": n}) for n in (1, 2, 3)]
    assert len({run.spec.folder for run in runs}) == 3
    drawn = text.replace("[grid]", "[random]").replace("[1, 2, 3]", "{ integers = [1, 1000] }")
    assert len(loaded(tmp_path, drawn).runs(tmp_path)) == 10


def test_draws_are_seeded_and_more_of_them_keep_the_first(tmp_path):
    few, many = (loaded(tmp_path, RANDOM.format(draws=draws)).points() for draws in (4, 40))
    assert many[:4] == few
    other = loaded(tmp_path, RANDOM.format(draws=4).replace("random_seed = 3", "random_seed = 4")).points()
    assert other != few
    assert len({point["training.batch_size"] for point in many}) > 5
    rates = np.log10([point["optimizer.learning_rate"] for point in many])
    assert -4 <= rates.min() < -3.5 < -2.5 < rates.max() <= -2
    assert {str(point["network.hidden_sizes"]) for point in many} == {"[10]", "[20, 10]"}
    assert all(point["rules.sfdfa.rho"] == float(f"{point['rules.sfdfa.rho']:.4g}") for point in many)


def test_a_grid_with_draws_draws_for_each_of_its_points(tmp_path):
    text = RANDOM.format(draws=3) + "[grid]\ndata.validation = [0.1, 0.2]\n"
    points = loaded(tmp_path, text).points()
    assert [point["data.validation"] for point in points] == [0.1] * 3 + [0.2] * 3
    assert points[0]["rules.sfdfa.rho"] != points[3]["rules.sfdfa.rho"]


def test_integers_include_both_ends_and_equal_draws_are_one_run(tmp_path):
    distribution = parse_distribution({"integers": [1, 2]})
    assert {distribution.draw(np.random.default_rng(seed)) for seed in range(20)} == {1, 2}
    text = 'experiment = "digits"\n[random]\ntraining.batch_size = { choice = [20] }\n'
    assert len(loaded(tmp_path, text).runs(tmp_path)) == 1


def test_an_experiment_file_is_looked_for_beside_the_sweep(tmp_path):
    package = Path(sweeps.__file__).parents[1] / "experiments" / "digits.toml"
    (tmp_path / "mine.toml").write_text(package.read_text())
    (run, *_) = loaded(tmp_path, GRID.replace('"digits"', '"mine.toml"')).runs(tmp_path)
    assert run.spec.settings.name == "digits"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "seeds",
            "seds",
            "seds is not a known key (did you mean seeds?); valid here: experiment, method, minimise, seeds,",
        ),
        ('experiment = "digits"', "", "experiment is missing; name one of "),
        ("seeds = [1, 2]", "seeds = [1, 1]", "seeds must be a list of different whole numbers"),
        ("seeds = [1, 2]", "draws = 0", "draws = 0 is not valid; it must be a whole number >= 1."),
        (
            "seeds = [1, 2]",
            "draws = 5",
            "draws is for values that are drawn; list ranges under [random], or leave it out.",
        ),
        ("seeds = [1, 2]", "random_seed = 5", "random_seed is for values that are drawn; list ranges"),
        ("training.epochs = 3", "training.seed = 3", "set: training.seed cannot be given; list the seeds under seeds."),
        ("training.epochs = 3", "training.threads = 3", "set: training.threads cannot be given; the sweep"),
        ("training.epochs = 3", "learning.rule = 'bp'", "learning.rule stands both in set and in grid; leave one"),
        ("[-65, -60.0]", "-65", "grid: network.hidden.v_thresh needs a list of values, such as network."),
        ("[-65, -60.0]", "[]", "grid: network.hidden.v_thresh needs a list of values"),
        ("[grid]", "[[grid]]", "grid must be a table: [grid]."),
        ("[grid]", "[other]", "other is not a known key"),
        ("seeds = [1, 2]", "seeds = [1, 2", "is not valid TOML"),
    ],
)
def test_mistakes_in_the_file_are_named(tmp_path, old, new, message):
    with pytest.raises(SweepError, match=re.escape(message)) as caught:
        loaded(tmp_path, GRID.replace(old, new))
    assert str(tmp_path / "s.toml") in str(caught.value)


def test_nothing_to_sweep_and_no_file(tmp_path):
    with pytest.raises(SweepError, match=r"there is nothing to sweep; list values under \[grid\]"):
        loaded(tmp_path, 'experiment = "digits"')
    with pytest.raises(SweepError, match="cannot be read"):
        sweeps.load(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hidden.v_thresh", "hiden.v_thresh", "network.hiden is not a known key (did you mean hidden?)"),
        ("-65", '"high"', 'network.hidden.v_thresh = "high" is not valid: must be a number or "auto".'),
        ('"dfa"', '"daf"', 'learning.rule = "daf" is not valid (did you mean dfa?); choose one of sfdfa, dfa, bp, '),
        ('"digits"', '"digts"', "There is no experiment 'digts' (did you mean digits?)"),
        ("-65", "1979-05-27", "network.hidden.v_thresh = 1979-05-27 is not valid: no setting is a date or a time."),
        ("network.hidden.v_thresh", '""', "'' is not a known key; a key is that of a setting"),
        ("network.hidden.v_thresh", '"a=b".c', "'a=b.c' is not a known key; a key is that of a setting"),
    ],
)
def test_keys_and_values_of_the_experiment_are_checked(tmp_path, old, new, message):
    with pytest.raises(SweepError, match=re.escape(message)):
        loaded(tmp_path, GRID.replace(old, new)).runs(tmp_path)


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        ("5", "say how to draw it: { uniform = [0, 1] }"),
        ("{ normal = [0, 1] }", "say how to draw it"),
        ("{ uniform = [0, 1], choice = [2] }", "say how to draw it"),
        ("{ uniform = [1, 0] }", "uniform = [1, 0] is not valid; it needs two numbers, the smaller one first."),
        ("{ integers = [0.5, 1] }", "it needs two whole numbers"),
        ("{ log_uniform = [0, 1] }", "both numbers must be > 0"),
        ("{ choice = [] }", "choice needs a list"),
    ],
)
def test_draws_that_make_no_sense(tmp_path, distribution, message):
    text = f'experiment = "digits"\n[random]\n"rules.sfdfa.rho" = {distribution}\n'
    with pytest.raises(SweepError, match=re.escape(message)):
        loaded(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RANDOM.format(draws=10**9), "1,000,000,000 draws x 1 seeds are 1,000,000,000 runs, more than the 10,000 that"),
        (
            f"{GRID}loss.target = {[*range(899)]}\nloss.other = {[*range(899)]}\n",
            "2 values of network.hidden.v_thresh x 2 values of learning.rule x 899 values of loss.target x 899 values "
            "of loss.other x 2 seeds are 6,465,608 runs",
        ),
        (RANDOM.format(draws=1).replace("draws = 1", f"seeds = {[*range(20_000)]}"), "20,000 seeds are 200,000 runs"),
    ],
)
def test_more_runs_than_a_sweep_can_have_are_counted_and_refused_at_once(tmp_path, text, message):
    sweep = loaded(tmp_path, text)
    started = time.process_time()
    with pytest.raises(SweepError, match=re.escape(message)):
        sweep.runs(tmp_path)
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[10, 20]",
            "[1, 1180591620717411303424]",
            "random.training.batch_size.integers[1] is a whole number that does",
        ),
        (
            "uniform = [0, 1]",
            "uniform = [-1e308, 1e308]",
            "random: rules.sfdfa.rho: uniform = [-1e+308, 1e+308] is not",
        ),
        ('"digits"', '"a\\u0000.toml"', "no file has a name with a NUL in it"),
        (
            "random_seed = 3",
            f"random_seed = '{'x' * 100_000}'",
            "(100,002 characters) is not valid; it must be a whole",
        ),
        ("[random]", f"{'a.' * 5000}a = 1\n[random]", "cannot be used: a key has more than 50 parts"),
    ],
)
def test_hostile_values_are_refused_in_a_sentence(tmp_path, old, new, message):
    with pytest.raises(SweepError, match=re.escape(message)) as caught:
        loaded(tmp_path, RANDOM.format(draws=1).replace(old, new)).runs(tmp_path)
    assert len(str(caught.value)) < 1000


def test_runs_side_by_side_must_fit_into_memory_together(tmp_path, monkeypatch):
    runs = loaded(tmp_path, GRID.replace("[set]", "[set]\nnetwork.hidden_sizes = [3000]")).runs(tmp_path / "out")
    monkeypatch.setattr(runner, "cores", lambda: 8)
    monkeypatch.setattr(memory, "limit", lambda: memory.Limit(50_000_000, "the memory of this machine", None, 10**12))
    with pytest.raises(
        CampaignError, match=r"divided among 8 runs at a time.*: lower network.hidden_sizes. Or take few"
    ):
        runner.run_all([run.spec for run in runs], data=None, stream=io.StringIO())
    assert not (tmp_path / "out").exists()
