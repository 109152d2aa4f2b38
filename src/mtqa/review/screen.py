"""The one screen: article, finding, queue. It shows the session and turns keys into its verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from mtqa.finding import Layer
from mtqa.review.deciding import Deciding
from mtqa.review.display import View, compose, glyphs_of, span_of
from mtqa.review.keymap import BROWSE, CANDIDATES, SELECT, show_key
from mtqa.review.moving import Moving
from mtqa.review.pace import minutes_label
from mtqa.review.queue import SEVERITIES
from mtqa.review.shapes import BRACKETS
from mtqa.review.widgets.article import ArticleView, Shade
from mtqa.review.widgets.rows import Rows
from mtqa.review.widgets.words import counts_text, finding_text, item_row

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from mtqa.review.keymap import Keymap
    from mtqa.review.session import Session


class ReviewScreen(Moving, Deciding, inherit_bindings=False):
    """Three things on one screen. Verbs are methods named ``do_<action id>``."""

    DEFAULT_CSS = """
    ReviewScreen { layout: vertical; background: $background; }
    ReviewScreen, ReviewScreen * {
        scrollbar-background: $background; scrollbar-background-hover: $background;
        scrollbar-background-active: $background; scrollbar-color: $panel; scrollbar-color-hover: $secondary;
        scrollbar-color-active: $primary;
    }
    #top { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #body { height: 1fr; }
    #left { width: 1fr; }
    #side { width: 38; border-left: solid $panel; display: none; padding: 0 0 0 1; }
    #summary { height: 3; }
    #queue { height: 1fr; }
    #pane {
        height: 9; border-top: solid $mtqa-dim; border-title-color: $mtqa-dim; padding: 0 1;
        scrollbar-size-vertical: 1;
    }
    #pane.-critical { border-top: heavy $mtqa-critical; border-title-color: $mtqa-critical; }
    #pane.-major { border-top: solid $mtqa-major; border-title-color: $mtqa-major; }
    #pane.-minor { border-top: solid $mtqa-minor; border-title-color: $mtqa-minor; }
    #pane.-neutral { border-top: dashed $mtqa-neutral; border-title-color: $mtqa-neutral; }
    #message { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #message.-error { color: $error; text-style: bold; }
    #hints { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    ReviewScreen.-tall #pane { height: 13; }
    ReviewScreen.-idle #pane { height: 4; }
    ReviewScreen.-wide #side { display: block; }
    ReviewScreen.list-hidden #side { display: none; }
    ReviewScreen.list-shown #side { display: block; }
    """

    def __init__(self, session: Session, keymap: Keymap, glyphs: str) -> None:
        super().__init__(session, keymap, glyphs)
        self.start_moving()
        self.start_selecting()

    def compose(self) -> ComposeResult:
        yield Static(id="top")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield ArticleView(id="article")
                with VerticalScroll(id="pane", can_focus=False):
                    yield Static(id="finding")
            with Vertical(id="side"):
                yield Static(id="summary")
                yield Rows(self._queue_row, id="queue")
        yield Static(id="message")
        yield Static(id="hints")

    def on_mount(self) -> None:
        self.article.here_symbol = self.shapes["here"]
        self.article.bars = (self.shapes["passage"], self.shapes["passage-current"])
        self.say("Reading the rules …")
        self.app.theme_changed_signal.subscribe(self, lambda _: self.call_after_refresh(self.show_all))
        self.call_after_refresh(self.show_all)

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_all)

    # -- keys and verbs

    def on_key(self, event: events.Key) -> None:
        character = event.character
        is_typed = character is not None and character.isprintable() and character != " "
        key = character if is_typed and character else event.key
        if self.pick_label(key):
            event.stop()
            return
        if self.mode == BROWSE and key in CANDIDATES:
            event.stop()
            self.attempt(lambda: self.session.accept(int(key)))
            return
        action = self.keymap.action(self.mode, key)
        if action:
            event.stop()
            self.perform(action)

    # -- what is shown

    def show_all(self) -> None:
        """Bring the screen up to the session."""
        if not self.is_mounted:
            return
        self._show_article()
        self._show_finding()
        self.show_progress()
        self._show_hints()

    def _show_article(self) -> None:
        work, session = self.session.work, self.session
        if work is None:
            self.article.show((), (), (), {}, "")
            return
        self.find_matches()
        items, marks = session.queue.items, work.marks
        glyphs = glyphs_of(items, marks, self.view, self.shapes)
        brackets = BRACKETS if self.reviewing.is_mono and self.view is View.BOTH else None
        lines = compose(work.overlay, self.view, glyphs, brackets)
        passages = [i for i in items if i.finding.layer is Layer.PASSAGE]  # drawn under the words inside them
        words = [i for i in items if i.finding.layer in (Layer.WORDS, Layer.METADATA)]
        shades = [Shade(span_of(i, self.view), "passage") for i in passages]
        shades += [Shade(span_of(i, self.view), i.finding.severity.label) for i in words]
        shades += [Shade(span_of(m, self.view), m.decision.verdict.value) for m in marks]
        shades += [Shade(span, "match") for span in self.matches]
        current = session.current
        if self.mode == SELECT:
            shades.append(Shade(self.chosen, "chosen"))
        elif current and current.finding.layer is Layer.PASSAGE:
            shades.insert(0, Shade(span_of(current, self.view), "passage-current"))
        elif current:
            shades.append(Shade(span_of(current, self.view), "current"))
        styles = {item.key: item.finding.severity.label for item in items}
        key = current.key if current and self.mode == BROWSE else ""
        self.article.show(lines, shades, work.blocks, styles, key)
        self._follow(key)

    def _follow(self, key: str) -> None:
        """Scroll to what has become current."""
        current = self.session.current
        place = (self.session.index, key, self.view, self.article.measure)
        if self.mode == SELECT:
            self.article.reveal(self.chosen.end - 1 if self.chosen else self.chosen.start)
        elif key and current and place != self.shown_place:
            self.article.reveal(span_of(current, self.view).start)
        elif self.shown_place[0] != self.session.index:
            self.article.scroll_to(y=0, animate=False, immediate=True)
        self.shown_place = place

    def _show_finding(self) -> None:
        pane = self.query_one("#pane", VerticalScroll)
        item, work = self.session.current, self.session.work
        self.set_class(item is None, "-idle")
        for name in ("critical", "major", "minor", "neutral"):
            pane.set_class(bool(item and item.finding.severity.label == name), f"-{name}")
        if work is None:
            problem = self.session.corpus.problems.get(self.session.index, "")
            pane.border_title = "cannot be shown"
            self.put("finding", Content(problem), layout=True)
        elif item is None:
            pane.border_title = "no open finding"
            self.put("finding", self._empty_text(), layout=True)
        else:
            finding = item.finding
            deferred = " · deferred" if item in work.deferred else ""
            symbol = self.shapes[finding.severity.label]
            pane.border_title = Content(
                f"{symbol} {finding.severity.label} · {finding.rule} · {finding.mqm}{deferred}"
            ).markup
            lines = finding_text(work, item, self.no_candidate(item), brackets=self.reviewing.is_mono)
            self.put("finding", Content("\n").join(lines), layout=True)
        if self.shown_finding != (item.key if item else ""):
            self.shown_finding = item.key if item else ""
            pane.scroll_home(animate=False)

    def _empty_text(self) -> Content:
        if self.session.linter is None:
            return Content("")
        left = sum(self.session.corpus.left(self.session.filter).values())
        hint = f"{left:,} open elsewhere" if left else "Nothing is open any more."
        if deferred := self.session.corpus.deferred:
            hint += f" · {deferred:,} deferred"
        if self.session.filter:
            hint += f" · filter: {self.session.filter.label}"
        keys = self.keymap
        return Content(
            f"{hint}\n{keys.key('select')}: select words  {keys.key('next-article')}: next article"
            f"  {keys.key('deferred')}: deferred findings  {keys.key('quit')}: quit"
        )

    def show_progress(self) -> None:
        """Bring counts and progress up to date."""
        if not self.is_mounted:
            return
        session, corpus = self.session, self.session.corpus
        counts = corpus.left(session.filter)
        left = sum(counts.values())
        name = corpus.sources[session.index].name
        parts: list[Content | str | tuple[str, str]] = [
            (f"{session.index + 1:,}/{len(corpus):,} ", "bold $primary"),
            f"{name if self.size.width >= 100 else name.rpartition('/')[2]}  ",
            counts_text([(severity, counts.get(severity, 0)) for severity in SEVERITIES], self.shapes),
        ]
        if left and (label := minutes_label(session.pace.minutes(left))):
            parts.append((f"  {label}", "$mtqa-dim"))
        if corpus.checked < len(corpus) and session.linter:
            parts.append((f"  checking {corpus.checked:,}", "$mtqa-dim"))
        if corpus.unchecked:
            parts.append((f"  not fully checked: {len(corpus.unchecked):,}", "$error"))
        if session.filter:
            parts.append((f"  filter: {session.filter.label}", "$accent"))
        if self.view is not View.BOTH:
            parts.append((f"  view: {self.view.value}", "$accent"))
        self.put("top", Content.assemble(*parts))
        self._show_side()

    def _show_side(self) -> None:
        session = self.session
        queue, work = session.queue, session.work
        at = queue.index(session.key)
        where = f"{at + 1} of {len(queue.items)} here" if at >= 0 else f"{len(queue.items)} here"
        decided = work.decided if work else 0
        total = decided + len(queue.items)
        filled = round(20 * decided / total) if total else 20
        bar = "█" * filled + "░" * (20 - filled)
        self.put(
            "summary",
            Content.assemble(
                ("Queue ", "bold"), where, (f" · by {session.order.value}\n", "$mtqa-dim"),
                (bar, "$mtqa-new"), (f" {decided} decided", "$mtqa-dim"),
            )
        )  # fmt: skip
        shown = (session.index, queue)
        self.query_one("#queue", Rows).show(len(queue.items), at, changed=shown != self.shown_queue)
        self.shown_queue = shown

    def _queue_row(self, index: int, width: int) -> list[Content]:
        work, items = self.session.work, self.session.queue.items
        if work is None or index >= len(items):
            return []
        return [item_row(work, items[index], self.shapes, width)]

    def _show_hints(self) -> None:
        parts: list[Content | str | tuple[str, str]] = [("WORDS", "bold reverse")] if self.mode == SELECT else []
        used = len("WORDS  ") if parts else 0
        gap = "  " if self.size.width >= 100 else " "
        for key, name, _ in self.keymap.hints(self.mode):
            shown = " ".join(show_key(one) for one in key.split())
            used += cell_len(f"{shown} {name}{gap}")
            if used > self.size.width:
                break  # half a hint is none
            parts += [gap if parts else "", (shown, "bold $accent"), f" {name}"]
        self.put("hints", Content.assemble(*parts))

    # -- the mouse

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        items = self.session.queue.items
        if message.index < len(items):
            self.attempt(lambda: self.session.go(items[message.index].key))
