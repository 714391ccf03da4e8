"""scikit-learn's own checks of an estimator."""

from __future__ import annotations

from sklearn.utils.estimator_checks import parametrize_with_checks

from pynn_sfdfa.sklearn import SpikingClassifier


@parametrize_with_checks([SpikingClassifier(hidden=30, epochs=20)])
def test_the_estimator_keeps_what_scikit_learn_asks_of_it(estimator, check):
    """None is expected to fail."""
    check(estimator)
