"""What is built and installed: everything, and it works without the checkout."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.parser import BytesParser
from email.policy import default

import pytest
from package_sources import FOLDERS, PACKAGES, ROOT


@pytest.fixture(scope="module")
def setup():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def test_every_package_is_listed(setup):
    assert sorted(setup["options"]["packages"].split()) == sorted(PACKAGES)


def test_packages_beside_the_package_are_mapped(setup):
    mapping = dict(line.split(" = ") for line in setup["options"]["package_dir"].strip().splitlines())
    assert mapping == {name: str(folder.relative_to(ROOT)) for name, folder in FOLDERS.items()}


def test_citation_has_the_version(setup):
    assert f"\nversion: {setup['metadata']['version']}\n" in (ROOT / "CITATION.cff").read_text()


def test_every_python_that_is_supported_is_checked(setup):
    supported = re.findall(r"Python :: (3\.\d+)", setup["metadata"]["classifiers"])
    checked = re.search(r"^VERSIONS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert checked[1].split() == supported


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a source distribution that was built from a copy of the sources, with the tools at hand."""
    copy, out = tmp_path_factory.mktemp("sources") / "checkout", tmp_path_factory.mktemp("wheel")
    copy.mkdir()
    for folder in FOLDERS.values():
        if folder.parent == ROOT:
            shutil.copytree(folder, copy / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "docs").mkdir()
    for name in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CITATION.cff"):
        shutil.copy(ROOT / name, copy)
    for name in ("package.md", "changelog.md"):
        shutil.copy(ROOT / "docs" / name, copy / "docs")
    _run([sys.executable, "-m", "build", "--no-isolation", "--outdir", out, copy], copy)
    return next(out.glob("*.whl"))


def test_wheel_holds_every_file_of_the_package(wheel):
    expected = {
        "/".join([*name.split("."), *file.relative_to(folder).parts])
        for name, folder in FOLDERS.items()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert found == expected


def test_wheel_says_how_it_may_be_used(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_what_an_index_shows_is_complete_and_links_nothing_that_is_not_there(wheel, setup):
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    shown = BytesParser(policy=default).parsebytes(archive.read(name))
    assert shown["Description-Content-Type"] == "text/markdown"
    assert shown["Author"] and shown["Keywords"] and shown.get_all("Project-URL")
    assert set(shown.get_all("Classifier")) == set(setup["metadata"]["classifiers"].strip().splitlines())
    links = re.findall(r"\]\(([^)]+)\)", shown.get_content())
    assert links and all(link.startswith("https://") for link in links)


def test_the_changelog_begins_with_the_version(setup):
    versions = re.findall(r"^## (.*)$", (ROOT / "docs" / "changelog.md").read_text(), re.MULTILINE)
    assert versions[0] == setup["metadata"]["version"]


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The ``bin`` folder of an environment with the wheel, and with what this one has installed except the package."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    _run([sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel], folder)
    site = next(folder.glob("lib/python*/site-packages"))
    # Folders named in a .pth file are searched, but .pth files in them are not: they would lead back to the checkout.
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "dependencies.pth").write_text("\n".join(sorted(paths)) + "\n")
    return folder / "bin"


def test_installed_modules_come_from_the_wheel(installed, tmp_path):
    script = (
        "import json, pynn_sfdfa, pynn_sfdfa.models, pynn_sfdfa.hardware, pynn_sfdfa.event, pynn_sfdfa.cli\n"
        "modules = [pynn_sfdfa, pynn_sfdfa.models, pynn_sfdfa.hardware, pynn_sfdfa.event, pynn_sfdfa.cli]\n"
        "print(json.dumps([module.__file__ for module in modules]))"
    )
    files = json.loads(_run([installed / "python", "-c", script], tmp_path))
    assert all(file.startswith(str(installed.parent)) for file in files)


@pytest.mark.slow
def test_installed_command_trains_and_compiles_once(installed, tmp_path):
    assert "train" in _run([installed / "pynn-sfdfa", "--help"], tmp_path)
    before = _files(installed.parent)
    kept = []
    for out in ("first", "second"):
        command = [installed / "pynn-sfdfa", "train", "digits", "--epochs", "1", "--out", out]
        _run(command, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
        kept.append({file: file.stat().st_mtime_ns for file in (tmp_path / "cache").rglob("*.kernel")})
    assert len(kept[0]) > 10
    assert kept[1] == kept[0]
    assert (tmp_path / "second" / "learning_curve.png").stat().st_size > 0
    first, second = (json.loads((tmp_path / out / "summary.json").read_text()) for out in ("first", "second"))
    assert first["best_test_accuracy"] == second["best_test_accuracy"] > 0.2
    assert _files(installed.parent) == before  # an installation may be read-only


def _files(folder):
    return {file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"}


def _run(command, folder, **settings):
    """Run a command in a folder with this environment's variables but those that lead to the checkout."""
    env = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}} | settings
    command = [str(word) for word in command]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout
