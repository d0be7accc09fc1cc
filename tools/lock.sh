#!/bin/sh
# Pins every dependency with its hashes. No registry's address is written: any mirror may serve the files.
set -eu
cd "$(dirname "$0")/.."
if ! command -v uv >/dev/null; then
    echo "make lock needs uv (https://docs.astral.sh/uv/)." >&2
    exit 1
fi
compile() {
    UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --upgrade "$@" pyproject.toml
}
compile --output-file requirements/run.txt
compile --group dev --output-file requirements/dev.txt
