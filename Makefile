# Everything that a person does with this repository. `make help` explains.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PINHOLE ?= $(or $(CARGO_TARGET_DIR),target)/release/pinhole
DATA := $(or $(PINHOLE_DATA),data)

.PHONY: help run build test bench lint browser fuzz clean

help: ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

run: build ## Build, get an engine and a first model, and serve on http://127.0.0.1:8000
	@test -e $(DATA)/engines/onnxruntime || $(PINHOLE) engine install onnxruntime \
		|| echo "Going on without ONNX Runtime: the engine that is compiled in does the work, only slower."
	@$(PINHOLE) models list 2>/dev/null | grep -q . || $(PINHOLE) models pull mobilenet \
		|| echo "Going on with an empty shelf: the page offers what there is to get."
	@exec $(PINHOLE) serve

build: ## Build the program (target/release/pinhole)
	cargo build --release --locked -p pinhole

test: ## Run every test that needs nothing but this folder
	cargo test --workspace --locked

bench: ## Measure engines, vision and the server, side by side
	cargo run --release --locked -p bench

lint: ## Formatting, clippy, documentation, dependency rules
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --document-private-items
	cargo deny --all-features check bans licenses sources

browser: build ## Test the page in a real browser (needs Node.js and Chromium)
	browser/run

fuzz: ## Fuzz each parser of foreign bytes for SECONDS (60)
	fuzz/run $${SECONDS_EACH:-60}

clean: ## Remove what was built (models and data stay)
	cargo clean
