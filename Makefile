# Everything a person or CI runs:
#   make demo    set up, translate corpus/en to Spanish, French and Portuguese, open the review pages
#   make test    the whole test suite
#   make check   what CI runs: linters, types, tests
#   make lock    new pins
PYTHON ?= python3
UV_VERSION = 0.13.9
UV = .tools/bin/uv
PY = .venv/bin/python
WORKBENCH = .venv/bin/workbench
DEMO_SERVE ?= 1
DEMO_LANGUAGES = es fr pt
APERTIUM = apertium apertium-eng-spa apertium-fr-es apertium-es-pt
export UV_NO_PROGRESS = 1
export UV_PYTHON_DOWNLOADS = never

.PHONY: demo demo-engine test check lint format lock test-system clean

demo: .venv/ready demo-engine
	@$(WORKBENCH) run corpus/en $(DEMO_LANGUAGES:%=--to %) --export tmx --export tsv --export moses
	@if [ "$(DEMO_SERVE)" != 0 ]; then $(WORKBENCH) serve; fi

# Argos models if they are here or can be had, else Apertium from the distribution.
demo-engine: .venv/ready
	@$(WORKBENCH) engines $(DEMO_LANGUAGES:%=--to %) --index >/dev/null 2>&1 || sh .ci/packages $(APERTIUM)

test: .venv/ready .venv-next/ready test-system
	$(PY) -m pytest -n 2 --dist loadfile

check: lint test

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

format: .venv/ready
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# What tests use from the distribution; where it cannot be installed, they skip and say why.
test-system:
	@sh .ci/packages chromium libxml2-utils fonts-noto-core apertium-spa-ita $(APERTIUM) || true

$(UV):
	$(PYTHON) -m pip install -q --disable-pip-version-check --root-user-action=ignore \
	  --target .tools uv==$(UV_VERSION)

.venv/ready: constraints.txt pyproject.toml | $(UV)
	$(UV) venv -q --clear --python $(PYTHON) .venv
	$(UV) pip install -q --python $(PY) --require-hashes -r constraints.txt
	$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@touch $@

# Datasette's 1.0 pre-release: the review pages are tested on both of its lines.
.venv-next/ready: constraints-next.txt pyproject.toml | $(UV)
	$(UV) venv -q --clear --python $(PYTHON) .venv-next
	$(UV) pip install -q --python .venv-next/bin/python --require-hashes -r constraints-next.txt
	$(UV) pip install -q --python .venv-next/bin/python --no-deps --no-build-isolation -e .
	@touch $@

# Names, versions and hashes only.
COMPILE = $(UV) pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header
lock: | $(UV)
	$(COMPILE) pyproject.toml --group dev -o constraints.txt
	printf 'datasette>=1.0a41\ndatasette-auth-passwords>=1.1.1\n' | $(COMPILE) pyproject.toml - --group build \
	  --prerelease if-necessary-or-explicit -o constraints-next.txt

clean:
	rm -rf .venv .venv-next .tools
