# `make help` lists what there is. Everything runs inside .venv, which the first command builds
# from requirements.lock (every package pinned by hash).
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
UV_VERSION := 0.13.9
READY := $(VENV)/.ready
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# RAW=DIR: run on the NTSB tables in DIR instead of data/raw
ifdef RAW
export HINDCAST_RAW := $(abspath $(RAW))
endif

.PHONY: help run test lint audit lab serve site browse data mlflow publish verify hooks clean lock

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "No venv: apt-get install python3-venv, then run again"; exit 1; }
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo "Installing the locked packages into $(VENV)"
	@uv pip install --quiet --python $(VENV) --require-hashes -r requirements.lock || \
		$(VENV)/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	@uv pip install --quiet --python $(VENV) --no-deps --no-build-isolation -e .
	@env -u PYTHONDONTWRITEBYTECODE $(VENV)/bin/python -m compileall -q -j 0 \
		$(VENV)/lib/python3*/site-packages src >/dev/null 2>&1 || true  # a server starts in half the time
	@touch $@

run: $(READY)  ## the whole study on data/raw (or RAW=DIR), on simulated records where there are none
	@dvc repro
	@hindcast headline

test: $(READY)  ## all tests
	@pytest -n 2 $(ARGS)

lint: $(READY)  ## ruff, and notebooks without outputs
	@ruff check .
	@ruff format --check .
	@nbstripout --keep-id --verify notebooks/*.ipynb

audit: $(READY)  ## known vulnerabilities among the locked packages, or the age of the lock
	@.ci/audit

lab: $(READY)  ## JupyterLab on the notebooks
	@jupyter lab --notebook-dir=. $(ARGS)

site: $(READY)  ## the pages alone, from the last run
	@hindcast site

browse: site  ## open every page in headless Chromium: contrast, width, pictures
	@.ci/browse

data: $(READY)  ## download NTSB's archives into data/raw (about 100 MB)
	@hindcast download

mlflow: $(READY)  ## the runs and the registry in a browser
	@mlflow ui --backend-store-uri $${MLFLOW_TRACKING_URI:-sqlite:///mlflow.db} --host 127.0.0.1 --workers 1

serve: $(READY)  ## the trained models as an API on http://127.0.0.1:8000/docs
	@hindcast shelve || echo "Nothing new was put on the shelf; what is there is served"
	@hindcast serve

publish: $(READY)  ## copy the last run's results (real records only) to reports/published
	@hindcast publish

verify: $(READY)  ## two runs from nothing, compared byte by byte
	@hindcast verify

hooks: $(READY)  ## for collaborators: checks before each commit, notebook diffs that people can read
	@pre-commit install
	@nbdime config-git --enable

lock: $(READY)  ## compile requirements.lock anew
	@uv pip compile pyproject.toml --extra study --extra serve --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock

clean:  ## remove what a run made; data/raw, the registry and the shelf stay
	@rm -rf data/interim data/processed data/warehouse $(filter-out models/shelf/,$(wildcard models/*/)) reports/_site \
		reports/generated reports/maps reports/notebooks reports/plots reports/metrics.json \
		reports/what_helped.csv _variables.yml
