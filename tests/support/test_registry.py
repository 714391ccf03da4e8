from __future__ import annotations

import importlib
import itertools

import pytest

from pynn_sfdfa.support.registry import registry

_BASE = """
from abc import ABC, abstractmethod
class Shape(ABC):
    name: str
    @abstractmethod
    def area(self): ...
"""
_NUMBER = itertools.count()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Write a package of shapes from the text of its modules, and return its name and their base class."""

    def write(**modules):
        package = f"shapes_{next(_NUMBER)}"
        (tmp_path / package).mkdir()
        for name, text in {"__init__": "", "base": _BASE, **modules}.items():
            (tmp_path / package / f"{name}.py").write_text(text.format(package=package))
        monkeypatch.syspath_prepend(tmp_path)
        return package, importlib.import_module(f"{package}.base").Shape

    return write


def shape(name):
    return (
        "from {package}.base import Shape\n"
        f"class Of{name.title()}(Shape):\n    name = {name!r}\n    def area(self): return 1\n"
    )


def test_the_files_of_a_folder_are_its_registry_in_the_order_of_names(folder):
    found = registry(*folder(a=shape("square"), b=shape("circle")))
    assert list(found) == ["circle", "square"]
    assert found["square"]().area() == 1
    with pytest.raises(TypeError, match="does not support item assignment"):
        found["line"] = None


def test_what_is_abstract_imported_unnamed_or_private_is_left_out(folder):
    found = registry(
        *folder(
            a=shape("square"),
            b="from {package}.a import OfSquare\nclass Tilted(OfSquare): pass\n",
            c="from {package}.base import Shape\nclass Solid(Shape): name = 'solid'\n",
            d="class Colour: name = 'red'\n",
            _e="raise AssertionError\n",
        )
    )
    assert list(found) == ["square"]


def test_one_name_for_two_classes_is_an_error(folder):
    with pytest.raises(TypeError, match=r"shapes_\d+\.a and shapes_\d+\.b both define a 'square'"):
        registry(*folder(a=shape("square"), b=shape("square")))
