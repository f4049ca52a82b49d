# SPDX-License-Identifier: GPL-2.0
# A thin front: each verb is a script of scripts/ or a program of build/.
#
# Variables: FLAVOURS (kernels, default 6.12; also 6.12-stock, 6.1,
# 6.1-slab, debian-6.12, debian-6.1), STORM_ARGS (options for `netswap storm`),
# KERNEL (of `make lint`), BENCH_ARGS (for `netswap bench`), SOAK_ARGS (for scripts/soak), TESTS (suites
# of `make test`), CHECKS (of `make lint`), FUZZ_TARGETS and FUZZ_SECONDS
# (default 60; of `make fuzz`), NETSWAP_CACHE (default ~/.cache/netswap).

MAKEFLAGS += --no-print-directory --no-builtin-rules
FLAVOURS ?= 6.12
CACHE := $(or $(NETSWAP_CACHE),$(HOME)/.cache/netswap)

comma := ,
# $(call unless,--option,value...): a default that STORM_ARGS may override.
unless = $(if $(filter $(1) $(1)=%,$(STORM_ARGS)),,$(1) $(2)$(if $(3),$(comma)$(3))$(if $(4),$(comma)$(4)))

.NOTPARALLEL:
.PHONY: all help deps kernel modules guest build deb storm bench soak test lint fuzz clean clean-cache

all: build guest ## build everything: programs, kernels, modules, guest images

help: ## list the verbs
	@echo "make VERB, where VERB is one of"
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' Makefile | \
		while IFS="$$(printf '\t')" read -r verb text; do \
			printf '  %-12s %s\n' "$$verb" "$$text"; done
	@sed -n '/^# Variables/,/^$$/s/^# //p' Makefile

deps: ## install what this Debian machine lacks (root or sudo)
	@scripts/deps.sh

# lib.sh is bash.
kernel: SHELL := /bin/bash
kernel: deps ## build the kernels FLAVOURS, unless the cache has them
	@. scripts/lib.sh; for f in $(FLAVOURS); do kernel_of $$f || exit; done

modules: kernel ## build our modules for the kernels FLAVOURS

guest: deps ## build kernels, modules and guest images of FLAVOURS
	@scripts/artefacts.sh $(FLAVOURS)

build: deps ## build the programs into build/
	@scripts/cmake.sh

deb: deps ## build the Debian packages into build/deb/
	@scripts/deb.sh

storm: all ## run a short storm on three arms and print the table (STORM_ARGS)
	@build/netswap storm $(call unless,--arms,bare,mainline,netswap) \
		$(call unless,--runs,2) $(call unless,--kernel,$(firstword $(FLAVOURS))) $(STORM_ARGS)

# Hooked and not.
bench: FLAVOURS = 6.12 6.12-stock
bench: all ## count what hooks and modules cost ordinary work (BENCH_ARGS)
	@build/netswap bench $(BENCH_ARGS)

# Of the kernels with checkers nothing is in `make test`.
soak: FLAVOURS = 6.12-debug 6.12-leak 6.12-kcsan 6.12 6.1 6.1-slab
soak: all ## an hour under the kernel's own checkers and faults (SOAK_ARGS, such as --minutes 20)
	@scripts/soak $(SOAK_ARGS)

# The tests compare with the kernel without hooks, too, and with Debian's own if it can be had.
test: FLAVOURS = 6.12 6.12-stock
test: all ## run all tests, or the suites TESTS: lint host scripts docs guest e2e
	@scripts/artefacts.sh debian-6.12 || echo "make test: going on without Debian's own kernel" >&2
	@scripts/run-tests $(TESTS)

lint: all ## check style and code: shellcheck, clang-format, checkpatch, sparse, coccicheck (CHECKS)
	@scripts/lint.sh $(CHECKS)

fuzz: deps ## fuzz the readers of user space, FUZZ_SECONDS each (FUZZ_TARGETS)
	@scripts/fuzz.sh $(FUZZ_TARGETS)

clean: ## remove build/
	rm -rf build

clean-cache: ## remove what the cache holds: sources, kernels, logs of runs
	@test -n "$(CACHE)" && for d in source kernel debian modules artefacts spatch ccache fuzz tidy runs locks; do \
		rm -rf "$(CACHE)/$$d"; done; rm -f "$(CACHE)"/deps-*
