# Everything runs in .venv. The first target that needs it creates it from requirements.lock.

PYTHON ?= python3
CDK_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9

# Without bytecode files, every run would compile aws-cdk-lib again.
unexport PYTHONDONTWRITEBYTECODE
# Makes uv trust the system's certificates, such as a company's. Without any it uses its own.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS ?= 1
endif
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/ready  ## Create .venv with the locked dependencies

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'make: needs Python 3.11 or newer with the venv module; choose one with: make PYTHON=python3.12 …' >&2; exit 1; }
	@echo 'Creating $(VENV) (once, about a minute)'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## Run an end-to-end demo on the embedded emulator
	@$(BIN)/platform-guard demo

test: setup  ## Run the tests
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: setup  ## Run the linter and check formatting, types and imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup  ## Run the benchmarks
	@for file in benchmarks/bench_*.py; do $(BIN)/python -m $$(echo $${file%.py} | tr / .) || exit 1; done

synth: setup  ## Write the CloudFormation templates to cdk.out/
	@$(BIN)/python app.py
	@echo 'Templates are in cdk.out/'

node_modules/.package-lock.json: package-lock.json | setup
	@npm ci --loglevel error --no-audit --no-fund

deploy: setup  ## Deploy to the account of your AWS credentials, in the regions of guard.toml
	@$(BIN)/platform-guard preflight
	@$(MAKE) --no-print-directory node_modules/.package-lock.json
	@node_modules/.bin/cdk deploy --all $(CDK_FLAGS)

bootstrap: setup node_modules/.package-lock.json  ## Bootstrap ENVIRONMENT=aws://ACCOUNT/REGION for the CDK, once
	@test -n '$(ENVIRONMENT)' || { echo 'make: ENVIRONMENT is missing. Run: make bootstrap ENVIRONMENT=aws://ACCOUNT/REGION' >&2; exit 1; }
	@cd $${TMPDIR:-/tmp} && $(CURDIR)/node_modules/.bin/cdk bootstrap $(ENVIRONMENT)

destroy: setup node_modules/.package-lock.json  ## Delete the deployed stacks
	@node_modules/.bin/cdk destroy --all $(CDK_FLAGS)

snapshots: setup  ## Update the template snapshots that reviewers read
	@$(BIN)/python -m tests.infrastructure.snapshots

lock: setup  ## Update requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --upgrade --all-extras pyproject.toml --output-file requirements.lock

clean:  ## Remove everything that the other targets created
	@rm -rf $(VENV) node_modules cdk.out .mypy_cache .pytest_cache .ruff_cache .hypothesis

.PHONY: help setup demo test check bench synth deploy bootstrap destroy snapshots lock clean
