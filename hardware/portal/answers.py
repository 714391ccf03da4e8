"""The answers of the platform, looked at before anything is done with them: they are another program's, or nobody's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pynn_sfdfa.hardware.portal.errors import PortalError, shown

__all__ = ["address_of_job", "decoded", "described", "result_files"]

_PLATFORM = "The platform answered"
_DEEPEST = 50
"""Objects and lists within each other; descriptions of jobs have four."""


def decoded(content: bytes, url: str) -> Any:
    """Return what the JSON of an answer says.

    Raises
    ------
    PortalError
        If it is no JSON, or none that a job service would write.
    """
    try:
        answer = json.loads(content)
        depth = _depth(answer)
    except RecursionError:
        depth = _DEEPEST + 1
    except ValueError:
        raise PortalError(
            f"{shown(url)} answered with something that is no JSON that can be read; is it the job service?"
        ) from None
    if depth > _DEEPEST:
        raise PortalError(
            f"{shown(url)} answered with JSON of more than {_DEEPEST} objects within each other; is it the job service?"
        )
    return answer


def _depth(answer: Any) -> int:
    """Return how many objects and lists are within each other; deeper than is allowed is not looked at."""
    level, depth = [answer], 0
    while level and depth <= _DEEPEST:
        inner = [value for value in level if isinstance(value, dict | list)]
        level = [part for value in inner for part in (value.values() if isinstance(value, dict) else value)]
        depth += bool(inner)
    return depth


def described(answer: Any) -> dict[str, Any]:
    """Return the description of a job, which has a status and may have a log."""
    job = _object(answer, "a job")
    _text(job, "status", "a job")
    if job.get("log") is not None:
        _text(job, "log", "a job")
    return job


def address_of_job(answer: Any) -> str:
    """Return the address of a job that has been submitted; it ends with its number."""
    address = _text(_object(answer, "a submitted job"), "resource_uri", "a submitted job")
    if not re.fullmatch(r".*/[0-9]{1,18}/?", address):
        raise PortalError(f"{_PLATFORM} with a submitted job whose address, {shown(address)}, ends with no number.")
    return address


def result_files(job: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return path and address of each file of a job."""
    output = job.get("output_data")
    files = _object(output, "the job's output").get("files") if output is not None else None
    if files is not None and not isinstance(files, list):
        raise PortalError(f"{_PLATFORM} with {_kind(files)} where the list of the job's files should be.")
    what = "a file of the job"
    found = [_object(item, what) for item in files or []]
    return [(_text(item, "path", what), _text(item, "url", what)) for item in found]


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PortalError(f"{_PLATFORM} with {_kind(value)} where {what} should be; is it the job service?")
    return value


def _text(value: Mapping[str, Any], key: str, what: str) -> str:
    if key not in value:
        raise PortalError(f"{_PLATFORM} with {what} that has no {key}; is it the job service?")
    text = value[key]
    if not isinstance(text, str):
        raise PortalError(f"{_PLATFORM} with {what} whose {key} is {_kind(text)}, not text; is it the job service?")
    return text


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "a truth value", type(None): "nothing"}
    return kinds.get(type(value), "a number")
