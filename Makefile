# The front of this repository: `make help`. The work is in scripts/ and in the programs themselves.

SHELL := /bin/bash
OUT ?= out
export HOLDFAST_CACHE ?= $(HOME)/.cache/holdfast
export CARGO_TARGET_DIR ?= $(HOLDFAST_CACHE)/target

.DEFAULT_GOAL := help
.PHONY: help setup build image third-party vm test bench soak docs clean update-inputs

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do \
	  printf '  make %-14s %s\n' "$$name" "$$text"; done

setup: ## Install every missing Debian package and tool; says which, asks nothing
	@scripts/setup

build: ## Compile all programs for this machine, osctl among them
	cargo build --locked --workspace
	@echo "osctl: $(CARGO_TARGET_DIR)/x86_64-unknown-linux-gnu/debug/osctl"

image: ## Build kernel, root, initramfs and OCI archive into out/
	cargo run --quiet --locked -p image -- --out $(OUT) all

third-party: ## Build Kubernetes, containerd and the like into out/third-party/; needs Go; not all recipes are tried, no image has them yet
	cargo run --quiet --locked -p image -- --out $(OUT) third-party

vm: ## Boot out/ in QEMU and say how to talk to it; Ctrl-C ends it
	@scripts/vm $(OUT)

test: ## Everything CI runs, stage by stage with times; needs nothing but rustup's toolchain
	@scripts/test

bench: ## Measure and write docs/benchmarks.md
	@scripts/bench $(OUT)

soak: ## The long forms of randomised and repeated tests, and all built twice, the kernel too
	@scripts/soak

docs: ## Build the book into out/book
	@scripts/test setup book

clean: ## Remove what was built here; the cache (~/.cache/holdfast) stays
	rm -rf $(OUT)
	cargo clean

update-inputs: ## Pin the versions of Debian's packages that the archive has now
	cargo run --quiet --locked -p image -- update-inputs
