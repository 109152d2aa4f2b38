#!/usr/bin/env python3
"""Make src/mtqa/grammar/data/typos.txt from the word list of typos (crate typos-dict; MIT or Apache-2.0).

    cargo info typos-dict@0.14.4            downloads the crate's source
    python tools/get_misspellings.py ~/.cargo/registry/src/*/typos-dict-0.14.4/src/word_codegen.rs

Of its 95,000 entries those are kept that are about English prose: small letters, no word of any dictionary, and meant
for words that are not rare. The codespell list is not used: it is CC BY-SA 3.0.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mtqa.grammar import lexicon

TARGET = Path(__file__).resolve().parent.parent / "src" / "mtqa" / "grammar" / "data" / "typos.txt"
_ENTRY = re.compile(r'dictgen::InsensitiveStr::Ascii\("([a-z]{4,})"\),\s*&\[((?:\s*"[^"]*",?)*)\s*\]')
_HEAD = """\
# Misspellings and what they stand for, from typos-dict 0.14.4 (https://github.com/crate-ci/typos), copyright (c) 2019
# individual contributors, MIT or Apache-2.0; typos-LICENSE beside this file. Made by tools/get_misspellings.py.
"""


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source = Path(sys.argv[1]).read_text(encoding="utf-8")
    entries = {wrong: re.findall(r'"([^"]*)"', listed) for wrong, listed in _ENTRY.findall(source)}
    kept = {wrong: right for wrong, meant in entries.items() if (right := candidates(wrong, meant))}
    if not kept:
        print("no entries found: this is not the word list of typos-dict", file=sys.stderr)
        return 2
    lines = [f"{wrong} {' '.join(right)}\n" for wrong, right in sorted(kept.items())]
    TARGET.write_text(_HEAD + "".join(lines), encoding="utf-8")
    print(f"{len(kept):,} of {len(entries):,} entries")
    return 0


def candidates(wrong: str, meant: list[str]) -> list[str]:
    """What ``wrong`` may stand for, common words first; none for what may be a word of its own, or of software."""
    known = lexicon.words()
    if wrong in known or lexicon.zipf(wrong) >= 2.5:
        return []
    near = [word for word in meant if word in known and lexicon.zipf(word) >= max(2.0, lexicon.zipf(wrong) + 1.2)]
    return sorted(near, key=lambda word: (-lexicon.zipf(word), word))[:3]


if __name__ == "__main__":
    sys.exit(main())
