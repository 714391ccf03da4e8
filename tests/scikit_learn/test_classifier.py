"""A spiking network as an estimator: what it learns, what it keeps, and where it can be put."""

from __future__ import annotations

import json
import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pynn_sfdfa import SFDFA
from pynn_sfdfa.encoding import Latency
from pynn_sfdfa.encoding.spikes import parts
from pynn_sfdfa.sklearn import SpikingClassifier
from pynn_sfdfa.training.trainer import CannotLearnError


@pytest.fixture(scope="module")
def iris():
    samples, labels = load_iris(return_X_y=True)
    return train_test_split(samples, labels, test_size=0.3, random_state=0, stratify=labels)


@pytest.fixture(scope="module")
def fitted(iris):
    train, _, labels, _ = iris
    return SpikingClassifier(random_state=0).fit(train, labels)


def small(**options):
    return SpikingClassifier(**{"hidden": 20, "epochs": 6, "random_state": 3, **options})


def same_state(one, other):
    assert one.state_.keys() == other.state_.keys()
    for name, array in one.state_.items():
        np.testing.assert_array_equal(array, other.state_[name])


def test_it_learns_by_its_defaults(fitted, iris):
    assert fitted.score(iris[1], iris[3]) > 0.9
    assert fitted.n_iter_ == len(fitted.loss_curve_) == 60
    assert fitted.validation_scores_ == []


def test_a_csv_with_seven_features_and_two_classes_learns_by_its_defaults(tmp_path):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    values = rng.normal(0.0, [1, 10, 100, 1e-3, 1, 1, 1], (400, 7))
    values[:, 0] += 4.0 * labels
    np.savetxt(tmp_path / "own.csv", np.column_stack([values, labels]), delimiter=",")
    table = np.loadtxt(tmp_path / "own.csv", delimiter=",")
    model = SpikingClassifier(random_state=1).fit(table[:300, :7], table[:300, 7])
    assert model.score(table[300:, :7], table[300:, 7]) > 0.9


def test_labels_may_be_words_and_features_negative_or_constant(iris):
    train, _, labels, _ = iris
    named = np.array(["setosa", "versicolor", "virginica"])[labels]
    shifted = np.hstack([3.0 - train, np.full((len(train), 1), -7.0)])
    model = SpikingClassifier(random_state=0).fit(shifted, named)
    assert model.score(shifted, named) > 0.9
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]


def test_probabilities_follow_from_counts_and_agree_with_decisions(fitted, iris):
    counts, shares = fitted.counts(iris[1]), fitted.predict_proba(iris[1])
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    np.testing.assert_array_equal(shares.argmax(axis=1), fitted.predict(iris[1]))
    np.testing.assert_array_equal(fitted.decision_function(iris[1]), counts)
    np.testing.assert_allclose(np.log(shares[:, 0] / shares[:, 2]), (counts[:, 0] - counts[:, 2]) / 2)


def test_samples_without_an_output_spike_are_told(iris):
    model = small(epochs=1, encoder="latency").fit(iris[0], np.array(["no", "yes", "yes"])[iris[2]])
    with pytest.warns(
        UserWarning, match=r"^2 of 2 samples \(100 %\) make no output neuron spike, so class no is no an"
    ):
        assert model.predict(np.full((2, 4), -9.0)).tolist() == ["no", "no"]


def test_decisions_between_two_classes_are_one_number(iris):
    train, labels = iris[0], iris[2] == 2
    model = small().fit(train, labels)
    decisions = model.decision_function(train)
    assert decisions.shape == labels.shape
    np.testing.assert_array_equal(decisions > 0, model.predict(train))


def test_results_depend_on_the_random_state_and_not_on_threads(iris):
    train, _, labels, _ = iris
    one = small(n_jobs=1).fit(train, labels)
    same_state(one, small(n_jobs=3).fit(train, labels))
    same_state(one, one.fit(train, labels))
    assert not np.array_equal(one.state_["weights.0"], small(random_state=4).fit(train, labels).state_["weights.0"])


def test_what_is_shown_in_parts_is_learned_as_what_is_shown_at_once(iris):
    train, _, labels, _ = iris
    ends = (train.min(axis=0), train.max(axis=0))
    parts = small(v_thresh=[-66.0, -50.0], feature_range=ends)
    for first, last in ((0, 1), (1, 40), (40, len(train))):
        parts.partial_fit(train[first:last], labels[first:last], classes=[0, 1, 2])
        parts = pickle.loads(pickle.dumps(parts))
    same_state(parts, small(v_thresh=[-66.0, -50.0]).partial_fit(train, labels, classes=[0, 1, 2]))


def test_online_learning_goes_on_from_a_fit(iris, fitted):
    train, test, labels, wanted = iris
    model = pickle.loads(pickle.dumps(fitted)).partial_fit(train, labels)
    assert model.score(test, wanted) > 0.85
    assert not np.array_equal(model.state_["weights.0"], fitted.state_["weights.0"])


def test_online_learning_learns():
    samples, labels = load_digits(return_X_y=True)
    model = SpikingClassifier(random_state=1, encoder="latency")
    for _ in range(2):
        model.partial_fit(samples[:1000], labels[:1000], classes=np.arange(10))
    assert model.score(samples[1000:], labels[1000:]) > 0.75


def test_early_stopping_keeps_what_was_best_on_held_out_samples(iris):
    train, _, labels, _ = iris
    model = small(epochs=200, early_stopping=True, validation_fraction=0.2, n_iter_no_change=4).fit(train, labels)
    scores = model.validation_scores_
    best = int(np.argmax(scores))
    assert model.n_iter_ == len(scores) == best + 5 < 200
    same_state(model, small(epochs=best + 1, early_stopping=True, validation_fraction=0.2).fit(train, labels))


def test_held_out_samples_have_no_part_in_the_range_of_features_nor_in_thresholds(iris):
    train, _, labels, _ = iris
    options = {"epochs": 1, "early_stopping": True, "validation_fraction": 0.2}
    model, elsewhere = small(**options).fit(train, labels), train.copy()
    elsewhere[parts(len(train), 0.2, model._seed)[1]] *= 100.0
    other = small(**options).fit(elsewhere, labels)
    for name in ("feature_low_", "feature_high_", "thresholds_"):
        np.testing.assert_array_equal(getattr(model, name), getattr(other, name), err_msg=name)
    same_state(model, other)


@pytest.mark.parametrize(
    "options",
    [{"rule": "bp"}, {"rule": "dfa"}, {"rule": "hm2bp"}, {"rule": SFDFA(rho=0.0)}, {"encoder": "time_coded"},
     {"encoder": "latency"}, {"encoder": Latency(window=50.0, maximum=255.0)}, {"hidden": (20, 15)},
     {"initial_spikes": 3.0}],
)  # fmt: skip
def test_rules_encoders_and_layers_may_be_chosen(options, iris):
    train, _, labels, _ = iris
    model = small(epochs=15, **options).fit(train, labels)
    assert model.loss_curve_[-1] < 0.8 * model.loss_curve_[0]
    assert len(model.thresholds_) == 1 + np.size(model.hidden)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": "sfdda"}, r"rule = 'sfdda' is not valid; choose one of 'bp', 'dfa', 'hm2bp', 'sfdfa'"),
        ({"encoder": "rate"}, "encoder = 'rate' is not valid; choose one of 'complement'"),
        ({"hidden": 0}, "hidden = 0 is not valid"),
        ({"hidden": (10, 2.5)}, "hidden = .* is not valid"),
        ({"v_thresh": -50.0}, 'v_thresh = -50.0 is not valid; give "auto", or a threshold in mV for each of the 2'),
        ({"v_thresh": [-50.0]}, "give one for each of the 2 layers"),
        ({"epochs": 0}, "epochs = 0 is not valid"),
        ({"batch_size": 2.5}, "batch_size = 2.5 is not valid"),
        ({"learning_rate": -1.0}, "learning_rate = -1"),
        ({"feature_range": (1.0, 0.0)}, r"feature_range = \(1.0, 0.0\) is not valid; the lower end comes first"),
        ({"feature_range": (1.0, 1.0)}, r"feature_range = \(1.0, 1.0\) is not valid; give \(lowest, highest\)"),
        (
            {"rule": np.str_("sfdda")},
            r"rule = 'sfdda' is not valid; .* runs on event, such as SFDFA\(feedback_learning",
        ),
        ({"rule": SFDFA}, r"rule = SFDFA is a class; give SFDFA\(\), not SFDFA\."),
        (
            {"hidden": (10**8,)},
            r"hidden = \(100000000,\) is too large: it would take .* make the hidden layers smaller",
        ),
        ({"feature_range": 3}, "feature_range = 3 is not valid"),
        ({"early_stopping": True, "validation_fraction": 0.001}, "^validation_fraction must lie between 0 and 1"),
        ({"early_stopping": "no"}, "early_stopping = 'no' is not valid; it must be True or False"),
        (
            {"v_thresh": [-60.0, -55.0], "initial_spikes": 3.0},
            'initial_spikes = 3.0 means something with v_thresh = "auto"',
        ),
        (
            {"rule": "e-prop"},
            "rule = 'e-prop' is not valid; choose one of 'bp', 'dfa', 'hm2bp', 'sfdfa', or give a rule",
        ),
        ({"n_jobs": "all"}, "n_jobs = 'all' is not valid"),
        ({"n_jobs": 0}, "n_jobs = 0 is not valid"),
    ],
)
def test_settings_that_are_not_valid_are_named(options, message, iris):
    with pytest.raises(ValueError, match=message):
        small(**options).fit(iris[0], iris[2])


def test_a_first_call_of_few_samples_says_what_it_decides(iris):
    chosen = "the range of the features and the thresholds are chosen for all that follow: call fit, or partial_fit fi"
    with pytest.warns(UserWarning, match=f"^The first call of partial_fit has 3 samples, from which {chosen}"):
        model = small().partial_fit(iris[0][:3], iris[2][:3], classes=[0, 1, 2])
    with pytest.warns(UserWarning, match=r"has 1 sample, from which the thresholds are .* or give v_thresh\.$"):
        small(feature_range=(0.0, 9.0)).partial_fit(iris[0][:1], iris[2][:1], classes=[0, 1, 2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.partial_fit(iris[0][:1], iris[2][:1])
        small().partial_fit(iris[0][:40], iris[2][:40], classes=[0, 1, 2])
        small(feature_range=(0.0, 9.0), v_thresh=[-66.0, -50.0]).partial_fit(iris[0][:1], [0], classes=[0, 1, 2])


def test_values_outside_a_range_that_was_given_are_counted_by_column(iris):
    train, labels = iris[0][:30], iris[2][:30]
    n = (train > 5.0).sum(axis=0)
    told = f"^{n.sum()} of 120 values lie outside feature_range and count as its ends: {n[0]} in column 0, {n[2]} in co"
    with pytest.warns(UserWarning, match=told):
        model = small(epochs=1, feature_range=(0.0, 5.0)).fit(train, labels)
    with pytest.warns(UserWarning, match=told):
        model.partial_fit(train, labels)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small(epochs=1, feature_range=(0.0, 9.0)).fit(train, labels)


def test_labels_are_named_as_they_were_given():
    with pytest.raises(ValueError, match=r"only one class is present: 'a'\.$"):
        small().fit(np.ones((2, 2)), ["a", "a"])
    with pytest.raises(ValueError, match=r"not in classes: \['c'\]\.$"):
        small().partial_fit(np.ones((2, 2)), ["a", "c"], classes=["a", "b"])


def test_labels_that_were_not_announced_are_refused(iris):
    model = small().partial_fit(iris[0][:5], [0, 1, 0, 1, 1], classes=[0, 1])
    with pytest.raises(ValueError, match="y has labels that are not in classes"):
        model.partial_fit(iris[0], iris[2])
    with pytest.raises(ValueError, match="is not the same as on last call"):
        model.partial_fit(iris[0][:5], [0, 1, 0, 1, 1], classes=[0, 1, 2])
    with pytest.raises(ValueError, match="one class"):
        small().partial_fit(iris[0][:2], [1, 1], classes=[1])
    with pytest.raises(ValueError, match="batch_size = 0 is not valid; it must be an integer >= 1"):
        model.set_params(batch_size=0).partial_fit(iris[0][:2], [0, 1])


def test_learning_one_by_one_holds_no_samples_out(iris):
    with pytest.raises(ValueError, match="early_stopping = True is for fit; partial_fit holds no samples out"):
        small(early_stopping=True).partial_fit(iris[0], iris[2], classes=[0, 1, 2])


def test_a_network_that_cannot_learn_says_so(iris):
    with pytest.raises(CannotLearnError, match="The output layer .* did not fire once .* With v_thresh = "):
        small(v_thresh=[-66.0, 5e3]).fit(iris[0], iris[2])


@pytest.mark.slow
def test_pipelines_searches_and_processes_take_it(iris):
    train, _, labels, _ = iris
    pipeline = make_pipeline(StandardScaler(), small(hidden=10, epochs=3))
    search = GridSearchCV(pipeline, {"spikingclassifier__hidden": [5, (6, 4)]}, cv=2, error_score="raise")
    assert search.fit(train, labels).best_params_["spikingclassifier__hidden"] in (5, (6, 4))
    here = cross_val_score(small(epochs=3), train, labels, cv=2)
    np.testing.assert_array_equal(here, cross_val_score(small(epochs=3), train, labels, cv=2, n_jobs=2))
    assert clone(pipeline).get_params()["spikingclassifier__hidden"] == 10


def test_it_is_kept_by_skops_without_pickled_code(fitted, iris):
    skops = pytest.importorskip("skops.io", reason="pip install skops")
    kept = skops.dumps(fitted)
    own = "pynn_sfdfa.sklearn.classifier.SpikingClassifier"
    assert skops.get_untrusted_types(data=kept) == [own]
    again = skops.loads(kept, trusted=[own])
    np.testing.assert_array_equal(again.predict_proba(iris[1]), fitted.predict_proba(iris[1]))
    more = iris[0][:3], iris[2][:3]
    same_state(again.partial_fit(*more), clone(fitted).fit(iris[0], iris[2]).partial_fit(*more))


def test_parameters_are_plain_values(fitted):
    assert json.dumps(fitted.get_params())
