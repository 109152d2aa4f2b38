"""Training pairs: a garbled sentence beside what it should have been, so that topic and length tell nothing.

Kinds: `mlqe` (machine translation and its human post-edit), `mqm` (two translations of one sentence of which raters
found one badly broken), `contrast` (two machine translations of different sentences of about one length, one judged bad
and one judged good), `roundtrip` (Apertium) and `made` (:mod:`garble.corrupt`).
"""

from __future__ import annotations

import difflib
import random
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from garble.clean import Clean, clean_sentences, mqm_rows, rows
from garble.corrupt import Material, corrupt
from garble.roundtrip import round_trips

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SEED = 20261127
# Of the pairs of a kind, for the encoder.
_SHARES = {"mlqe": 1.0, "mqm": 1.0, "contrast": 1.0, "roundtrip": 0.25, "made": 0.28}
Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Pair:
    """``target`` in [0, 1]: how garbled the bad one is; ``spans`` of the wrong characters of the bad one."""

    bad: str
    good: str
    target: float
    spans: Spans
    kind: str


def training_pairs(data: Path, texts: Path, work: Path) -> list[Pair]:
    """All pairs, shuffled the same way every time."""
    sentences = clean_sentences(data, texts)
    pairs = [*_mlqe(data), *_mqm(data), *_round_trips(sentences, work), *_made(sentences)]
    random.Random(_SEED).shuffle(pairs)
    return pairs


def balanced(pairs: list[Pair]) -> list[Pair]:
    """Fewer of the kinds that can be made without end, so that real translations weigh as much."""
    rng = random.Random(_SEED)
    return [pair for pair in pairs if rng.random() < _SHARES[pair.kind]]


def varied(pairs: list[Pair], share: float = 0.15) -> list[Pair]:
    """Some pairs written otherwise, both sentences alike, so that form tells nothing: as a title, carelessly."""
    rng = random.Random(_SEED)
    forms = (str.title, str.upper, str.lower, lambda text: text.rstrip(".!?"), lambda text: text.lower().rstrip(".!?"))
    found = []
    for pair in pairs:
        if rng.random() < share:
            form = rng.choice(forms)
            found.append(replace(pair, bad=form(pair.bad), good=form(pair.good), spans=[]))
    return found


def _mlqe(data: Path) -> Iterator[Pair]:
    """The worse the direct assessment (0-100), the more garbled; from 80 on a reader would mind nothing."""
    for row in rows(data / "mtq" / "mlqe_train.jsonl"):
        bad, good = row["text"], " ".join(row["pe"].split())
        target = min(1.0, max(0.0, (80 - row["da"]) / 45))
        if target > 0.15 and row["hter"] > 0.1 and 4 <= len(bad.split()) <= 80 and good:
            spans = [(span["start"], span["end"]) for span in row["spans"]]
            yield Pair(bad, good, target, spans, "mlqe")


def _mqm(data: Path) -> Iterator[Pair]:
    """The worst translation of a segment, if most raters saw a major fault of fluency, beside the best of it."""
    segments = defaultdict(list)
    for row in mqm_rows(data):
        segments[row["dataset"], row["doc"], row["seg"]].append(row)
    for group in segments.values():
        best = min(group, key=lambda row: (row["p_flu_any"], row["mqm"], row["id"]))
        for row in group:
            if row["p_flu_major"] >= 0.5 and best["p_flu_any"] < 0.4 and row["mqm"] - best["mqm"] >= 3:
                yield Pair(row["text"], best["text"], 0.75, _major_spans(row), "mqm")


def _major_spans(row: dict) -> Spans:
    return [
        (span["start"], span["end"])
        for span in row["spans"]
        if span["sev"] == "major" and span["cat"].lower().startswith(("fluency", "accuracy/mistr", "style"))
    ]


def contrasts(data: Path) -> list[Pair]:
    """Bad and good outputs of machine translation side by side: what tells a bad sentence among its like.

    A post-edit differs from a translation in style too; here both are translations, from one language into English.
    """
    rng = random.Random(_SEED)
    bad, good = defaultdict(list), defaultdict(list)
    for row in rows(data / "mtq" / "mlqe_train.jsonl"):
        if row["da"] < 45:
            spans = [(span["start"], span["end"]) for span in row["spans"]]
            bad[row["lp"]].append(Pair(row["text"], "", min(1.0, (80 - row["da"]) / 45), spans, "contrast"))
        elif row["da"] >= 75:
            good[row["lp"]].append(row["text"])
    for row in mqm_rows(data):
        if row["p_flu_major"] >= 0.5 or (row["p_flu_major"] > 0 and row["mqm"] >= 10):
            bad["zh-en"].append(Pair(row["text"], "", 0.75, _major_spans(row), "contrast"))
        elif row["mqm"] <= 1 and not row["p_flu_any"]:
            good["zh-en"].append(row["text"])
    return [pair for lp in sorted(bad) for pair in _of_one_length(bad[lp], good[lp], rng)]


def _of_one_length(bad: list[Pair], good: list[str], rng: random.Random) -> Iterator[Pair]:
    """Each bad sentence beside a good one whose number of words differs by a tenth at most, if there is one."""
    by_size = defaultdict(list)
    for text in good:
        by_size[len(text.split())].append(text)
    for pair in bad:
        size = len(pair.bad.split())
        near = [text for words in range(round(size * 0.9), round(size * 1.1) + 1) for text in by_size.get(words, ())]
        if near and 4 <= size <= 80:
            yield replace(pair, good=rng.choice(near))


def _round_trips(sentences: list[Clean], work: Path) -> Iterator[Pair]:
    for sentence, _, garbled in round_trips(sentences, work):
        spans, share = _changed(sentence.text, garbled)
        if share >= 0.15:
            yield Pair(garbled, sentence.text, min(1.0, 0.3 + 1.2 * share), spans, "roundtrip")


def _changed(good: str, bad: str) -> tuple[Spans, float]:
    """Spans of the words of ``bad`` that ``good`` does not have there, and their share."""
    offsets, position = [], 0
    for word in bad.split():
        offsets.append((position, position + len(word)))
        position += len(word) + 1
    matcher = difflib.SequenceMatcher(None, good.split(), bad.split(), autojunk=False)
    spans = [
        offset for tag, _, _, start, end in matcher.get_opcodes() if tag != "equal" for offset in offsets[start:end]
    ]
    return spans, len(spans) / max(1, len(offsets))


def _made(sentences: list[Clean]) -> Iterator[Pair]:
    rng = random.Random(_SEED)
    material = Material([sentence.text for sentence in sentences])
    for sentence in sentences:
        if rng.random() < (0.35 if sentence.source == "addresses" else 0.8):
            made = corrupt(sentence.text, rng, material)
            if made and made[0] != sentence.text:
                share = sum(end - start for start, end in made[1]) / len(made[0])
                yield Pair(made[0], sentence.text, min(1.0, 0.5 + 2.0 * share), made[1], "made")
