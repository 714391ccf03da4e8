"""Settings that would change nothing are refused where they are given for one run, or for a whole sweep."""

import pytest
from click.testing import CliRunner

from pynn_sfdfa.campaign import search, sweep
from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.experiments.without_effect import load_effective

OF_ANOTHER_RULE = "learning.rule is bp; change rules.bp, or set learning.rule=sfdfa, too"


@pytest.mark.parametrize(
    ("source", "override", "reason"),
    [
        ("digits-conv", "rules.sfdfa.rho=0.3", OF_ANOTHER_RULE),
        (
            "digits",
            "rules.dfa={rho=0.3, r_target=0.5, feedback=[-1.0, 1.0]}",
            "learning.rule is sfdfa; change rules.sfdfa",
        ),
        ("digits-conv", "network.hidden.v_thresh=-50", r"has a v_thresh of its own; change it there, in a TOML file"),
    ],
)
def test_a_setting_that_changes_nothing_is_refused(source, override, reason):
    with pytest.raises(ConfigError, match=reason) as refusal:
        load_effective(source, [override])
    assert str(refusal.value).startswith(f"--set {override} changes nothing: ")


def test_a_setting_counts_together_with_the_others():
    assert load_effective("digits-conv", ["rules.sfdfa.rho=0.3", "learning.rule=sfdfa"]).rule.rho == 0.3
    layers = "network.layers=[{kind='dense', neurons=20}]"
    loaded = load_effective("digits-conv", [layers, "network.hidden.v_thresh=-50"])
    assert loaded.network.hidden.v_thresh == -50


@pytest.mark.parametrize("command", [["train"], ["simulate", "--sample", "0"], ["spinnaker", "doctor"]])
def test_every_command_refuses_it(command):
    done = CliRunner().invoke(main, [*command, "digits-conv", "--set", "rules.sfdfa.rho=0.3"])
    assert done.exit_code == 2
    assert done.output.endswith(f"Error: --set rules.sfdfa.rho=0.3 changes nothing: {OF_ANOTHER_RULE}.\n")


def test_in_a_sweep_it_must_count_in_one_run_at_least(tmp_path):
    path = tmp_path / "rho.toml"
    text = 'experiment = "digits"\n[grid]\nrules.dfa.rho = [0.1, 0.3]\n'
    path.write_text(text)
    with pytest.raises(
        sweep.SweepError, match=r"rho.toml: rules.dfa.rho changes nothing in any run: learning.rule is sfdfa"
    ):
        sweep.load(path).runs(tmp_path)
    path.write_text(text + 'learning.rule = ["sfdfa", "dfa"]\n')
    assert len(sweep.load(path).runs(tmp_path)) == 4


def test_in_a_search_too(tmp_path):
    path = tmp_path / "rho.toml"
    path.write_text(
        'experiment = "digits"\nmethod = "tpe"\n'
        "[set]\ndata.validation = 0.2\n[random]\nrules.dfa.rho = {uniform = [0.1, 0.3]}\n"
    )
    with pytest.raises(sweep.SweepError, match="rules.dfa.rho changes nothing in any run"):
        search.check(sweep.load(path))
