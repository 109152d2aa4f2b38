"""Reads Princeton WordNet 3.0 (the folder of Debian's ``wordnet-base``): lemmas, senses, glosses and exceptions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

POS = ("noun", "verb", "adj", "adv")
_LEMMA = re.compile("[a-z]{3,}")
_RULES = (
    *(("ies", "y"), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("s", ""), ("ied", "y")),
    *(("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("er", ""), ("er", "e"), ("est", ""), ("est", "e")),
)
_DOUBLING = ("ed", "ing", "er")


@dataclass
class WordNet:
    """``senses``: per lemma and part of speech, how often tagged and the lexicographer files of the senses; ``texts``:
    for each synset its words, then its gloss.
    """

    senses: dict[str, dict[str, tuple[int, list[int]]]] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)
    exceptions: dict[str, str] = field(default_factory=dict)

    def lemma(self, form: str) -> str | None:
        """The lemma of a form in small letters, None when there is none."""
        if form in self.senses:
            return form
        if self.exceptions.get(form) in self.senses:
            return self.exceptions[form]
        for ending, other in _RULES:
            if form.endswith(ending):
                stem = form[: -len(ending)] + other
                if stem in self.senses:
                    return stem
                doubled = ending in _DOUBLING and not other and len(stem) > 3 and stem[-1] == stem[-2]
                if doubled and stem[:-1] in self.senses:
                    return stem[:-1]
        return None


def read(folder: Path) -> WordNet:
    net = WordNet()
    for pos in POS:
        files: dict[str, int] = {}
        named: set[str] = set()
        for line in _lines(folder / f"data.{pos}"):
            head, gloss = line.split("| ", 1)
            fields = head.split()
            files[fields[0]] = int(fields[1])
            if "@i" in fields:  # an instance: a name
                named.add(fields[0])
            words = (fields[4 + 2 * n].replace("_", " ") for n in range(int(fields[3], 16)))
            net.texts.append((" ".join(words), gloss))
        for line in _lines(folder / f"index.{pos}"):
            fields = line.split()
            offsets = [o for o in fields[-int(fields[2]) :] if o not in named]
            if offsets and _LEMMA.fullmatch(fields[0]):
                tagged = int(fields[-int(fields[2]) - 1])
                net.senses.setdefault(fields[0], {})[pos] = (tagged, [files[o] for o in offsets])
    for pos in POS:
        for line in (folder / f"{pos}.exc").read_text(encoding="latin-1").splitlines():
            form, base, *_ = line.split()
            if form not in net.senses:
                net.exceptions.setdefault(form, base)
    return net


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="latin-1").split("\n") if line and not line.startswith("  ")]
