"""The kernels on all targets, for several number formats."""

from __future__ import annotations

import pytest
from c_kernels import FORMATS, CKernels, build
from toolchain.processors import PROCESSORS


@pytest.fixture(scope="session", autouse=True)
def own_objects(tmp_path_factory):
    """Nothing that an earlier run has built is used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYNN_SFDFA_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", params=["host", *PROCESSORS])
def target(request):
    return request.param


@pytest.fixture(scope="session", params=FORMATS)
def kernels(request, target, own_objects):
    """The C kernels in one of several formats, as functions of the same arrays that the specification takes."""
    formats = FORMATS[request.param]
    return CKernels(build(target, formats), formats)
