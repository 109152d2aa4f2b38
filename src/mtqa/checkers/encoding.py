"""Garbled bytes, through ftfy: one finding for each place it changes, with what it did.

Each rule names the ftfy steps it stands for in ``options: {steps: [...]}`` (fields of ``ftfy.TextFixerConfig``).
Nothing else of ftfy is on: quotes are not straightened, nothing is normalised, widths and ligatures stay.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix, Safety

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.document import Document, Line
    from mtqa.grammar import Engines
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet

# Lines that no step can change are passed over: plain ASCII, curly quotes, dashes and ellipses, without an entity or a
# control character. Wrongly decoded UTF-8 always shows a character for a lead byte and one for a continuation byte, and
# in none of the character sets that ftfy knows do these few stand for both.
_MARKS = "“”‘’–—…"
_ENTITY = re.compile(r"&(?=#|\w{2,8};)")
_SUSPECT = re.compile(rf"[^\t\n\r -~{_MARKS}]|{_ENTITY.pattern}")
_PLAIN = bytes(byte for byte in range(128) if not _SUSPECT.match(chr(byte)))
_TOKEN = re.compile(r"\s+|\S+")


def build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> EncodingChecker:  # noqa: ARG001 - one shape for all
    return EncodingChecker(rules)


class EncodingChecker:
    """All ``kind: encoding`` rules, each on its own steps; ``unless`` is searched in the line."""

    name = "encoding"

    def __init__(self, rules: RuleSet) -> None:
        import ftfy

        self.version = f"{rules.digest}:ftfy-{ftfy.__version__}"
        self._rules = rules.of_kind("encoding")
        self._off = dict.fromkeys(
            (name for name in ftfy.TextFixerConfig._fields if name not in ("normalization", "max_decode_length")), False
        )

    def check(self, document: Document) -> Iterator[Finding]:
        if is_plain(document.text):
            return
        for line in document.lines:
            text = document.text[line.start : line.end]
            if not _SUSPECT.search(text):
                continue
            for rule in self._rules:
                if rule.spec.unless and re.search(rule.spec.unless, text):
                    continue
                yield from self._compare(rule, line, text)

    def _compare(self, rule: Rule, line: Line, text: str) -> Iterator[Finding]:
        import ftfy

        steps = dict.fromkeys(rule.spec.options["steps"], True)
        config = ftfy.TextFixerConfig(**{**self._off, **steps}, normalization=None)
        fix = ftfy.fix_encoding if "fix_encoding" in steps else ftfy.fix_text_segment
        fixed = fix(text, config)
        if fixed == text:
            return
        for start, end, replacement in _changes(text, fixed):
            found = text[start:end]
            shown = replacement.strip() or "nothing"
            yield Finding(
                rule=rule.id,
                span=Span(line.start + start, line.start + end),
                message=rule.spec.message.replace("{match}", _visible(found)).replace("{good}", shown),
                severity=rule.severity,
                mqm=rule.spec.mqm,
                confidence=0.95,
                fixes=(Fix((Edit(Span(line.start + start, line.start + end), replacement),), Safety.SAFE),),
                explanation=rule.spec.note,
            )


def is_plain(text: str) -> bool:
    """True for a text that no step can change: told many times faster than by looking at its lines."""
    return not text.encode().translate(None, _PLAIN).decode().strip(_MARKS) and not _ENTITY.search(text)


def _changes(old: str, new: str) -> Iterator[tuple[int, int, str]]:
    """``(start, end, replacement)`` for each word of ``old`` that differs in ``new``."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    starts = [0]
    for token in a:
        starts.append(starts[-1] + len(token))
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            yield starts[i1], starts[i2], "".join(b[j1:j2])


def _visible(text: str) -> str:
    """Control characters as code points, so that a message shows them and no terminal obeys them."""
    return "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)
