from __future__ import annotations

import dataclasses
import tomllib
from importlib import resources

import pytest

from pynn_sfdfa import LIF_SFDFA, SFDFA, Adam, Decay, Dense, IF_curr_exp, SpikeCount
from pynn_sfdfa.encoding import Latency
from pynn_sfdfa.experiments import assembly, config, schema, sections
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.rules import Combination
from pynn_sfdfa.rules.parts.fixed import Fixed
from pynn_sfdfa.rules.parts.timed import Timed

NAMES = config.experiment_names()


def error_of(*overrides, source="digits"):
    with pytest.raises(ConfigError) as caught:
        config.load(source, overrides)
    return str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_experiments_are_valid_with_every_rule(name):
    rules = set(config.load(name).rules)
    assert rules == {"hm2bp"} if name.endswith("-hm2bp") else rules >= {"sfdfa", "dfa"}
    for rule in rules:
        experiment = config.load(name, [f"learning.rule={rule}"])
        assert experiment.name == name
        assert {"rho", "r_target"} <= set(experiment.rule_parameters())


def test_shipped_experiments_include_those_promised():
    assert set(NAMES) >= {"digits", "mnist", "fashion-mnist", "emnist47", "yin-yang", "mnist-3x800"}


@pytest.mark.parametrize(
    ("name", "hidden", "output"),
    [("mnist", 0.2, 0.7), ("fashion-mnist", 0.2, 0.7), ("emnist47", 0.2, 0.7), ("digits", 0.1, 0.15)],
)
def test_thresholds_are_the_published_ones(name, hidden, output):
    """c = (v_thresh - v_rest)/kappa of the published settings, in units of the weights."""
    network = config.load(name).network
    for cell, published in ((network.hidden, hidden), (network.output, output)):
        kappa = cell.tau_m * cell.tau_syn / (cell.cm * (cell.tau_m - cell.tau_syn))
        assert (cell.v_thresh - cell.v_rest) / kappa == pytest.approx(published / 0.26)


def test_cell_parameters_are_those_of_lif_sfdfa():
    network = config.load("mnist").network
    assert network.cell_parameters("output") == {
        "tau_m": 260.0,
        "tau_syn": 130.0,
        "cm": 10.0,
        "v_rest": -70.0,
        "v_thresh": 0.0,
        "trial_duration": 200.0,
    }


@pytest.mark.parametrize("name", NAMES)
def test_written_experiments_read_back_the_same(name, tmp_path):
    experiment = config.load(name, ["training.threads=2"])
    text = config.dumps(experiment, {"python": "3.11.4", "cores": 2})
    assert tomllib.loads(text)["provenance"] == {"python": "3.11.4", "cores": 2}
    path = tmp_path / "config.toml"
    path.write_text(text)
    assert config.differences(config.load(path), experiment) == []


def test_no_number_of_an_experiment_has_a_default():
    """Leaving out any key of a shipped file is an error that names it."""
    text = resources.files("pynn_sfdfa.experiments").joinpath("digits.toml").read_text()
    for section, keys in tomllib.loads(text).items():
        if section in ("name", "version", "rules"):
            continue
        for key in keys:
            tables = tomllib.loads(text)
            del tables[section][key]
            with pytest.raises(ConfigError, match=rf"{section}(\.|: ){key} is missing"):
                config.from_settings(tables, "test")


def test_overrides_take_toml_values_and_bare_words():
    experiment = config.load(
        "digits", ["network.hidden_sizes=[30, 20]", "learning.rule = dfa", 'data.name="npz:my data.npz"']
    )
    assert experiment.network.hidden_sizes == (30, 20)
    assert experiment.learning.rule == "dfa"
    assert experiment.data.name == "npz:my data.npz"
    assert config.load("digits", ["data.name=npz:/data/x.npz"]).data.name == "npz:/data/x.npz"


def test_the_last_override_wins_and_whole_tables_can_be_replaced():
    assert config.load("digits", ["training.seed=5", "training.seed=6"]).training.seed == 6
    optimizer = config.load("digits", ['optimizer={name="sgd", learning_rate=2e-5}']).optimizer
    assert sections.plain(optimizer) == {"name": "sgd", "learning_rate": 2e-5}


def test_whole_numbers_are_accepted_where_any_number_is():
    assert config.load("digits", ["network.trial_duration=100"]).network.trial_duration == 100.0


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.epoch=3", "training.epoch is not a known key (did you mean epochs?); valid here: batch_size, "),
        ("network.hidden.taum=3", "network.hidden.taum is not a known key (did you mean tau_m?); valid here: tau_m, "),
        ("rulse.x=1", "rulse is not a known key (did you mean rules?)"),
        ("encoding.windw=3", "encoding.windw is not a known key (did you mean window?); valid here: name, window, "),
        ("training.epochs=0", "training.epochs = 0 is not valid: must be >= 1."),
        ("training.epochs=2.5", "training.epochs = 2.5 is not valid: must be a whole number."),
        ("training.seed='1'", 'training.seed = "1" is not valid: must be a whole number.'),
        ("training.seed=-1", "training.seed = -1 is not valid: must be >= 0."),
        ("optimizer.learning_rate=0", "optimizer.learning_rate = 0 is not valid: must be > 0."),
        ("optimizer.beta2=1", "optimizer.beta2 = 1 is not valid: must be < 1."),
        ("network.delay=nan", "network.delay = nan is not valid: must be a finite number (ms, of every projection)."),
        ("network.hidden.cm=-3", "network.hidden.cm = -3 is not valid: must be a finite number > 0 nF."),
        ("network.hidden.tau_m=3", "network.hidden: tau_m = 3 ms must be greater than tau_syn = 130 ms."),
        ("network.output.v_thresh=-80", "network.output: v_thresh = -80 mV must be above v_rest = -70 mV."),
        ("network.hidden_sizes=[9, 0]", "network.hidden_sizes[1] = 0 is not valid: must be >= 1."),
        (
            "network.hidden_sizes=[]",
            "network: hidden_sizes is missing, the neurons of each hidden layer, such as [100]",
        ),
        ("network.hidden_sizes=5", "network.hidden_sizes = 5 is not valid: must be an array, such as [100]"),
        ("network.weights=[1, -1]", "[1, -1] is not valid: the first number must be smaller than the second."),
        ("network.weights=[1]", "network.weights[1] is missing"),
        ("network.weights=[1,2,3]", "network.weights = [1, 2, 3] is not valid: must have at most 2 element(s)"),
        ("network.gradient=boundd", 'network.gradient = "boundd" is not valid (did you mean bounded?); choose one of'),
        ("learning.rule=sfdaf", 'learning.rule = "sfdaf" is not valid (did you mean sfdfa?); choose one of sfdfa, dfa'),
        ("encoding.name=latncy", 'encoding.name = "latncy" is not valid (did you mean latency?); choose one of'),
        (
            "encoding={window=1.0}",
            "encoding.name is missing; choose one of event-bins, gammatone-lif, latency, lyon-bsa, none, "
            "poisson, poisson-grid, time_coded.",
        ),
        ("encoding=3", "encoding = 3 is not valid: must be a table."),
        ("network.hidden=3", "network.hidden = 3 is not valid: must be a table."),
        ('optimizer={name="sgd"}', "optimizer.learning_rate is missing."),
        ("optimizer=sgd", "optimizer.learning_rate is missing."),
        ("optimizer.name=adm", 'optimizer.name = "adm" is not valid (did you mean adam?); choose one of adam, sgd.'),
        (
            "optimizer.decay={}",
            "name is missing (cosine, exponential and linear need epochs and final, too; inverse-sqrt",
        ),
        (
            'optimizer.decay={name="cosin", epochs=3, final=0.1}',
            'optimizer.decay.name = "cosin" is not valid (did you mean',
        ),
        (
            'optimizer.decay={name="cosine", epochs=3}',
            "optimizer.decay: final is missing (fraction of the learni",
        ),
        (
            'optimizer.decay={name="linear", epochs=3, final=1, hold=3}',
            "optimizer.decay: hold = 3 must be less than ep",
        ),
        ("loss.margin=-1", "loss.margin = -1 is not valid: must be >= 0 (spikes by which a count may miss its target"),
        ("learning.rule=daf", "(did you mean dfa?); choose one of sfdfa, dfa, bp, e-prop, hm2bp, superspike."),
        ("rules=3", "rules = 3 is not valid: must be a table."),
        ("rules.sfdfa=3", "rules.sfdfa = 3 is not valid: must be a table."),
        (
            "rules.sfdfa.roh=3",
            "rules.sfdfa.roh is not a known key (did you mean rho?); valid here: rho, r_target, f",
        ),
        (
            "rules.sfdfa.timed=1",
            "rules.sfdfa.timed = 1 is not valid: must be true or false (hidden spikes learn from",
        ),
        ("rules.sfdaf.rho=3", "rules.sfdaf: r_target, feedback are missing (did you mean sfdfa?). With all keys: "),
        (
            "rules.dfa.feedback=[1, -1]",
            "rules.dfa.feedback = [1, -1] is not valid: the first number must be smaller",
        ),
        (
            "rules.my.transport=timd",
            'rules.my.transport.name = "timd" is not valid (did you mean timed?); choose one',
        ),
        ("rules.my.feedback=fixed", "rules.my.feedback.weights is missing (drawn uniformly from this range)."),
        (
            "rules={}",
            "learning.rule = 'sfdfa' needs the table [rules.sfdfa], which is missing: --set 'rules.sfdfa={rho",
        ),
        ("loss.target=1", "loss: target = 1 spikes must be more than other = 3."),
        ("name=a/b", 'name = "a/b" is not valid: has characters that are not allowed (letters, digits, '),
        (
            "data.name=''",
            'data.name = "" is not valid: must not be empty (a data set, or one\'s own as npz:PATH, sound',
        ),
        ("training.epochs.x=3", "--set training.epochs.x=3: training.epochs is a value, not a table."),
        ("training.seed=1 2", "--set training.seed=1 2: '1 2' is not a TOML value. Examples: 5, 0.5, true"),
        ("seed", "--set seed: expected key.path=value, for example --set training.epochs=5."),
        ("training..seed=1", "--set training..seed=1: expected key.path=value"),
        ("training.seed=1 training.epochs=2", "--set takes one setting; give it once for each, as in --set training."),
        ("training.seed=1,training.epochs=2", "--set takes one setting; give it once for each"),
        ("training.seed=1; learning.rule=dfa", "--set takes one setting; give it once for each"),
        ("training.seed=1\n[network]\ndelay=3", "--set takes one setting; give it once for each"),
        (f"training.seed={2**70}", "value is a whole number that does not fit in 64 bits."),
        (f"training.seed={'1' * 5000}", "a whole number has thousands of digits; TOML's have 64 bits."),
        (f"network.hidden_sizes={'[' * 50_000}", "it is nested more than 50 deep."),
        (f"network={'{a=' * 5000}", "it is nested more than 50 deep."),
        (f"{'a.' * 5000}b=1", "no key has 5001 parts."),
        ("training.threads=100000", "training.threads = 100000 is not valid: must be <= 1024 (default: every core"),
        (f"name={'x' * 101}", "is not valid: must have at most 100 characters (letters, digits, '.', '_' and '-')."),
        ("training.batch_size=3000000000", "training.batch_size = 3000000000 is not valid: must be < 2147483648."),
        ("network.delay=1e9", "network: delay = 1e+09 ms must be shorter than trial_duration = 200 ms."),
        ("network.hidden.tau_syn=1e-300", "network.hidden.tau_syn = 1e-300 is not valid: must be >= 1e-06"),
        (
            "network.hidden.cm=1e-300",
            "network.hidden.cm = 1e-300 is not valid: must be 0 or of a magnitude between 1e-30",
        ),
        ("network.hidden.cm=1e14", "network.hidden: the threshold is a current of 3.84615e+12 nA"),
        ("optimizer.learning_rate=1e300", "optimizer.learning_rate = 1e+300 is not valid: must be 0 or of a magnitude"),
        ("network.weights=[-1e30, 1.0]", "[-1e+30, 1.0] is not valid: weights must lie between -1e+09 and 1e+09 nA."),
        ("data.name='\ud800'", 'data.name = "\ud800" is not valid: has bytes that are no UTF-8 text'),
        ("\ud800=1", 'The key "\ud800" is not valid: has bytes that are no UTF-8 text.'),
    ],
)
def test_mistakes_are_named_with_what_is_valid(override, message):
    assert message in error_of(override)


STOCK = "network.hidden={cell='IF_curr_exp', tau_m=20, tau_syn=5, cm=1, v_rest=-65, v_thresh=-50, tau_refrac=2%s}"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "network.hidden.cell=IF_cur_exp",
            'network.hidden.cell = "IF_cur_exp" is not valid (did you mean IF_curr_exp?); choose one of LIF_SFDFA, IF_',
        ),
        ("network.hidden.cell=IF_curr_exp", "network.hidden: tau_refrac is missing (ms; 0 for none), which cell = "),
        (
            "network.output.tau_refrac=0",
            "network.output: tau_refrac is a parameter of IF_curr_exp, and the cell is LIF_SFDFA: leave it out, or set",
        ),
        ("network.output.v_reset=-70", "network.output: v_reset is a parameter of IF_curr_exp, and the cell is LIF_SF"),
        ("network.output.i_offset=0.1", "network.output: i_offset is a parameter of IF_curr_exp, and the cell is LIF_"),
        ("network.output.inhibition=-1", "network.output.inhibition = -1 is not valid: must be >= 0 (nA by which each"),
        ("network.output.inhibition=1", "network: inhibition acts after delay, so delay = 0 ms is not valid with it"),
        (STOCK % ", tau_refac=1", "network.hidden.tau_refac is not a known key (did you mean tau_refrac?)"),
        (STOCK % ", i_offset='much'", 'network.hidden.i_offset = "much" is not valid: must be a number (nA; of IF_cur'),
        (STOCK % ", i_offset=0.75", "network.hidden: v_thresh = -50 mV must be above v_rest + i_offset tau_m/cm = -50"),
        (STOCK % ", v_reset=-50", "network.hidden: v_thresh = -50 mV must be above v_reset = -50 mV."),
    ],
)
def test_cells_that_cannot_be_are_refused_by_key_value_and_choices(override, message):
    assert message in error_of(override)


def test_a_file_that_names_the_default_cell_is_the_same_experiment():
    named = config.load("digits", ["network.hidden.cell=LIF_SFDFA", "network.output.inhibition=0"])
    assert config.differences(named, config.load("digits")) == []
    assert "cell" not in named.settings()["network"]["hidden"]


def test_stock_cells_and_inhibition_reach_the_network_and_the_file(tmp_path):
    given = [STOCK % ", v_reset=-70, i_offset=0.1", "network.output.inhibition=0.5", "network.delay=1"]
    given.append("network.hidden_sizes=[30, 20]")
    experiment = config.load("digits", given)
    (tmp_path / "config.toml").write_text(config.dumps(experiment, {}))
    assert config.differences(config.load(tmp_path / "config.toml"), experiment) == []
    first, second, output = assembly.build_network(experiment, 64, 10).layers
    assert first.cell == second.cell == IF_curr_exp(v_reset=-70, i_offset=0.1, tau_refrac=2, trial_duration=200)
    assert output.cell == LIF_SFDFA(**experiment.network.cell_parameters("output"))
    assert [layer.connectivity for layer in (first, output)] == [
        Dense(30, cell=first.cell),
        Dense(10, cell=output.cell, inhibition=0.5),
    ]


@pytest.mark.parametrize("path", ["/a b/c.npz", "x'y\".npz", "#1=[2]{3}.npz", "~/a,b;c=d e=f.npz ", "1", "[", ""])
def test_all_that_follows_npz_is_the_path(path):
    assert config.load("digits", [f"data.name=npz:{path}"]).data.name == f"npz:{path}"
    assert config.load("digits", [f"data.name= npz:{path}"]).data.name == f"npz:{path}"


def test_long_values_are_shown_by_their_ends():
    for override in (f"training.seed='{'x' * 100_000}'", f"x{'y' * 100_000}=1", f"training.seed={'[1]' * 50_000}"):
        assert len(error_of(override)) < 700
    message = error_of(f"training.seed='{'x' * 100_000}'")
    assert " (100,002 characters) is not valid: must be a whole number." in message
    assert error_of(*(f"key{number}=1" for number in range(1000))).endswith("\n  and 990 more.")


def test_what_is_missing_altogether_is_listed():
    with pytest.raises(ConfigError) as caught:
        config.from_settings({"name": "empty"}, "test")
    missing = ("data", "encoding", "network", "learning", "rules", "loss", "optimizer", "training")
    assert str(caught.value) == "\n  ".join(["test:", *(f"{table} is missing." for table in missing)])


def test_contradicting_encoder_times():
    encoding = 'encoding={name="time_coded", t_min=50, t_max=20}'
    assert "encoding.time_coded" not in error_of(encoding)
    assert "encoding: t_min = 50 ms must be smaller than t_max = 20 ms." in error_of(encoding)


def test_all_mistakes_are_listed_at_once():
    message = error_of("training.epoch=3", "network.delay=-1")
    assert message.splitlines()[0] == "experiment digits:"
    assert message.splitlines()[1].startswith("  network.delay = -1 is not valid")
    assert message.splitlines()[2].startswith("  training.epoch is not a known key")


def test_unknown_experiment_lists_the_known_ones():
    message = error_of(source="digts")
    assert message.startswith("There is no experiment 'digts' (did you mean digits?). Choose one of digits, digits-")


def test_the_folder_of_a_run_is_told_where_its_experiment_stands(tmp_path):
    (tmp_path / "config.toml").write_text("")
    assert error_of(source=tmp_path).endswith(f"is the folder of a run; name its experiment, {tmp_path}/config.toml.")


def test_unreadable_files(tmp_path):
    assert "cannot be read: No such file or directory." in error_of(source=tmp_path / "x.toml")
    assert "cannot be read: Is a directory." in error_of(source=tmp_path)
    for content in (b"name = ", b"name = '\xff'"):
        (tmp_path / "bad.toml").write_bytes(content)
        assert "bad.toml is not valid TOML: " in error_of(source=tmp_path / "bad.toml")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    text = resources.files("pynn_sfdfa.experiments").joinpath("digits.toml").read_bytes()
    (tmp_path / "digits.toml").write_bytes(b"\xef\xbb\xbf" + text)
    assert config.differences(config.load(tmp_path / "digits.toml"), config.load("digits")) == []


def test_a_file_without_a_name_is_called_after_itself(tmp_path):
    text = resources.files("pynn_sfdfa.experiments").joinpath("digits.toml").read_text()
    (tmp_path / "my net.toml").write_text(text.replace('name = "digits"\n', "", 1))
    assert config.load(tmp_path / "my net.toml").name == "my-net"


def test_differences_name_the_keys():
    old = config.load("digits", ["training.threads=2"])
    new = config.load("digits", ["training.epochs=99", "rules.sfdfa.rho=0.5", "network.hidden_sizes=[7]"])
    assert config.differences(old, new, ignore=["training.epochs"]) == [
        "network.hidden_sizes: [100] -> [7]",
        "rules.sfdfa.rho: 0.1 -> 0.5",
        "training.threads: 2 -> absent",
    ]


@pytest.mark.parametrize("chosen", [schema.ENCODERS, schema.OPTIMIZERS, schema.LOSSES, schema.RULES])
def test_the_schema_knows_what_can_be_built(chosen):
    """Every rule, optimiser, encoder and loss has a table whose keys are its settings, which it is made from."""
    for name, declared in chosen.classes().items():
        table = sections.section(declared, named=True)
        settings = {field.name for field in dataclasses.fields(declared)}
        assert set(table.model_fields) == {"name"} | settings
        assert table.model_fields["name"].annotation.__args__ == (name,)


def test_what_an_experiment_sets_up_is_what_its_file_says():
    experiment = config.load("mnist-best", ["optimizer.decay.hold=2", "loss.margin=1"])
    decay = Decay("cosine", 30, 0.01, hold=2)
    assert experiment.optimizer.build() == Adam(3e-3, decay=decay, beta1=0.9, beta2=0.999, epsilon=1e-8)
    assert experiment.rule.build() == SFDFA(rho=0.0, r_target=0.0, feedback_learning_rate=1e-3, timed=True)
    assert experiment.loss.build() == SpikeCount(15.0, 3.0, margin=1.0)
    assert experiment.encoding.build() == Latency(window=100.0, maximum=255.0)


def test_a_rule_that_nobody_has_written_down_is_put_together_in_the_file(tmp_path):
    table = 'rules.mine={transport="timed", feedback={name="fixed", weights=[-0.5, 0.5]}, rho=0.1, r_target=0.2}'
    experiment = config.load("digits", [table, "learning.rule=mine"])
    expected = Combination(Timed(), Fixed((-0.5, 0.5)), rho=0.1, r_target=0.2)
    assert experiment.rule.build() == expected
    (tmp_path / "config.toml").write_text(config.dumps(experiment, {}))
    assert config.load(tmp_path / "config.toml").rule.build() == expected


def test_what_may_be_left_out_is_not_written_unless_it_is_set():
    """So that what was written before, when there was no such key, is of the same settings."""
    assert set(config.load("digits").settings()["loss"]) == {"target", "other"}
    assert "hold" not in config.load("mnist-best").settings()["optimizer"]["decay"]
    assert config.load("digits", ["loss.margin=1"]).settings()["loss"]["margin"] == 1.0


def test_a_name_that_no_file_can_have_is_told_in_one_line():
    with pytest.raises(ConfigError):
        config.load("x" * 300 + ".toml")
