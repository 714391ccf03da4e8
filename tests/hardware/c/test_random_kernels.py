"""Random numbers: C draws those of the specification."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from states import WORDS, few
from toolchain import layouts

from pynn_sfdfa.hardware.arithmetic.random import FOR_PERTURBATION, extended, next_word, perturbation


@few
@given(key=WORDS, part=WORDS)
def test_key(kernels, key, part):
    assert kernels.call("sfdfa_key", key, part) & 0xFFFFFFFF == extended(key, part)


@few
@given(word=WORDS, steps=st.one_of(st.integers(0, 300), WORDS.map(lambda steps: steps & 0xFFFF)))
def test_skip(kernels, word, steps):
    skipped = kernels.call("sfdfa_skip", word, steps) & 0xFFFFFFFF
    for _ in range(steps):
        word = next_word(word)
    assert skipped == word


@few
@given(seed=WORDS, trial=st.integers(0, 10**6), first=st.integers(0, 1000), n=st.integers(1, 9))
def test_perturb(kernels, seed, trial, first, n):
    key = 0
    for part in (seed, FOR_PERTURBATION, 1, trial):
        key = extended(key, part)
    neurons = np.zeros(n, layouts.NEURON)
    kernels.call("sfdfa_perturb", neurons, n, first, key)
    grade = kernels.formats.grade
    assert neurons["perturbation"].tolist() == [perturbation(key, first + i, grade) for i in range(n)]
