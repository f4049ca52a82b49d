#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Modules come and go at random during a storm, and nothing is logged about it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

storm churn.json --arms netswap --runs 1 --churn 8
verdicts churn.json netswap pass
