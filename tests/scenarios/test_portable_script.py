"""The script of the documentation, with another simulator in its import and as it stands in all else."""

from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "portable_script.py"
IMPORT = "import pynn_sfdfa.event as sim"


@pytest.mark.slow
@pytest.mark.parametrize("timed", [False, True])
def test_the_portable_script_learns(sim, timed):
    text = SCRIPT.read_text(encoding="utf-8")
    assert text.count("pynn_sfdfa.event") == text.count(IMPORT) == 1
    if timed:
        assert text.count("SFDFAFeedback(") == 1
        text = text.replace("SFDFAFeedback(", "SFDFAFeedback(timed=True, ")
    names = {}
    exec(compile(text.replace(IMPORT, f"import {sim.__name__} as sim"), str(SCRIPT), "exec"), names)
    assert names["correct"][-20:].mean() >= 0.9 > names["correct"][:20].mean()
    synapses = [names[name] for name in ("to_hidden", "to_output", "estimated")]
    for synapse, learned, shape in zip(synapses, names["weights"], [(64, 100), (100, 2), (2, 100)], strict=True):
        initial = synapse.parameter_space["weight"]
        initial.shape = shape
        assert learned.shape == shape
        assert np.isfinite(learned).all()
        assert abs(learned - initial.evaluate(simplify=False)).max() > 1e-3
