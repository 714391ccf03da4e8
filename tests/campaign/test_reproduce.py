"""``pynn-sfdfa reproduce``: which runs a table needs, what is written from them, and the texts and pictures of that."""

from __future__ import annotations

import json
import runpy
import shutil
import statistics
import subprocess
from pathlib import Path

import pytest
from campaign.small_runs import spec
from click.testing import CliRunner
from epoch_records import epoch_record

from pynn_sfdfa.benchmark.machine import describe
from pynn_sfdfa.campaign import tables
from pynn_sfdfa.campaign.earlier_table import EarlierTableError, with_earlier
from pynn_sfdfa.campaign.finished_run import FinishedRun
from pynn_sfdfa.campaign.markdown import as_markdown, percent
from pynn_sfdfa.campaign.published import PUBLISHED
from pynn_sfdfa.campaign.results import commit, mean_and_sd, of_rule, result
from pynn_sfdfa.campaign.tables import HELD_OUT, TABLES, Table
from pynn_sfdfa.cli import main
from pynn_sfdfa.plotting import convergence

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "benchmarks" / "results"
TEXTS = [SHIPPED / f"{name}.md" for name in TABLES if (SHIPPED / f"{name}.json").exists()]


def invoke(*arguments):
    return CliRunner().invoke(main, ["reproduce", *map(str, arguments)], catch_exceptions=False)


def test_every_table_is_an_experiment_with_all_its_rules(tmp_path):
    alone = {"best": ("sfdfa", "bp"), "hm2bp": ("hm2bp",), "sfdfa": ("spsp-estimated",)}
    of_windows = {"mnist-conv": ("bp", "sfdfa", "dfa"), "fashion-mnist-conv": ("bp",)}
    for name, table in TABLES.items():
        runs = list(table.runs(table.rules, [1, 2], tmp_path))
        rules = of_windows.get(name) or alone.get(name.rpartition("-")[2], ("sfdfa", "dfa", "bp"))
        assert [(run.settings.name, run.rule, run.seed) for run in runs] == [
            (name, rule, seed) for seed in (1, 2) for rule in rules
        ]
        assert runs[0].folder == tmp_path / f"{name}-{rules[0]}-seed1"
        assert all(run.settings.data.validation == 0 for run in runs)
        (chosen,) = table.held_out_runs(rules[-1:], [1], tmp_path)
        assert chosen.folder == tmp_path / f"{name}-{rules[-1]}-held-out-seed1"
        assert chosen.settings.data.validation == HELD_OUT


def finished(rule, seed, accuracy, held_out=None):
    """A run with these test accuracies."""
    records = tuple(
        epoch_record(
            n,
            test_accuracy=a,
            spikes_per_sample=(30.0, 20.0, 5.0),
            seconds=2.0,
            validation_accuracy=held_out and held_out[n - 1],
        )
        for n, a in enumerate(accuracy, start=1)
    )
    one = spec(Path("nowhere"), f"learning.rule={rule}", f"training.seed={seed}", epochs=len(records))
    return FinishedRun(one, records, {"threads": 2}, {"numpy": "2.0", "platform": "x"})


@pytest.fixture
def report():
    runs = [
        finished("sfdfa", 1, [0.5, 0.9, 0.8]),
        finished("sfdfa", 2, [0.5, 0.6, 0.7]),
        finished("bp", 1, [0.9, 0.95, 0.9]),
    ]
    held_out = [finished("sfdfa", 1, [0.5, 0.9, 0.8], held_out=[0.5, 0.6, 0.7])]
    return result(Table("mnist", reach=0.8), runs[0].spec.settings, runs, held_out, describe(1))


def test_the_result_has_all_figures(report):
    sfdfa, bp = report["rules"]["sfdfa"], report["rules"]["bp"]
    assert sfdfa["best"] == {"mean": 0.8, "sd": round(statistics.stdev([0.9, 0.7]), 8), "seeds": 2}
    assert sfdfa["final"]["mean"] == 0.75
    assert sfdfa["chosen_on_held_out"] == {"mean": 0.8, "sd": None, "seeds": 1}  # not 0.9, the best test accuracy
    assert sfdfa["published"] == {
        "mean": pytest.approx(0.9856), "sd": pytest.approx(0.0005), "seeds": 5, "epochs": 30, "of": "best epoch",
        "source": "Bacho & Chu, arXiv:2403.08804", "note": "",
    }  # fmt: skip
    assert [run["epochs_to_reach"] for run in sfdfa["runs"]] == [2, None]
    assert [run["best_epoch"] for run in sfdfa["runs"]] == [2, 3]
    assert sfdfa["runs"][0]["hidden_spikes_per_sample"] == 50.0
    assert sfdfa["runs"][0]["seconds"] == 6.0
    assert sfdfa["runs"][1]["test_accuracy"] == [0.5, 0.6, 0.7]
    assert sfdfa["held_out_runs"][0]["chosen_epoch"] == 3
    assert bp["best"] == {"mean": 0.95, "sd": None, "seeds": 1}
    assert bp["published"] is None
    assert report["made_with"] == [{"numpy": "2.0"}]
    assert json.loads(json.dumps(report)) == report


def test_the_best_epoch_is_that_of_the_best_test_accuracy_where_data_have_validation_samples_of_their_own():
    run = finished("sfdfa", 1, [0.5, 0.9, 0.8], held_out=[0.5, 0.6, 0.7])
    (figures,) = result(Table("yin-yang"), run.spec.settings, [run], [], describe(1))["rules"]["sfdfa"]["runs"]
    assert (figures["best_epoch"], figures["best_test_accuracy"]) == (2, 0.9)


def test_the_text_shows_them(report):
    lines = as_markdown(report).splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert table[2] == [
        "SFDFA", "2", "80.00 ± 14.14 %", "98.56 ± 0.05 %", "75.00 ± 7.07 %", "80.00 % (1)", "2.0 (1 of 2 runs)", "50",
        "6 (2 thread(s))",
    ]  # fmt: skip
    assert table[3][:4] == ["BP", "1", "95.00 %", "-"]
    assert len({len(row) for row in table}) == 1
    assert "numpy 2.0" in lines[-1]
    assert "*Published*: SFDFA: best epoch of 5 runs, 30 epochs, Bacho & Chu, arXiv:2403.08804." in lines


def published_with(experiment, rule):
    """What the text says of the published figure of an experiment, and the cell of the table that holds it."""
    nothing = {**result(Table(experiment), spec(Path("nowhere")).settings, [], [], describe(1))}
    text = as_markdown({**nothing, "rules": {rule: of_rule(experiment, rule, [], [])}})
    (row,) = (line for line in text.splitlines() if line.startswith(f"| {rule.upper()} "))
    said = [line for line in text.splitlines() if line.startswith("*Published*")]
    return said, row.split("|")[4].strip()


def test_a_published_figure_says_what_it_is_of():
    said, cell = published_with("mnist-hm2bp", "hm2bp")
    assert cell == "98.84 ± 0.02 %"
    assert said == [
        "*Published*: HM2BP: best epoch, 200 epochs, Jin, Zhang & Li, NeurIPS 2018, arXiv:1805.07866 "
        "(Batches of 1; the best run has 98.93 %)."
    ]
    said, cell = published_with("fashion-mnist-hm2bp", "hm2bp")
    assert cell == "88.99 %"
    assert said[0].startswith("*Published*: HM2BP: best run, a comparison of rules in doi:10.1155/2023/3135668")
    assert published_with("yin-yang", "sfdfa") == ([], "-")


def test_every_published_figure_belongs_to_a_table():
    assert {rule for name, rule in PUBLISHED if rule not in TABLES[name].rules} == set()


def test_no_figure_is_a_dash():
    assert mean_and_sd([]) is None
    assert percent(None) == "-"


def test_the_commit_is_that_of_the_checkout():
    there = (ROOT / ".git").exists()
    assert (commit() is not None) == there


def test_a_commit_from_which_the_package_differs_is_called_dirty(tmp_path):
    def git(*words):
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        return subprocess.run(["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    files = tmp_path / "pynn_sfdfa" / "code.py", tmp_path / "results.json"
    files[0].parent.mkdir()
    for file in files:
        file.write_text("1\n")
    assert commit(tmp_path) is None
    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    head = git("rev-parse", "HEAD").strip()
    assert commit(tmp_path) == head
    files[1].write_text("2\n")
    assert commit(tmp_path) == head
    files[0].write_text("2\n")
    assert commit(tmp_path) == f"{head}-dirty"


def of_another_rule(report, rule, **changed):
    """The same result, as if the settings of a rule had been others."""
    rules = report["settings"]["rules"]
    return {**report, "settings": {**report["settings"], "rules": {**rules, rule: {**rules[rule], **changed}}}}


def later(*runs):
    """A result of further runs of three epochs."""
    return result(Table("mnist", reach=0.8), finished("sfdfa", 1, [0.0] * 3).spec.settings, runs, [], describe(1))


def test_runs_are_added_to_an_earlier_table(report):
    both = with_earlier(later(finished("sfdfa", 3, [0.1, 0.2, 0.3]), finished("dfa", 1, [0.1, 0.1, 0.2])), report, "x")
    assert list(both["rules"]) == ["sfdfa", "dfa", "bp"]
    assert [run["seed"] for run in both["rules"]["sfdfa"]["runs"]] == [1, 2, 3]
    assert both["rules"]["sfdfa"]["best"]["mean"] == pytest.approx((0.9 + 0.7 + 0.3) / 3)
    assert both["rules"]["sfdfa"]["chosen_on_held_out"] == report["rules"]["sfdfa"]["chosen_on_held_out"]
    assert both["rules"]["bp"] == report["rules"]["bp"]
    assert both["made_with"] == report["made_with"]
    assert with_earlier(both, both, "x") == both


def test_settings_of_a_rule_that_an_earlier_table_has_no_runs_of_may_change(report):
    dfa = later(finished("dfa", 1, [0.1, 0.1, 0.2]))
    assert list(with_earlier(dfa, of_another_rule(report, "dfa", rho=0.5), "x")["rules"]) == ["sfdfa", "dfa", "bp"]


def test_a_run_made_again_replaces_its_figures(report):
    again = with_earlier(later(finished("sfdfa", 2, [0.5, 0.5, 0.55])), report, "x")
    assert [run["best_test_accuracy"] for run in again["rules"]["sfdfa"]["runs"]] == [0.9, 0.55]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda report: {**report, "settings": {**report["settings"], "loss": {}}}, "x is of runs with other settings"),
        (lambda report: of_another_rule(report, "bp", rho=0.5), "x is of runs with other settings"),
        (lambda report: {}, "x is no table of pynn-sfdfa reproduce"),
        (lambda report: None, "x is no table"),
        (lambda report: {**report, "rules": {"sfda": {}}}, "x is no table"),
        (lambda report: {**report, "rules": {"sfdfa": {"runs": [{}]}}}, "x is no table"),
        (lambda report: {**report, "rules": {"sfdfa": {"runs": [{"seed": 9}]}}}, "x is no table"),
    ],
)
def test_what_runs_cannot_be_added_to(report, damage, message):
    with pytest.raises(EarlierTableError, match=message):
        with_earlier(report, damage(report), "x")


def test_settings_of_a_table_leave_out_what_its_runs_differ_in():
    one, other = (
        spec(Path("x"), "learning.rule=dfa", "training.seed=3", "training.threads=2", "data.validation=0.1",
             "metrics.gradient_alignment=5"),
        spec(Path("x")),
    )  # fmt: skip
    settings = [result(Table("mnist"), each.settings, [], [], {})["settings"] for each in (one, other)]
    assert settings[0] == settings[1]
    assert settings[0]["network"]["hidden_sizes"] == [12]


@pytest.fixture
def small(monkeypatch):
    """A table of digits, with a smaller experiment than any that is shipped."""
    monkeypatch.setattr(tables, "TABLES", {"digits": Table("digits", reach=0.1)})
    made_smaller(monkeypatch)


def made_smaller(monkeypatch):
    """Runs of tables have one epoch and few neurons."""
    of_shipped = tables.make_spec
    changes = ["training.epochs=1", "network.hidden_sizes=[12]"]
    monkeypatch.setattr(
        tables, "make_spec", lambda name, overrides, **rest: of_shipped(name, [*overrides, *changes], **rest)
    )


@pytest.mark.slow
def test_runs_are_made_and_then_collected(small, tmp_path):
    folders = ["--out", tmp_path / "runs", "--results", tmp_path / "results"]
    nothing = invoke("digits", "--collect", *folders)
    assert nothing.exit_code == 1
    assert "no run in" in nothing.stderr
    assert "There was nothing to collect; name the folder of the runs with --out" in nothing.stderr
    assert not (tmp_path / "results").exists()

    options = ["--seeds", "1", "--rules", "sfdfa,bp", *folders]
    made = invoke("digits", "--workers", "1", *options)
    assert made.exit_code == 0, made.output
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {
        f"digits-{rule}-{kind}seed1" for rule in ("sfdfa", "bp") for kind in ("", "held-out-")
    }
    text = (tmp_path / "results" / "digits.md").read_text()
    assert made.stdout == text + "\n"
    report = json.loads((tmp_path / "results" / "digits.json").read_text())
    for rule in ("sfdfa", "bp"):
        summary = json.loads((tmp_path / "runs" / f"digits-{rule}-seed1" / "summary.json").read_text())
        assert report["rules"][rule]["best"]["mean"] == pytest.approx(summary["best_test_accuracy"])
        assert report["rules"][rule]["chosen_on_held_out"]["seeds"] == 1

    collected = invoke("--collect", "--seeds", "2", "--rules", "sfdfa,bp", *folders)
    assert "2 of 6 runs are not finished" in collected.stderr
    assert collected.stdout == made.stdout

    shutil.rmtree(tmp_path / "runs" / "digits-bp-seed1")
    for collect in (["--collect"], ["--workers", "1"]):  # what stands in the table is not run again
        added = invoke("digits", *collect, "--add", *options)
        assert added.stdout == made.stdout
        assert added.stderr == ""
        assert not (tmp_path / "runs" / "digits-bp-seed1").exists()
    replaced = invoke("digits", "--collect", *options)
    assert "| BP | 0 |" in replaced.stdout
    shutil.rmtree(tmp_path / "runs" / "digits-sfdfa-seed1")
    only_held_out = invoke("digits", "--collect", *options)
    assert "| SFDFA | 0 | - |" in only_held_out.stdout
    (tmp_path / "results" / "digits.json").write_text("{")
    refused = invoke("digits", "--collect", "--add", *options)
    assert refused.exit_code == 2
    assert "digits.json is no table of pynn-sfdfa reproduce; leave out --add" in refused.stderr
    assert (tmp_path / "results" / "digits.json").read_text() == "{"
    at_once = invoke("digits", "--add", "--workers", "1", *options)  # before anything is trained
    assert at_once.exit_code == 2
    assert not (tmp_path / "runs" / "digits-bp-seed1").exists()


@pytest.mark.slow
def test_runs_of_hm2bp_are_made_once(monkeypatch, tmp_path):
    monkeypatch.setattr(tables, "TABLES", {"digits-hm2bp": Table("digits-hm2bp", only=("hm2bp",), on_request=True)})
    made_smaller(monkeypatch)
    options = ["digits-hm2bp", "--seeds", "1", "--workers", "1", "--out", tmp_path, "--results", tmp_path / "results"]
    invoke(*options)
    metrics = tmp_path / "digits-hm2bp-hm2bp-seed1" / "metrics.jsonl"
    before = metrics.read_text()
    again = invoke(*options)
    assert again.exit_code == 0, again.output
    assert metrics.read_text() == before
    assert "| HM2BP | 1 |" in again.stdout
    assert "*Published*" not in again.stdout
    report = json.loads((tmp_path / "results" / "digits-hm2bp.json").read_text())
    assert report["rules"]["hm2bp"]["chosen_on_held_out"]["seeds"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("mnits",), "There is no table 'mnits' (did you mean mnist?); choose one of mnist, emnist47,"),
        (("mnist", "--collect", "--workers", "1"), "--workers is for runs, and --collect runs nothing; leave out one"),
        (("mnist", "--collect", "--scheduler", "tcp://a:1"), "--scheduler is for runs, and --collect runs nothing"),
        (("mnist", "--collect", "--data", "."), "--data is for runs, and --collect runs nothing"),
        (("emnist47-best", "--rules", "dfa"), "--rules dfa: the table emnist47-best is of sfdfa, bp alone."),
        (
            ("mnist", "--rules", "sfda,bp"),
            "there is no rule 'sfda' (did you mean sfdfa?); choose of sfdfa, dfa, bp, hm2bp, spsp-estimated.",
        ),
    ],
)
def test_mistakes_are_wrong_use(arguments, message, tmp_path):
    answer = invoke(*arguments, "--out", tmp_path / "runs")
    assert answer.exit_code == 2
    assert message in answer.stderr


def test_tables_without_the_rules_are_left_out(tmp_path):
    answer = invoke("--rules", "dfa", "--collect", "--out", tmp_path, "--results", tmp_path)
    assert "mnist: no run in" in answer.stderr
    assert "-best" not in answer.stderr


def test_tables_of_hm2bp_are_made_when_they_are_asked_for(tmp_path):
    folders = ["--collect", "--out", tmp_path, "--results", tmp_path]
    assert "hm2bp: no run" not in invoke(*folders).stderr
    by_rule = invoke("--rules", "hm2bp", *folders).stderr
    named = [line.partition(":")[0] for line in by_rule.splitlines() if "no run in" in line]
    assert named == ["mnist-hm2bp", "emnist47-hm2bp", "fashion-mnist-hm2bp", "mnist-conv-hm2bp", "fsdd-hm2bp"]
    assert "mnist-hm2bp: no run in" in invoke("mnist-hm2bp", *folders).stderr
    alone = invoke("mnist-hm2bp", "--rules", "bp", *folders)
    assert "the table mnist-hm2bp is of hm2bp alone" in alone.stderr


def test_rules_of_the_comparison_bring_no_table_that_is_made_by_name(tmp_path):
    said = invoke("--rules", "sfdfa,dfa,bp", "--collect", "--out", tmp_path, "--results", tmp_path).stderr
    named = [line.partition(":")[0] for line in said.splitlines() if "no run in" in line]
    assert named == [name for name, table in TABLES.items() if not table.on_request]


def test_a_foreign_folder_is_not_collected(small, tmp_path):
    folders = ["--out", tmp_path, "--results", tmp_path / "results"]
    folder = tmp_path / "digits-sfdfa-seed1"
    folder.mkdir()
    (folder / "config.toml").write_text((ROOT / "pynn_sfdfa" / "experiments" / "digits.toml").read_text())
    answer = invoke("digits", "--collect", *folders)
    assert answer.exit_code == 2
    assert "holds a run with other settings:\n  network.hidden_sizes: [100] -> [12]" in answer.stderr


def test_the_picture_has_a_panel_a_task_and_a_band_a_rule():
    curves = {"sfdfa": [[0.5, 0.7], [0.7, 0.9]], "bp": [[0.8, 0.9]]}
    figure = convergence({"one": curves, "two": {"dfa": [[0.1]], "sfdfa-best": [[0.2]]}, "three": curves})
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in panels] == ["one", "two", "three"]
    lines = {line.get_label(): line.get_ydata().tolist() for line in panels[0].lines}
    assert lines["SFDFA, 2 seeds"] == pytest.approx([60.0, 80.0])
    assert lines["BP, 1 seed"] == pytest.approx([80.0, 90.0])
    assert len(panels[0].collections) == 2
    assert [line.get_label() for line in panels[1].lines] == ["SFDFA best, 1 seed", "DFA, 1 seed"]


def test_the_picture_of_the_readme_is_drawn_from_the_results(tmp_path):
    script = runpy.run_path(str(ROOT / "docs" / "make_convergence.py"))
    script["main"](SHIPPED, tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(SystemExit, match="There is no table in"):
        script["draw"](tmp_path)


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_texts_that_are_shipped_are_those_of_their_results(file):
    assert file.read_text(encoding="utf-8") == as_markdown(json.loads(file.with_suffix(".json").read_text()))


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_results_that_are_shipped_are_whole_runs_of_the_shipped_experiment(file):
    report = json.loads(file.with_suffix(".json").read_text())
    (run,) = TABLES[file.stem].runs(TABLES[file.stem].rules[:1], [1], Path("nowhere"))
    assert report["epochs"] == run.epochs
    assert report["settings"] == result(TABLES[file.stem], run.settings, [], [], {})["settings"]
    for entry in report["rules"].values():
        for one in entry["runs"]:
            assert len(one["test_accuracy"]) == run.epochs
            assert one["best_test_accuracy"] == pytest.approx(max(one["test_accuracy"]), abs=1e-6)
