"""The review as a dialogue, line by line: for screen readers, scripts and terminals that can do no more.

The same verbs as on the screen, by the ids of the key map or their keys. Nothing moves, nothing is drawn over; what
goes is written ``[-old-]``, what comes ``{+new+}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from mtqa.corrections.decision import Verdict
from mtqa.errors import MtqaError
from mtqa.finding import Edit, Safety, Severity
from mtqa.review.batch import Scope, carry_out, check_all, collect, describe, draw_up, settle
from mtqa.review.characters import one_line, visible
from mtqa.review.queue import SEVERITIES, Filter, Order
from mtqa.review.search import Search, text_of
from mtqa.review.session import ReviewError
from mtqa.review.shapes import BRACKETS
from mtqa.review.worddiff import compare, edits_between
from mtqa.review.work import Work, is_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtqa.document import Span
    from mtqa.finding import Fix
    from mtqa.review.queue import Item
    from mtqa.review.session import Session

# command -> (short form, argument, what it does)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "accept": ("a", "[NUMBER]", "accept a candidate, the first if none is named; a number alone does the same"),
    "edit": ("e", "TEXT", "put these words in place of the finding's"),
    "editor": ("E", "", "open the paragraph in $EDITOR"),
    "reject": ("r", "REASON", "the text is right"),
    "defer": ("d", "[REASON]", "decide later"),
    "delete": ("x", "", "delete the passage"),
    "replace": ("w", "OLD => NEW", "correct any words that occur once in the article; nothing after => deletes them"),
    "retranslate": ("t", "[WORDS]", "cannot be repaired: translate the finding's sentence, or these words, again"),
    "drop": ("T", "[WORDS]", "cannot be repaired: drop the finding's sentence, or these words"),
    "batch": ("b", "NUMBER [CANDIDATE]", "decide on many; says which numbers there are, asks before it does"),
    "word": ("W", "[WORD]", "add the finding's word, or this one, to the project's word list: it is right"),
    "undo": ("u", "", "take the last step back"),
    "redo": ("U", "", "make it again"),
    "next": ("j", "", "next finding"),
    "previous": ("k", "", "previous finding"),
    "next-article": ("]", "", "next article"),
    "previous-article": ("[", "", "previous article"),
    "next-severity": ("s", "", "next finding of another severity"),
    "previous-severity": ("S", "", "previous group of one severity"),
    "jump": ("g", "NUMBER", "to the finding of that number in the list"),
    "search": ("/", "WORDS", "lines with these words, in this article first, then in all"),
    "filter": ("f", "[NAMES]", "only these severities, families or rules; none: all"),
    "order": ("o", "", "by weight, or as in the text"),
    "deferred": ("D", "", "show or hide deferred findings"),
    "view": ("v", "", "the article as it stands, with findings and edits marked"),
    "details": ("i", "", "all about the finding"),
    "list": ("l", "", "the queue of this article"),
    "help": ("?", "", "this list"),
    "quit": ("q", "", "leave; everything is saved already"),
}
_MOST = 100
_SHORT = {short: name for name, (short, _, _) in COMMANDS.items()}
_BATCHES = (
    (Scope.RULE_HERE, Verdict.ACCEPT),
    (Scope.TEXT_EVERYWHERE, Verdict.ACCEPT),
    (Scope.SAFE_HERE, Verdict.ACCEPT),
    (Scope.SAFE_EVERYWHERE, Verdict.ACCEPT),
    (Scope.RULE_HERE, Verdict.REJECT),
    (Scope.TEXT_EVERYWHERE, Verdict.REJECT),
)


class Dialogue:
    """A conversation about a session. Articles are checked when they are reached, or all for a corpus-wide batch."""

    def __init__(self, session: Session, ask: TextIO, tell: TextIO) -> None:
        self.session = session
        self._ask = ask
        self._tell = tell
        self._shown = (-1, "")

    def run(self) -> int:
        """Talk until ``quit`` or the end of input; 1 while something is open, else 0."""
        self._say(f"mtqa review: {len(self.session.corpus)} articles. ? for help, q to leave.")
        while True:
            self.session.remember()
            self._present()
            self._tell.write("> ")
            self._tell.flush()
            line = self._ask.readline()
            if not line or line.strip() in ("q", "quit"):
                self._say("Everything is saved.")
                return 1 if sum(self.session.corpus.left(Filter()).values()) else 0
            try:
                self._obey(line.strip())
            except MtqaError as error:
                self._say(f"Not done: {error}")

    def _say(self, text: str) -> None:
        self._tell.write(text + "\n")

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if not word:
            self._shown = (-1, "")
            return
        if word.isdigit():
            word, rest = "accept", word
        name = word if word in COMMANDS else _SHORT.get(word)
        if name is None and word.startswith("/"):
            name, rest = "search", line[1:]
        if name is None:
            raise ReviewError(f"no command {word!r}", remedy="? lists them")
        verb: Callable[[str], str | None] = getattr(self, f"_do_{name.replace('-', '_')}")
        if said := verb(rest.strip()):
            self._say(said)

    # -- what is going on

    def _present(self) -> None:
        session, item = self.session, self.session.current
        place = (session.index, item.key if item else "")
        if place == self._shown:
            return
        if session.index != self._shown[0]:
            self._present_article()
        self._shown = place
        if item is None or session.work is None:
            self._say(session.corpus.problems.get(session.index, "No open finding here."))
            return
        at = session.queue.index(item.key) + 1
        self._say(f"\nFinding {at} of {len(session.queue.items)}: {item.finding.severity.label}, {item.finding.rule}")
        self._say(f"  {visible(item.finding.message)}")
        self._say(f"  {self._context(session.work, item)}")
        if item.finding.source_wording:
            self._say(f"  Source: {visible(item.finding.source_wording)}")
        for number, fix in enumerate(item.fixes, 1):
            safe = " (safe)" if fix.safety is Safety.SAFE else ""
            self._say(f"  {number}: {_fix_text(session.work, fix)}{safe}")
        if not item.fixes:
            self._say("  No candidate: edit, or reject if the text is right.")

    def _present_article(self) -> None:
        session = self.session
        name = session.corpus.sources[session.index].name
        counts = [0] * len(Severity)
        for item in session.queue.items:
            counts[item.finding.severity] += 1
        left = ", ".join(f"{counts[severity]} {severity.label}" for severity in SEVERITIES if counts[severity])
        self._say(f"\nArticle {session.index + 1} of {len(session.corpus)}: {name}: {left or 'nothing open'}")
        for error in session.work.unchecked if session.work else ():
            self._say(f"Not checked by {error.engine}: {visible(error.problem)}")

    @staticmethod
    def _context(work: Work, item: Item) -> str:
        text, here = work.overlay.text, item.here
        line, _ = work.document.line_column(item.original.start)
        before = text[max(0, here.start - 60) : here.start].rpartition("\n")[2]
        after = text[here.end : here.end + 60].partition("\n")[0]
        found = one_line(text[here.start : here.end])
        if len(found) > 200:
            found = f"{found[:100]} … {found[-100:]}"
        return f"Line {line}: …{visible(before)}<<{found}>>{visible(after)}…"

    # -- deciding

    def _do_accept(self, rest: str) -> str:
        if rest and not rest.isdigit():
            raise ReviewError(f"no candidate {rest!r}", remedy="name a number")
        return self.session.accept(int(rest or 1))

    def _do_edit(self, rest: str) -> str:
        if not rest:
            raise ReviewError("no words given", remedy="edit TEXT; delete takes the passage out")
        return self.session.edit(rest)

    def _do_editor(self, _: str) -> str:
        from mtqa.review.editor import edit_text

        item, work = self.session.current, self.session.work
        if item is None or work is None:
            raise ReviewError("no finding is selected")
        text = work.overlay.text
        start = text.rfind("\n", 0, item.here.start) + 1
        end = text.find("\n", item.here.end)
        before = text[start : end if end >= 0 else len(text)].removesuffix("\r")
        return self.session.replace(edits_between(before, edit_text(before), start))

    def _do_reject(self, rest: str) -> str:
        if not rest:
            raise ReviewError("a rejection needs a reason", remedy="reject REASON")
        return self.session.hold(Verdict.REJECT, rest)

    def _do_defer(self, rest: str) -> str:
        return self.session.hold(Verdict.DEFER, rest)

    def _do_delete(self, _: str) -> str:
        return self.session.delete()

    def _do_replace(self, rest: str) -> str:
        old, arrow, new = rest.partition("=>")
        if not arrow or not old.strip():
            raise ReviewError("two wordings are needed", remedy="replace OLD => NEW")
        here = self._find_once(old.strip())
        new = new.strip()
        return self.session.replace((Edit(here, new),)) if new else self.session.take_out(here)

    def _find_once(self, words: str) -> Span:
        from mtqa.document import Span

        text = self.session.work.overlay.text if self.session.work else ""
        at = text.find(words)
        if at < 0:
            raise ReviewError(f"not in this article: {words}")
        if text.find(words, at + 1) >= 0:
            raise ReviewError(f"more than once in this article: {words}", remedy="take in words around it")
        return Span(at, at + len(words))

    def _do_retranslate(self, rest: str) -> str:
        return self._set_aside(Verdict.RETRANSLATE, rest)

    def _do_drop(self, rest: str) -> str:
        return self._set_aside(Verdict.DROP, rest)

    def _set_aside(self, verdict: Verdict, words: str) -> str:
        if words:
            return self.session.mark(self._find_once(words), verdict, "cannot be repaired")
        return self.session.give_up(verdict, "cannot be repaired")

    def _do_batch(self, rest: str) -> str:
        asked = [int(one) if one.isdigit() else 0 for one in rest.split()]
        if len(asked) not in (1, 2) or 0 in asked or asked[0] > len(_BATCHES):
            named = enumerate(_BATCHES, 1)
            names = (f"  {n}: {verdict.value} {describe(self.session, scope)}" for n, (scope, verdict) in named)
            return "\n".join(["batch NUMBER [CANDIDATE]:", *names])
        scope, verdict = _BATCHES[asked[0] - 1]
        check_all(self.session, scope)
        why = "decided in bulk" if verdict is Verdict.REJECT else ""
        batch = draw_up(self.session, scope, verdict, why, *asked[1:])
        for _ in collect(self.session, batch):
            pass
        for spot in batch.spots:
            change = f"{BRACKETS[0]}{one_line(spot.old)}{BRACKETS[1]}" if spot.old != spot.new else one_line(spot.old)
            new = f"{BRACKETS[2]}{one_line(spot.new)}{BRACKETS[3]}" if spot.new and spot.old != spot.new else ""
            self._say(f"  {spot.path}:{spot.line}: {one_line(spot.before)}{change}{new}{one_line(spot.after)}")
        if not batch.spots:
            return "There is nothing of the kind."
        self._tell.write(f"{batch.label}: {len(batch.spots)} places. yes or no? ")
        self._tell.flush()
        if self._ask.readline().strip().lower() not in ("y", "yes"):
            return "Nothing was done."
        said = list(carry_out(self.session, batch))[-1]
        settle(self.session)
        return said

    def _do_word(self, rest: str) -> str:
        item = self.session.current
        here = self._find_once(rest) if rest else item.here if item else None
        if here is None:
            raise ReviewError("no finding is selected", remedy="name the word")
        return self.session.add_word(here)

    def _do_undo(self, _: str) -> str:
        return self.session.undo()

    def _do_redo(self, _: str) -> str:
        return self.session.redo()

    # -- going and showing

    def _do_next(self, _: str) -> None:
        self.session.step(1)

    def _do_previous(self, _: str) -> None:
        self.session.step(-1)

    def _do_next_article(self, _: str) -> None:
        if not self.session.step_article(1):
            raise ReviewError("this is the last article")

    def _do_previous_article(self, _: str) -> None:
        if not self.session.step_article(-1):
            raise ReviewError("this is the first article")

    def _do_next_severity(self, _: str) -> None:
        self.session.step_severity(1)

    def _do_previous_severity(self, _: str) -> None:
        self.session.step_severity(-1)

    def _do_jump(self, rest: str) -> None:
        items = self.session.queue.items
        if not rest.isdigit() or not 1 <= int(rest) <= len(items):
            raise ReviewError(f"no finding {rest!r}", remedy="list shows their numbers")
        self.session.go(items[int(rest) - 1].key)

    def _do_search(self, rest: str) -> str:
        if not rest:
            raise ReviewError("no words given", remedy="search WORDS")
        session, search = self.session, Search(rest)
        found: list[str] = []
        for step in range(len(session.corpus)):
            index = (session.index + step) % len(session.corpus)
            text, name = text_of(session, index), session.corpus.sources[index].name
            for number, line in _lines_with(text, search.matches(text)):
                if len(found) == _MOST:
                    return "\n".join([*found, f"  … and more; the first {_MOST} are shown"])
                found.append(f"  {name}:{number}: {visible(line)}")
        return "\n".join(found) or f"In none of the {len(session.corpus)} articles: {rest}"

    def _do_filter(self, rest: str) -> str:
        severities = {severity.label: severity for severity in Severity}
        names = rest.replace(",", " ").split()
        chosen = Filter(
            frozenset(name for name in names if name not in severities and "." not in name),
            frozenset(severities[name] for name in names if name in severities),
            frozenset(name for name in names if "." in name),
        )
        self.session.show(chosen=chosen)
        self._shown = (-1, "")
        return f"Only: {chosen.label}" if chosen else "All findings."

    def _do_order(self, _: str) -> str:
        order = Order.READING if self.session.order is Order.WEIGHT else Order.WEIGHT
        self.session.show(order=order)
        return f"Order: {order.value}."

    def _do_deferred(self, _: str) -> str:
        self.session.show(deferred=not self.session.with_deferred)
        return "Deferred findings are shown." if self.session.with_deferred else "Deferred findings are hidden."

    def _do_view(self, _: str) -> str:
        work = self.session.work
        if work is None:
            return ""
        starts = {i.original.start for i in self.session.queue.items}
        ends = {i.original.end for i in self.session.queue.items}
        parts = []
        for piece in work.overlay.pieces:
            if piece.decision:
                old = work.document.slice(piece.original)
                parts.append(f"{BRACKETS[0]}{old}{BRACKETS[1]}" if old else "")
                parts.append(f"{BRACKETS[2]}{piece.text}{BRACKETS[3]}" if piece.text else "")
                continue
            for offset, character in enumerate(piece.text, piece.original.start):
                parts.append((">>" if offset in ends else "") + ("<<" if offset in starts else "") + character)
        return "\n".join(visible(line.removesuffix("\r")) for line in "".join(parts).split("\n"))

    def _do_details(self, _: str) -> str:
        item = self.session.current
        if item is None:
            raise ReviewError("no finding is selected")
        finding = item.finding
        rows = [
            ("why", finding.explanation), ("category", finding.mqm), ("confidence", f"{finding.confidence:.2f}"),
            ("also", ", ".join(finding.related)), *finding.fields.items(), ("fingerprint", finding.fingerprint),
        ]  # fmt: skip
        return "\n".join(f"  {name}: {visible(value)}" for name, value in rows if value)

    def _do_list(self, _: str) -> str:
        work = self.session.work
        if work is None or not self.session.queue.items:
            return "Nothing is open here."
        rows = []
        for number, item in enumerate(self.session.queue.items, 1):
            line = work.document.line_column(item.original.start)[0]
            safe = ", safe" if is_safe(item) else ""
            text = one_line(work.matched(item))[:80]
            rows.append(f"  {number}: {item.finding.severity.label}, line {line}{safe}: {text}")
        return "\n".join(rows)

    def _do_help(self, _: str) -> str:
        return "\n".join(f"  {name} ({short}) {what}: {text}" for name, (short, what, text) in COMMANDS.items())

    def _do_quit(self, _: str) -> None:
        """Handled where lines are read."""


def _lines_with(text: str, spans: Sequence[Span]) -> list[tuple[int, str]]:
    """Number and text of the lines that spans begin in, each once."""
    numbers = dict.fromkeys(text.count("\n", 0, span.start) for span in spans)
    lines = text.split("\n") if numbers else []
    return [(number + 1, lines[number].removesuffix("\r")) for number in numbers]


def _fix_text(work: Work, fix: Fix) -> str:
    text, at = work.overlay.text, fix.edits[0].span.start
    start, end, new = at, fix.edits[-1].span.end, ""
    for edit in fix.edits:
        new += text[at : edit.span.start] + edit.replacement
        at = edit.span.end
    marks = {"same": ("", ""), "old": BRACKETS[:2], "new": BRACKETS[2:]}
    return "".join(
        f"{marks[part.kind][0]}{one_line(part.text)}{marks[part.kind][1]}" for part in compare(text[start:end], new)
    )
