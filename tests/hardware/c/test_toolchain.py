"""Building and calling C: what is kept, what is counted, what is refused and how the message helps."""

from __future__ import annotations

import c_kernels
import numpy as np
import pytest
from c_kernels import require_cross_compiler
from toolchain import build, compilers
from toolchain.compilers import CompilationError, MissingCompilerError
from toolchain.core import CoreFault, CoreKernels
from toolchain.elf import read_image
from toolchain.host import HostKernels

SOURCE = """
#include <stdint.h>
int32_t added(const int32_t *x, int32_t n, int32_t a, int32_t b, int32_t c, uint32_t d);
int32_t added(const int32_t *x, int32_t n, int32_t a, int32_t b, int32_t c, uint32_t d)
{
    int32_t sum = a + b + c + (int32_t)(d >> 31);
    for (int32_t i = 0; i < n; ++i)
        sum += x[i];
    return sum;
}
void negate(int16_t *x, uint32_t n);
void negate(int16_t *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i)
        x[i] = (int16_t)-x[i];
}
"""

STRAY = """
void stray(void);
void stray(void)
{
    *(volatile int *)0x50000000 = 1;
}
"""


@pytest.fixture
def source(tmp_path):
    file = tmp_path / "example.c"
    file.write_text(SOURCE)
    return file


def on_core(*sources, count=False):
    require_cross_compiler()
    script = build.C_SOURCES / "kernels.ld"
    image = build.cached_build(compilers.cross_compiler(), sources, ("-Wl,--script", str(script)))
    return CoreKernels(image, count=count)


def on_host(*sources):
    return HostKernels(build.cached_build(compilers.host_compiler(), sources, ("-shared",)))


@pytest.mark.parametrize("load", [on_host, on_core])
def test_arguments_and_results(source, load):
    library = load(source)
    assert library.call("added", np.array([1, 2, 3], np.int32), 3, -20, 100, 1000, 2**31) == 1087
    assert library.call("added", np.array([1], np.int32), 1, -20, 0, 0, 0) == -19
    x = np.array([1, -2, 3], np.int16)
    library.call("negate", x, 2)
    assert x.tolist() == [-1, 2, 3]


@pytest.mark.parametrize("load", [on_host, on_core])
def test_what_cannot_be_called(source, load):
    library = load(source)
    with pytest.raises(AttributeError, match="subtracted"):
        library.call("subtracted")
    with pytest.raises(ValueError, match=r"strides \(8,\)"):
        library.call("negate", np.zeros(6, np.int32)[::2], 3)


def test_core_counts_instructions(source):
    library, x = on_core(source, count=True), np.zeros(100, np.int16)
    counted = []
    for n in (10, 20, 30):
        library.call("negate", x, n)
        counted.append(library.instructions)
    assert counted[1] - counted[0] == counted[2] - counted[1] > 30  # at least load, store and branch for each of ten
    quiet = on_core(source)
    quiet.call("negate", x, 10)
    assert quiet.instructions == 0


def test_core_tells_where_code_left_its_memory(tmp_path):
    file = tmp_path / "example.c"
    file.write_text(STRAY)
    with pytest.raises(CoreFault, match=r"stray stopped at 0x[0-9a-f]+: .*WRITE_UNMAPPED"):
        on_core(file).call("stray")


def test_arrays_larger_than_the_memory_of_a_core(source):
    with pytest.raises(ValueError, match="16777216 bytes"):
        on_core(source).call("negate", np.zeros(2**24, np.int16), 0)


@pytest.mark.parametrize(
    ("body", "routine"),
    [
        ("int f(int a, int b) { return a / b; }", "__aeabi_idiv"),
        ("float f(float a) { return a + a; }", "__aeabi_fadd"),
        ("void *memset(void *, int, unsigned); void f(char *a) { memset(a, 0, 999); }", "memset"),
    ],
)
def test_code_that_needs_a_library_does_not_link(tmp_path, body, routine):
    file = tmp_path / "example.c"
    file.write_text(body.replace(" f(", " f_(") + "\n")
    with pytest.raises(CompilationError, match=routine):
        on_core(file)


def test_compiler_says_what_is_wrong(tmp_path):
    file = tmp_path / "example.c"
    file.write_text("int f(long x);\nint f(long x) { return x; }\n")
    with pytest.raises(CompilationError, match="-Wconversion"):
        on_host(file)


@pytest.mark.parametrize(
    ("find", "remedy"),
    [(compilers.host_compiler, "apt install gcc"), (compilers.cross_compiler, "apt install gcc-arm-none-eabi")],
)
def test_missing_compiler(monkeypatch, tmp_path, find, remedy):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingCompilerError, match=remedy):
        find.__wrapped__()


def test_missing_cross_compiler_skips_tests_but_not_in_ci(monkeypatch):
    def missing():
        raise MissingCompilerError("not on the PATH")

    monkeypatch.setattr(c_kernels, "cross_compiler", missing)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not on the PATH"):
        require_cross_compiler()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(MissingCompilerError):
        require_cross_compiler()


def test_compiler_that_does_not_run(monkeypatch, tmp_path):
    broken = tmp_path / "cc"
    broken.write_text("#!/bin/sh\necho no licence >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CC", str(broken))
    with pytest.raises(MissingCompilerError, match="no licence"):
        compilers.host_compiler.__wrapped__()


def test_built_once_and_again_after_a_change(monkeypatch, tmp_path, source):
    monkeypatch.setenv("PYNN_SFDFA_CACHE_DIR", str(tmp_path / "cache"))
    compiler = compilers.host_compiler()
    first = build.cached_build(compiler, (source,), ("-shared",))
    written = first.stat().st_mtime_ns
    assert build.cached_build(compiler, (source,), ("-shared",)) == first
    assert first.stat().st_mtime_ns == written
    assert build.cached_build(compiler, (source,), ("-shared", "-DX=1")) != first
    source.write_text(SOURCE + "int f(void);\nint f(void) { return 1; }\n")
    assert build.cached_build(compiler, (source,), ("-shared",)) != first
    assert len(list((tmp_path / "cache" / "objects").iterdir())) == 3  # nothing partial is left


def test_cache_that_cannot_be_written(monkeypatch, tmp_path, source):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PYNN_SFDFA_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(OSError, match="Set PYNN_SFDFA_CACHE_DIR"):
        build.cached_build(compilers.host_compiler(), (source,), ("-shared",))


def test_file_that_is_no_program(tmp_path):
    file = tmp_path / "program"
    file.write_bytes(b"\x7fELF\x02\x01" + bytes(100))
    with pytest.raises(ValueError, match="7f454c460201"):
        read_image(file)


def test_a_program_that_is_cut_short_is_refused(tmp_path):
    file = tmp_path / "program"
    file.write_bytes(b"\x7fELF\x01\x01\x01" + bytes(20))
    with pytest.raises(ValueError, match="program is a damaged ELF file: expected "):
        read_image(file)
