# Two commands set everything up on a machine with Python >= 3.11, make and git:
#
#   make run    installs into .venv and runs the main job
#   make test   installs what the tests need and runs them
#
# and make dashboard installs into .venv and opens the main job in the browser.
#
# PYTHON=python3.13 make run chooses an interpreter; later calls keep it. uv is used if it is on the PATH, else pip.

VENV ?= .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

ifdef PYTHON
CHOSEN := $(PYTHON)
else
CHOSEN := $(shell cat $(VENV)/.chosen 2>/dev/null || \
	for name in python3 python3.13 python3.12 python3.11; do \
		if $$name -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$name; break; fi; \
	done)
endif

ifdef UV
MAKE_VENV = $(UV) venv --quiet --clear --python "$$($(CHOSEN) -c 'import sys; print(sys.executable)')" $(VENV)
INSTALL = $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --reinstall-package catallaxy -c requirements.lock
else
MAKE_VENV = $(CHOSEN) -m venv --clear $(VENV)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock
endif

ROOMS := core ledger markets policies agents model batch visualization gateway scenarios src
SOURCES := $(shell find $(ROOMS) -name '*.py' -o -name '*.toml' -o -name 'py.typed' -o -name '*.js' -o -name '*.css')
MADE := $(VENV)/.made-with-$(subst /,_,$(CHOSEN))

.PHONY: help run dashboard test lint bench docs clean
.DEFAULT_GOAL := help

help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.run ## Install, then run the main job: a closed economy of ten thousand households, one trading year.
	$(BIN)/catallaxy run

dashboard: $(VENV)/.dashboard ## Install, then show the main job in the browser; Ctrl-C ends it.
	$(BIN)/catallaxy dashboard --open

test: $(VENV)/.test ## Install what the tests need, then run them.
	$(BIN)/python -P -m pytest -q -m "not slow"

lint: $(VENV)/.test ## Check style, types and generated pages.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd $(VENV) && bin/mypy --config-file "$(CURDIR)/pyproject.toml" -p catallaxy
	$(BIN)/python docs/generate.py --check

bench: $(VENV)/.run ## Measure this machine.
	$(BIN)/catallaxy bench

docs: $(VENV)/.test ## Write the generated pages anew.
	$(BIN)/python docs/generate.py

clean: ## Remove the environment and everything built.
	rm -rf $(VENV) build dist catallaxy.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(MADE):
	@$(or $(CHOSEN),false) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "catallaxy needs Python 3.11 or newer; $(or $(CHOSEN),no python3 on the PATH) is not."; \
		echo "Install one (Debian, Ubuntu: apt install python3 python3-venv) or name it: PYTHON=python3.12 make run"; \
		exit 1; }
ifndef UV
	@$(CHOSEN) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(CHOSEN) cannot make a virtual environment: its venv or ensurepip module is missing."; \
		echo "On Debian and Ubuntu: apt install python3-venv (python3.12-venv for python3.12, and so on)."; \
		exit 1; }
endif
	$(MAKE_VENV)
	@echo $(CHOSEN) > $(VENV)/.chosen
	@touch $@

# setuptools keeps files of deleted modules in build/, so it goes first.
$(VENV)/.run: $(MADE) pyproject.toml requirements.lock $(SOURCES)
	@rm -rf build
	$(INSTALL) ".[data]"
	@rm -rf build
	@touch $@

$(VENV)/.dashboard: $(MADE) pyproject.toml requirements.lock $(SOURCES)
	@rm -rf build
	$(INSTALL) ".[data,dashboard]"
	@rm -rf build
	@touch $@ $(VENV)/.run

$(VENV)/.test: $(MADE) pyproject.toml requirements.lock $(SOURCES)
	@rm -rf build
	$(INSTALL) ".[data,dashboard,dev]"
	@rm -rf build
	@touch $@ $(VENV)/.run $(VENV)/.dashboard
