"""The kernels on random states, built with the address and undefined-behaviour sanitizers."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from c_kernels import FORMATS, HERE
from toolchain.build import C_SOURCES, definitions
from toolchain.compilers import host_compiler

from pynn_sfdfa.hardware.arithmetic import VARIABLES

FLAGS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
ROUNDS = 3000


def fuzzed(folder, kernels, formats, seed):
    program = folder / "fuzz"
    files = [str(file) for file in (*sorted(kernels.glob("*.c")), HERE / "fuzz.c")]
    host_compiler()(*FLAGS, *definitions(formats), "-I", str(C_SOURCES / "include"), *files, "-o", str(program))
    return subprocess.run([program, str(seed), str(ROUNDS)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", FORMATS)
def test_no_access_too_far_and_no_undefined_behaviour(tmp_path, name):
    done = fuzzed(tmp_path, C_SOURCES / "kernels", FORMATS[name], seed=1)
    assert done.returncode == 0, done.stderr
    counted = [[int(count) for count in line.split()] for line in done.stdout.splitlines()]
    assert len(counted) == len(VARIABLES)
    assert all(saturated > 0 for saturated, _ in counted)  # so every limit was reached


@pytest.mark.parametrize(
    ("file", "right", "wrong", "found"),
    [
        ("arrive.c", "i < n", "i <= n", "AddressSanitizer: heap-buffer-overflow"),
        ("arrive.c", "(int64_t)u * grade", "u * grade", "signed integer overflow"),
    ],
)
def test_fault_that_is_put_in_is_found(tmp_path, file, right, wrong, found):
    kernels = tmp_path / "kernels"
    shutil.copytree(C_SOURCES / "kernels", kernels)
    source = kernels / file
    assert right in source.read_text()
    source.write_text(source.read_text().replace(right, wrong))
    done = fuzzed(tmp_path, kernels, FORMATS["default"], seed=1)
    assert done.returncode != 0
    assert found in done.stderr
