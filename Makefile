# Everything sets itself up: `make demo` or `make test` in a fresh clone needs Python 3.11 to 3.13, gcc and make.

# The first of these that is Python 3.11 to 3.13; another one: make PYTHON=/path/to/python test
PYTHON = $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
    "$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && command -v "$$p" && break; \
    done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := pynn_sfdfa models hardware tests benchmarks docs examples notebooks
TYPES := build/types
MYPY = cd $(TYPES) && $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/pyproject.toml --cache-dir $(CURDIR)/.mypy_cache
DEMO := runs/demo
DOCS := build/docs
NEST_TESTS := tests/test_cli_compare.py tests/event/test_loops.py tests/network/test_pynn_script.py \
    tests/network/test_stock_simulators.py

VERSIONS := 3.11 3.12 3.13
# pyenv puts python3.12 on the PATH also while that version is not in use, and then it fails; so all are in use here.
ALL_IN_USE = PYENV_VERSION="$$(pyenv versions --bare 2>/dev/null | paste -sd : -)"
# Those that are here, without the one in $(VENV). By "if", since make drops what a shell has said that ends with 127.
OTHERS = $(shell for v in $(VERSIONS); do \
    if ! test -e "$(VENV)/lib/python$$v" && $(ALL_IN_USE) "python$$v" -c '' 2>/dev/null; then echo "$$v"; fi; \
    done)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PRECIOUS: build/python%/.ready
# In this order, with pytest's summary last.
.NOTPARALLEL:
.PHONY: help demo test docs package bench fuzz faults parity nest lint types unit pythons clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

demo: $(READY) ## train a network on handwritten digits and show where its learning curve is
	@rm -rf $(DEMO)
	$(BIN)/pynn-sfdfa train digits --out $(DEMO)
	@echo "The learning curve is in $(DEMO)/learning_curve.png"

test: lint types unit ## check style and types, then run all tests with coverage

docs: $(DOCS)/venv/.ready ## build the documentation, with its links checked; where it is to be read is said in the end
	$(DOCS)/venv/bin/python docs/site/build.py $(DOCS)
	@echo "The documentation is in $(DOCS)/html/index.html"

package: $(READY) ## build what is for a package index, and train with it in an environment of its own
	rm -rf dist
	$(BIN)/python -m build --outdir dist .
	$(BIN)/python -m venv --clear build/package
	build/package/bin/python -m pip install -qq --disable-pip-version-check dist/*.whl
	cd build/package && bin/pynn-sfdfa train digits --epochs 1 --out "$$(mktemp -d)"

bench: $(READY) ## measure speed on this machine
	$(BIN)/pynn-sfdfa benchmark

fuzz: $(READY) ## hostile input at every door, 100,000 cases; FUZZ_CASES=1000 make fuzz for fewer
	$(BIN)/python tests/fuzz/run.py

faults: $(READY) ## let disks fail at every call in every way, and kill a hundred runs; ten minutes
	PYNN_SFDFA_FAULTS=all $(BIN)/pytest tests/faults

parity: $(READY) ## compare the simulators on 200 random networks; takes some minutes
	PARITY_NETWORKS=200 $(BIN)/pytest -q tests/contract/test_parity.py

lint: $(READY) ## check style and format
	$(BIN)/ruff check --quiet $(SOURCES)
	$(BIN)/ruff format --quiet --check $(SOURCES)

# models and hardware stand beside the package but are imported as parts of it. mypy does not read setuptools' mapping,
# so it is shown a folder in which they are where their import names say.
types: $(READY) ## check types
	@mkdir -p $(TYPES)/pynn_sfdfa
	@find $(TYPES) -xtype l -delete
	@for file in pynn_sfdfa/* models hardware; do \
	    test -e "$(TYPES)/pynn_sfdfa/$${file##*/}" || ln -s "$(CURDIR)/$$file" $(TYPES)/pynn_sfdfa/; done
	$(MYPY) -p pynn_sfdfa

# A worker that dies ends the tests, with the name of the one it ran: xdist waits for ever for one that replaces it.
unit: $(READY) ## run all tests, with the coverage of those that are not slow
	$(BIN)/pytest --cov --cov-report=term --numprocesses logical --max-worker-restart 0 --dist loadfile --no-loadscope-reorder

# NEST runs in the process of the test, and once took a worker of the whole suite with it: so it has processes of its own.
nest: $(READY) ## install NEST and run the tests that need it
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[nest]'
	@for file in $(NEST_TESTS); do $(BIN)/pytest -n0 $$file || exit 1; done

pythons: lint types ## check style and types, with every Python from 3.11 to 3.13 that is here
	@$(foreach version,$(OTHERS),$(MAKE) --no-print-directory python-$(version) &&) true

# ruff's verdict is that of the oldest Python (target-version in pyproject.toml), whichever one runs it. What differs is
# what compiles, and the types, above all NumPy's: the newest release for a Python is another one for each.
python-%: build/python%/.ready
	PYTHONPYCACHEPREFIX=$(<D)/bytecode $(<D)/bin/python -W error -m compileall -q -f $(SOURCES)
	$(MYPY) --python-version $* --python-executable $(CURDIR)/$(<D)/bin/python -p pynn_sfdfa

clean: ## remove what was built, tested and trained for the demo; the environment stays
	rm -rf build dist *.egg-info $(DEMO) htmlcov coverage.xml .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

# An environment that is there is kept: only what is missing or has changed in setup.cfg is installed. Byte code is compiled
# on all cores, by pip it would be on one; what some packages carry for another Python is not compiled, as by pip.
$(READY): setup.cfg pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	    test -n "$(PYTHON)" || { \
	        echo "make: this needs Python 3.11, 3.12 or 3.13, and none is on the PATH. Install one, or say where it is:" \
	            "make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }; \
	    echo "Setting up $(VENV) with $(PYTHON); the first time takes a few minutes."; \
	    "$(PYTHON)" -m venv --clear $(VENV); }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile \
	    --editable '.[test,brian2,spinnaker,sweep,nir,portal]'
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $@

# The packages of $(VENV) serve here, too, with their .pth files: from 3.12 on Brian2 finds distutils by that of setuptools.
# What only the documentation needs comes on top.
$(DOCS)/venv/.ready: setup.cfg pyproject.toml | $(READY)
	@echo "Setting up $(@D) to build the documentation."
	@$(BIN)/python -m venv --clear --without-pip $(@D)
	@$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir({!r})".format(sysconfig.get_path("purelib")))' \
	    >"$$(echo $(@D)/lib/python*/site-packages)/tests.pth"
	@$(BIN)/python -m pip --python $(@D)/bin/python install -qq --disable-pip-version-check --no-compile --editable '.[docs]'
	@touch $@

# What has types that are looked at; the tools are those of $(VENV).
build/python%/.ready: setup.cfg pyproject.toml | $(READY)
	@echo "Setting up $(@D) to check types as Python $* does."
	@$(ALL_IN_USE) "python$*" -m venv --clear --without-pip $(@D)
	@$(BIN)/python -m pip --python $(@D)/bin/python install -qq --disable-pip-version-check --no-compile \
	    --editable '.[sweep,portal]' pytest
	@touch $@
