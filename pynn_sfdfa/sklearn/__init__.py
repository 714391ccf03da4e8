"""Spiking networks as estimators of scikit-learn."""

from pynn_sfdfa.sklearn.classifier import SpikingClassifier

__all__ = ["SpikingClassifier"]
