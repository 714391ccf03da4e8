"""Reading TOML of any origin: what would take for ever, or more than the memory, is refused at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.experiments.toml import format_toml
from pynn_sfdfa.experiments.toml_reader import TOMLError, TOMLLimitError, parse, read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = " + "[" * 50_000, "it is nested more than 50 deep"),
        ("x = " + "{a=" * 50_000, "it is nested more than 50 deep"),
        (f"x = {'[' * 60}{']' * 60}", "it is nested more than 50 deep"),
        ("a." * 30_000 + "a = 1", "a key has more than 50 parts"),
        ("[" + '"a" . ' * 30_000 + "a]", "a key has more than 50 parts"),
        ("x = {y = 1, " + "a." * 30_000 + "a = 1}", "a key has more than 50 parts"),
        ("x = " + "9" * 5000, "a whole number has thousands of digits; TOML's have 64 bits"),
        ("[a]\nx = [1, 0x10000000000000000]", r"a.x\[1\] is a whole number that does not fit in 64 bits"),
        ("x = -9223372036854775809", "x is a whole number that does not fit in 64 bits"),
    ],
)
def test_what_no_experiment_could_need_is_refused_at_once(text, message):
    started = time.process_time()
    with pytest.raises(TOMLLimitError, match=message):
        parse(text)
    assert time.process_time() - started < 2


def test_long_names_are_shown_by_their_ends():
    with pytest.raises(TOMLError, match=r"Cannot overwrite a value|Cannot mutate|Cannot declare") as error:
        parse(f"[{'a' * 100_000}]\n[{'a' * 100_000}]")
    assert len(str(error.value)) < 250


def test_dots_that_part_no_keys_do_not_count():
    text = f"# {'.' * 200}\nx = [{'1.5, ' * 200}]"
    assert parse(text) == {"x": [1.5] * 200}


@given(st.integers(-(2**63), 2**63 - 1))
def test_whole_numbers_of_64_bits_are_read(number):
    assert parse(format_toml({"x": number})) == {"x": number}


def test_files(tmp_path):
    file = tmp_path / "x.toml"
    for mark in (b"", b"\xef\xbb\xbf"):
        file.write_bytes(mark + "x = 'é'\n".encode())
        assert read(file) == {"x": "é"}
    file.write_bytes(b"x = '\xff'")
    with pytest.raises(TOMLError, match="it is not UTF-8 text: byte 5 is 0xff"):
        read(file)
    file.write_bytes(b"#" * 1_000_001)
    with pytest.raises(TOMLLimitError, match="it is longer than 1,000,000 bytes"):
        read(file)
