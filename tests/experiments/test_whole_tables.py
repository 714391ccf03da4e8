"""Tables that are chosen by name and lack keys: the message has the whole one."""

from __future__ import annotations

import itertools
import re

import pytest

from pynn_sfdfa.experiments import config, schema
from pynn_sfdfa.experiments.config import ConfigError


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "optimizer.name=sgd",
            'optimizer.name = "sgd": beta1, beta2, epsilon are none of its keys. With all keys: --set '
            "'optimizer={name = \"sgd\", learning_rate = 0.005}', where learning_rate = 0.005 (default: 2e-05) stands",
        ),
        (
            "encoding.name=poisson",
            "rate_max, duration, seed are missing, and window is none of its keys. With all keys: --set 'encoding="
            '{name = "poisson", rate_max = ..., duration = ..., maximum = 16.0, seed = 0}\', with a value of your own',
        ),
        (
            "augmentation={shift=1.0}",
            "augmentation.seed is missing. With all keys: --set 'augmentation={elastic_scale ",
        ),
        (
            "optimizer.decay={}",
            "optimizer.decay.name is missing (cosine, exponential and linear need epochs and final, too; inverse-sqrt "
            "takes neither). With all keys: --set 'optimizer.decay={name = ..., epochs = ..., final = ..., hold = 1}'"
            ", with a value of your own for name, epochs (by",
        ),
        (
            "optimizer.decay={name='cosine', hold=2}",
            "optimizer.decay: epochs and final are missing; name = cosine needs them, and inverse-sqrt alone does not. "
            "With all keys: --set 'optimizer.decay={name = \"cosine\", epochs = ..., final = ..., hold = 2}', with a "
            "value of your own for epochs (by whose end the learning rate has fallen; afterwards it stays), final (",
        ),
        (
            "optimizer={name='sgd', learning_rate=1979-05-27, beta1=1}",
            "beta1 is none of its keys. With all keys: --set",
        ),
    ],
)
def test_what_another_choice_lacks_is_told_with_the_whole_table(override, message):
    with pytest.raises(ConfigError) as caught:
        config.load("digits", [override])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "table"),
    [
        ('encoding={{name="{}"}}', schema.ENCODERS),
        ('optimizer={{name="{}"}}', schema.OPTIMIZERS),
        ('loss={{name="{}"}}', schema.LOSSES),
        ("rules.{}={{}}", schema.RULES),
        ("learning.rule={}", schema.RULES),
    ],
)
def test_a_table_that_lacks_keys_is_written_out_ready_to_be_pasted(wrong, table):
    written = 0
    for name in table.classes():
        try:
            config.load("digits", [wrong.format(name)])
        except ConfigError as error:
            pasted = re.search(r"--set '([^']+)'", str(error))
            if pasted is not None:  # not of the rule "combination", whose table has another name
                numbers = itertools.count(10)
                whole = re.sub(r"\.\.\.", lambda _, numbers=numbers: f"{next(numbers)}", pasted[1])
                config.load("digits", [wrong.format(name), whole])
                written += 1
    assert written
