"""The word that stands in an experiment file where a threshold is to be chosen."""

from __future__ import annotations

from typing import Annotated, Any, TypeGuard

from pydantic import ValidatorFunctionWrapHandler, WrapValidator

__all__ = ["AUTO", "Threshold", "is_auto"]

AUTO = "auto"


def is_auto(value: Any) -> TypeGuard[str]:
    """Return whether a threshold is yet to be chosen."""
    return isinstance(value, str) and value == AUTO


def _number_or_word(value: Any, number: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, str) and not is_auto(value):
        raise ValueError(f'must be a number or "{AUTO}"')
    return value if is_auto(value) else number(value)


Threshold = Annotated[float, WrapValidator(_number_or_word)]
"""A threshold in mV, or `AUTO`: typed as the number that it is wherever cells are built."""
