#!/bin/sh
# Make the lists of packages anew, with hashes and without download addresses. Needs uv.
set -eu
cd "$(dirname "$0")/../requirements"
compile() { uv pip compile --quiet --no-header --generate-hashes --no-emit-index-url --no-emit-find-links "$@"; }
compile --python-version 3.10 setup.in -o setup.lock
compile --python-version 3.10 --override overrides.txt service.in -o service.lock
compile --python-version 3.10 --override overrides.txt --constraint service.lock test.in -o test.lock
compile --python-version 3.10 --override overrides.txt --constraint test.lock benchmark.in -o benchmark.lock
compile --python-version 3.11 --universal public.in -o public.lock
compile --python-version 3.10 --override stock-overrides.txt stock.in -o stock.lock
