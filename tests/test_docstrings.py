"""Docstrings of public names say what each parameter is, and those of cells say it from the models."""

from __future__ import annotations

import inspect
import pydoc
import re
import sys

import pytest
from readme_commands import ROOT

import pynn_sfdfa.event
from pynn_sfdfa import Trainer, models

sys.path.insert(0, str(ROOT / "docs" / "site"))
import api

NAMES = [(module, name) for module, names in api.documented().items() for name in names]


def parameters(what):
    """The names that a function or class takes, but for those that collect further ones."""
    if inspect.isclass(what) and (issubclass(what, BaseException) or what.__init__ is object.__init__):
        return []
    signature = inspect.signature(what.__init__ if inspect.isclass(what) else what)
    collecting = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [one.name for one in signature.parameters.values() if one.kind not in collecting and one.name != "self"]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_parameter_of_a_public_name_has_its_line(module, name):
    what = dict(api.public(module))[name]
    said = inspect.cleandoc(what.__doc__ or "")
    assert said
    sections = "\n".join(
        re.findall(r"^(?:Parameters|Attributes)\n-+\n(.*?)(?:\n\n[A-Z]\w+\n-+\n|\Z)", said, re.S | re.M)
    )
    entries = {one for line in re.findall(r"^(\w.*?)(?: :.*)?$", sections, re.M) for one in line.split(", ")}
    assert [one for one in parameters(what) if one not in entries] == []


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_method_of_a_public_name_says_what_it_does(module, name):
    what = dict(api.public(module))[name]
    if inspect.isclass(what):
        own = [
            key
            for key in vars(what)
            if not key.startswith("_") and inspect.isroutine(inspect.getattr_static(what, key))
        ]
        assert [key for key in own if not inspect.getdoc(getattr(what, key))] == []


def test_help_on_the_cell_shows_every_parameter_with_unit_and_default():
    shown = pydoc.plain(pydoc.render_doc(pynn_sfdfa.event.LIF_SFDFA))
    for one in models.LIF_SFDFA.parameters:
        assert f"{one.name} : " in shown
    assert "v_thresh : float, default -50 mV\n" in shown
    assert "trial_duration : float, default 200 ms\n" in shown


def test_help_on_the_trainer_shows_defaults():
    shown = pydoc.plain(pydoc.render_doc(Trainer))
    for text in ("default: ``SFDFA()``", "default: ``Adam()``", "default 50", ">>> history = trainer.fit("):
        assert text in shown
