"""Text of the screen made from findings, counts and comparisons; no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from mtqa.finding import Safety
from mtqa.review.characters import one_line, shortened, visible
from mtqa.review.shapes import BRACKETS
from mtqa.review.worddiff import compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mtqa.finding import Edit, Fix, Severity
    from mtqa.review.queue import Item
    from mtqa.review.work import Work

_LONG = 160
_NEAR = 40
_PLACES = 4
_LEAST = 3  # a comma or a letter says nothing without its neighbours


def difference(old: str, new: str, *, brackets: bool) -> Content:
    """A word comparison: struck and inserted words; long stretches are cut in the middle."""
    parts: list[tuple[str, str] | str] = []
    for part in compare(old, new):
        text = _middle_cut(visible(part.text.replace("\r\n", "\n")).replace("␊", "⏎"))
        if part.kind == "same":
            parts.append(text)
        elif part.kind == "old":
            parts.append((f"{BRACKETS[0]}{text}{BRACKETS[1]}" if brackets else text, "$mtqa-old strike"))
        else:
            parts.append((f"{BRACKETS[2]}{text}{BRACKETS[3]}" if brackets else text, "$mtqa-new bold underline"))
    return Content.assemble(*parts)


def _middle_cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG // 2]} … {text[-_LONG // 2 :]}"


def candidate(work: Work, fix: Fix, *, brackets: bool) -> Content:
    """What a candidate does, as a word comparison; edits far from each other are shown apart."""
    text = work.overlay.text
    if not any(edit.replacement for edit in fix.edits) and len(fix.edits) == 1:
        old = text[fix.edits[0].span.start : fix.edits[0].span.end]
        lines = old.strip("\r\n").count("\n") + 1
        what = f"delete {lines} lines" if lines > 1 else "delete"
        return Content.assemble((f"{what}: ", "bold"), difference(old.strip("\r\n"), "", brackets=brackets))
    groups = list(_groups(fix))
    shown = [_group(text, group, alone=len(groups) == 1, brackets=brackets) for group in groups[:_PLACES]]
    parts: list[Content | str | tuple[str, str]] = []
    if len(groups) > 1:
        parts.append((f"{len(groups)} places: ", "bold"))
    parts.append(Content(" · ").join(shown))
    if len(groups) > _PLACES:
        parts.append(" …")
    return Content.assemble(*parts)


def _groups(fix: Fix) -> Iterator[list[Edit]]:
    """Edits that stand near each other, together."""
    group: list[Edit] = []
    for edit in fix.edits:
        if group and edit.span.start - group[-1].span.end > _NEAR:
            yield group
            group = []
        group.append(edit)
    yield group


def _group(text: str, edits: Sequence[Edit], *, alone: bool, brackets: bool) -> Content:
    """Edits as one comparison, with the words they stand in where they are less than a word."""
    start, end = edits[0].span.start, edits[-1].span.end
    if not alone or len(text[start:end].strip()) < _LEAST:
        start = text.rfind(" ", max(0, start - _NEAR), start) + 1 or start
        after = text.find(" ", end, end + _NEAR)
        end = after if after >= 0 else end
        start, end = max(start, text.rfind("\n", 0, edits[0].span.start) + 1), min(end, _line_end(text, end))
    new, at = "", start
    for edit in edits:
        new += text[at : edit.span.start] + edit.replacement
        at = edit.span.end
    return difference(text[start:end], new + text[at:end], brackets=brackets)


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return found if found >= 0 else len(text)


def finding_text(work: Work, item: Item, hint: str, *, brackets: bool, full: bool = False) -> list[Content]:
    """The paragraphs of the finding pane; ``hint`` is what to do where there is no candidate."""
    finding = item.finding
    lines = [Content.styled(visible(finding.message), "bold")]
    if finding.source_wording:
        lines.append(Content.assemble(("source  ", "$mtqa-dim"), visible(finding.source_wording)))
    for number, fix in enumerate(item.fixes[:9], 1):
        safe = "  safe" if fix.safety is Safety.SAFE else ""
        lines.append(
            Content.assemble(
                (f"{number} ", "bold $accent"), candidate(work, fix, brackets=brackets), (safe, "$mtqa-dim")
            )
        )
    if not item.fixes:
        lines.append(Content.assemble(("no candidate  ", "bold"), (hint, "$mtqa-dim")))
    if finding.explanation:
        lines.append(Content.assemble(("why  ", "$mtqa-dim"), visible(finding.explanation)))
    for name, value in finding.fields.items():
        lines.append(Content.assemble((f"field  {name}: ", "$mtqa-dim"), visible(value)))
    if full:
        lines += _small_print(item)
    return lines


def _small_print(item: Item) -> list[Content]:
    finding = item.finding
    rows = [
        ("rule", finding.rule),
        ("severity", finding.severity.label),
        ("category", f"{finding.mqm} (MQM)"),
        ("confidence", f"{finding.confidence:.2f}"),
        ("also", ", ".join(finding.related)),
        ("fingerprint", finding.fingerprint),
    ]
    return [Content.assemble((f"{name}  ", "$mtqa-dim"), value) for name, value in rows if value]


def counts_text(counts: Sequence[tuple[Severity, int]], shapes: Mapping[str, str]) -> Content:
    """Open findings by severity: shape and number."""
    parts: list[tuple[str, str] | str] = []
    for severity, number in counts:
        parts += [(f"{shapes[severity.label]}{number:,}", f"$mtqa-{severity.label}"), " "]
    return Content.assemble(*parts[:-1])


def item_row(work: Work, item: Item, shapes: Mapping[str, str], width: int) -> Content:
    """One row of the queue."""
    severity = item.finding.severity.label
    line, _ = work.document.line_column(item.original.start)
    text = one_line(work.matched(item)) or item.finding.rule
    head = f"{line:>4} "
    body = shortened(text, max(4, width - len(head) - 3))
    return Content.assemble((f"{shapes[severity]} ", f"$mtqa-{severity}"), (head, "$mtqa-dim"), body)
