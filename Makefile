# Everything a person or CI runs: make demo, make test, make check, make lock.
PYTHON ?= python3
UV_VERSION = 0.13.9
UV = .tools/bin/uv
PY = .venv/bin/python
export UV_NO_PROGRESS = 1
export UV_PYTHON_DOWNLOADS = never

.PHONY: demo test check lint docs lock system clean

demo: .venv/ready
	@$(PY) -m workbench.demo

# The suite runs the review pages on both Datasette lines and in a real browser.
test: .venv/ready .venv-next/ready system
	$(PY) -m pytest -n 2

check: lint test

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

$(UV):
	$(PYTHON) -m pip install -q --disable-pip-version-check --target .tools uv==$(UV_VERSION)

.venv/ready: $(UV) constraints.txt pyproject.toml
	$(UV) venv -q --clear --python $(PYTHON) .venv
	$(UV) pip install -q --python $(PY) --require-hashes -r constraints.txt
	$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@touch $@

# Datasette's 1.0 pre-release, for the same tests from the same code.
.venv-next/ready: $(UV) constraints-next.txt pyproject.toml
	$(UV) venv -q --clear --python $(PYTHON) .venv-next
	$(UV) pip install -q --python .venv-next/bin/python --require-hashes -r constraints-next.txt
	$(UV) pip install -q --python .venv-next/bin/python --no-deps --no-build-isolation -e .
	@touch $@

# New pins: names, versions and hashes only.
lock: $(UV)
	$(UV) pip compile -q pyproject.toml --group dev --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-header -o constraints.txt
	echo 'datasette>=1.0a41' | $(UV) pip compile -q pyproject.toml - --group build --upgrade --universal --python-version 3.11 \
	  --prerelease if-necessary-or-explicit --generate-hashes --no-header -o constraints-next.txt

clean:
	rm -rf .venv .venv-next .tools
