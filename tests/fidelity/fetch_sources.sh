#!/usr/bin/env bash
# Fetches the source distributions that a list of commands names and unpacks them, one folder each:
#
#   tests/fidelity/fetch_sources.sh commands.jsonl sources
#   sparring fidelity --repo sources/Django-4.2 --commands commands.jsonl \
#       --except tests/fidelity/not_deterministic.jsonl
#
# A folder that is there already is left alone.
set -euo pipefail

if [ $# -ne 2 ]; then
    echo "usage: $0 COMMANDS.jsonl FOLDER" >&2
    exit 2
fi
mkdir -p "$2"
archives=$(mktemp -d)
trap 'rm -rf "$archives"' EXIT
grep -o '"source": "[^"]*"' "$1" | cut -d '"' -f 4 | sort -u | while read -r source; do
    folder=$2/${source/==/-}
    if [ -d "$folder" ]; then
        continue
    fi
    rm -f "$archives"/*
    python3 -m pip download --quiet --no-deps --no-binary :all: --dest "$archives" "$source"
    mkdir "$folder.part"
    tar -xzf "$archives"/*.tar.gz --no-same-owner --strip-components 1 -C "$folder.part"
    mv "$folder.part" "$folder"
    echo "$folder"
done
