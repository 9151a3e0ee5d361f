# Everything a newcomer runs. Needs cargo with rustfmt and clippy, Python 3.11 or newer, and make; the
# rest is installed into .venv and target/.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
CARGO ?= cargo
LOCKED := --locked
export CARGO_TERM_COLOR ?= auto

.PHONY: help demo test lint rust callgrind python wheel bench peers accuracy growth docs clean

help: ## Says what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: ## Makes a simulated shop, looks it over, fits it and asks it
	@$(CARGO) build $(LOCKED) --quiet --release --features cli --bin cobuy --example generate
	@sh datasets/demo.sh $(TARGET)/release/examples/generate $(TARGET)/release/cobuy

test: lint rust python ## Runs every check and test

lint: ## Formatting, clippy with every set of features, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy $(LOCKED) --workspace --all-targets --all-features --quiet -- -D warnings
	$(CARGO) clippy $(LOCKED) --all-targets --no-default-features --quiet -- -D warnings
	$(CARGO) clippy $(LOCKED) --all-targets --no-default-features --features csv --quiet -- -D warnings
	$(CARGO) clippy $(LOCKED) --all-targets --no-default-features --features arrow --quiet -- -D warnings
	$(CARGO) clippy $(LOCKED) --all-targets --no-default-features --features cli --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(LOCKED) --no-deps --all-features --quiet

rust: ## Unit, case, law, conformance, real-data, command-line and doc tests; benches once each
	$(CARGO) test $(LOCKED) --no-default-features --quiet
	$(CARGO) test $(LOCKED) --all-features
	$(CARGO) bench $(LOCKED) --all-features --quiet -- --test
	$(CARGO) test $(LOCKED) --all-features --profile bench --test rules_laws
	$(MAKE) --no-print-directory callgrind

# The program's path, as cargo tells it.
CALLGRIND = $(CARGO) bench $(LOCKED) --all-features --bench callgrind --no-run --message-format=json 2> /dev/null \
  | sed -n 's|.*"executable":"\([^"]*/callgrind-[^"]*\)".*|\1|p'

callgrind: ## Counts the instructions of small fits, against those on record (needs valgrind)
	@program=$$($(CALLGRIND)) && test -n "$$program" && sh benches/callgrind.sh "$$program" $(RECORD)

python: $(VENV)/ready wheel ## The wheel in a clean environment, then types, stubs and all Python tests
	$(CARGO) build $(LOCKED) --quiet --features cli
	rm -rf .venv-clean && $(PYTHON) -m venv .venv-clean
	.venv-clean/bin/python -m pip install --quiet --disable-pip-version-check dist/cobuy-*.whl
	.venv-clean/bin/python python/tests/smoke.py
	rm -rf .venv-clean
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/cobuy-*.whl
	cd python/tests && $(BIN)/python -m mypy --strict --python-executable $(BIN)/python -p cobuy
	cd python/tests && $(BIN)/python -m mypy --strict --python-executable $(BIN)/python typed_rules.py
	cd python/tests && $(BIN)/python -m mypy.stubtest cobuy
	COBUY_BIN=$(TARGET)/debug $(BIN)/python -m pytest -c python/pyproject.toml python/tests

wheel: $(VENV)/ready ## The Python package, as dist/cobuy-*.whl
	rm -rf dist
	$(BIN)/maturin build --locked --quiet --release --manifest-path python/Cargo.toml --interpreter $(BIN)/python --out dist

$(VENV)/ready: python/requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r python/requirements-dev.txt
	touch $@

bench: wheel ## Reading, building, fitting, asking: in Rust by criterion, then from Python
	$(CARGO) bench $(LOCKED) --all-features
	$(CARGO) run $(LOCKED) --quiet --release --features cli --example generate -- $(TARGET)/bench_shop --customers 20000 --seed 1
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/cobuy-*.whl
	$(BIN)/python benches/latency.py $(TARGET)/bench_shop/orders.csv $(TARGET)/bench_shop/items.csv

peers: wheel ## The same work side by side with other packages
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benches/peers/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/cobuy-*.whl
	$(CARGO) bench $(LOCKED) --all-features --quiet --bench growth -- --sets
	$(BIN)/python benches/peers/also_bought.py
	$(BIN)/python benches/peers/answers.py
	$(BIN)/python benches/peers/metrics.py
	$(BIN)/python benches/peers/closed_form.py

accuracy: wheel ## How good suggestions are on the public sets, beside others; ACCURACY=--slow: also what takes minutes
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benches/peers/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/cobuy-*.whl
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benches/requirements.txt
	mkdir -p $(TARGET)
	$(BIN)/python benches/accuracy.py $(ACCURACY) | tee $(TARGET)/accuracy.txt
	$(BIN)/python benches/peers/accuracy.py | tee $(TARGET)/accuracy_peers.txt
	$(BIN)/python benches/accuracy_plot.py $(TARGET)/accuracy.txt $(TARGET)/accuracy_peers.txt benches/accuracy.svg

growth: $(VENV)/ready ## How a fit grows, as a table and as benches/growth.svg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benches/requirements.txt
	mkdir -p $(TARGET)
	$(CARGO) bench $(LOCKED) --all-features --quiet --bench growth | tee $(TARGET)/growth.txt
	$(BIN)/python benches/growth.py $(TARGET)/growth.txt benches/growth.svg

docs: ## The crate's documentation, to be opened in a browser
	$(CARGO) doc --no-deps --all-features --open

clean: ## Removes all that was built
	$(CARGO) clean
	rm -rf $(VENV) .venv-clean dist
