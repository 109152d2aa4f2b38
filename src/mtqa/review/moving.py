"""Verbs of the screen that go somewhere or change what is shown; none of them decides anything."""

from __future__ import annotations

from functools import partial

from textual import work
from textual.content import Content

from mtqa.finding import Severity
from mtqa.review.display import View, span_of
from mtqa.review.queue import SEVERITIES, Filter, Order, families_of
from mtqa.review.search import Search, text_of
from mtqa.review.session import ReviewError
from mtqa.review.shapes import LABELS, THEME_NAMES
from mtqa.review.stage import Stage
from mtqa.review.widgets.article import glyph_keys
from mtqa.review.widgets.words import finding_text

_SLICE = 20
_VIEWS = (View.BOTH, View.CORRECTED, View.ORIGINAL)


class Moving(Stage, inherit_bindings=False):
    """For :class:`mtqa.review.screen.ReviewScreen`."""

    def start_moving(self) -> None:
        """What is remembered between keys."""
        self.search: Search | None = None
        self._matched: tuple[Search | None, str] = (None, "")

    def do_next(self) -> None:
        self.session.step(1)

    def do_previous(self) -> None:
        self.session.step(-1)

    def do_next_article(self) -> None:
        self._to_article(1)

    def do_previous_article(self) -> None:
        self._to_article(-1)

    def _to_article(self, by: int) -> None:
        if not self.session.step_article(by):
            raise ReviewError("this is the last article" if by > 0 else "this is the first article")

    def do_next_severity(self) -> None:
        self.session.step_severity(1)

    def do_previous_severity(self) -> None:
        self.session.step_severity(-1)

    def do_page_down(self) -> None:
        self._scroll(1)

    def do_page_up(self) -> None:
        self._scroll(-1)

    def _scroll(self, by: int) -> None:
        height = max(1, self.article.scrollable_content_region.height - 2)
        self.article.scroll_relative(y=by * height, animate=False, immediate=True)

    # -- jumping

    def do_jump(self) -> str:
        keys = glyph_keys(self.article.sheet, self.article.visible_span())[: len(LABELS)]
        if not keys:
            raise ReviewError("no finding is on the screen")
        self.article.labels = dict(zip(keys, LABELS, strict=False))
        return "Jump to which label?"

    def pick_label(self, key: str) -> bool:
        """Take a key as a label while labels are shown; False when they are not."""
        labels = self.article.labels
        if not labels:
            return False
        self.article.labels = {}
        target = next((item for item, label in labels.items() if label == key), None)
        self.attempt(lambda: self.session.go(target) if target else "")
        return True

    # -- searching

    def do_search(self) -> None:
        from mtqa.review.widgets.dialogs import Search as Question

        self.app.push_screen(Question(self.search.words if self.search else ""), self._search)

    def _search(self, wanted: str | None) -> None:
        if wanted is not None:
            self.search = Search(wanted) if wanted.strip() else None
            self.attempt(self._find_first)

    def find_matches(self) -> None:
        """Bring the matches up to the text that is shown."""
        text = self._text() if self.search else ""
        if (self.search, text) != self._matched:
            self._matched = (self.search, text)
            self.matches = self.search.matches(text) if self.search else []
            self.match = -1

    def _text(self) -> str:
        return text_of(self.session, self.session.index, original=self.view is View.ORIGINAL)

    def _find_first(self) -> str:
        self.find_matches()
        if not self.search:
            return ""
        if not self.matches:
            self._seek(1)
            return ""
        item = self.session.current
        at = span_of(item, self.view).start if item else 0
        first = next((number for number, span in enumerate(self.matches) if span.end > at), 0)
        return self._show_match(first)

    def _show_match(self, number: int) -> str:
        assert self.search
        self.match, self.at_match = number, True
        span = self.matches[number]
        self.call_after_refresh(self.article.reveal, span.start)
        inside = next((i for i in self.session.queue.items if i.here.overlaps(span)), None)
        if inside and self.view is not View.ORIGINAL:
            self.session.key = inside.key
        return f"Match {number + 1} of {len(self.matches)} here: {self.search.words}"

    def _to_match(self, by: int) -> str:
        if not self.search:
            raise ReviewError("nothing was searched for")
        number = self.match + by if self.match >= 0 or by > 0 else len(self.matches) - 1
        if 0 <= number < len(self.matches):
            return self._show_match(number)
        self._seek(by)
        return ""

    @work(exclusive=True, group="search")
    async def _seek(self, by: int) -> None:
        """To the next article with a match; keys are answered meanwhile, and one that does something ends it."""
        assert self.search
        words, number = self.search.words, len(self.session.corpus)
        for looked, index in enumerate(self.search.elsewhere(self.session, by, original=self.view is View.ORIGINAL)):
            if index is not None:
                self.session.open(index)
                self.find_matches()
                self.attempt(partial(self._show_match, 0 if by > 0 else len(self.matches) - 1))
                return
            if looked % _SLICE == 0:
                self.say(f"Looking for {words}: {looked:,} of {number:,} articles …")
                await self.breathe()
        if self.matches:
            said = self._show_match(0 if by > 0 else len(self.matches) - 1)
            self.attempt(lambda: f"{said} (in no other article)")
        else:
            self.say(f"in none of the {number:,} articles: {words}", error=True)

    def do_next_match(self) -> str:
        return self._to_match(1)

    def do_previous_match(self) -> str:
        return self._to_match(-1)

    # -- what is shown

    def do_view(self) -> str:
        self.view = _VIEWS[(_VIEWS.index(self.view) + 1) % len(_VIEWS)]
        return {
            View.BOTH: "Original and corrected text",
            View.CORRECTED: "Corrected text",
            View.ORIGINAL: "Original text",
        }[self.view]

    def do_order(self) -> str:
        order = Order.READING if self.session.order is Order.WEIGHT else Order.WEIGHT
        self.session.show(order=order)
        return "In the order of the text" if order is Order.READING else "The gravest first"

    def do_deferred(self) -> str:
        self.session.show(deferred=not self.session.with_deferred)
        return "Deferred findings are shown" if self.session.with_deferred else "Deferred findings are hidden"

    def do_filter(self) -> None:
        from mtqa.review.widgets.dialogs import Pick

        rules, chosen = self.session.corpus.rules(), self.session.filter
        known = sorted({*rules, *chosen.rules})
        choices = [(s.label, f"severity:{s.label}", s in chosen.severities) for s in SEVERITIES]
        for family in sorted({*families_of(known), *chosen.families}):
            number = sum(n for rule, n in rules.items() if rule.partition(".")[0] == family)
            choices.append((f"{family}  ({number:,})", f"family:{family}", family in chosen.families))
        choices += [(f"  {rule}  ({rules.get(rule, 0):,})", f"rule:{rule}", rule in chosen.rules) for rule in known]
        self.app.push_screen(Pick("Show only", choices), self._filter)

    def _filter(self, ticked: tuple[str, ...] | None) -> None:
        if ticked is None:
            return
        parts = [value.partition(":")[::2] for value in ticked]
        chosen = Filter(
            frozenset(value for kind, value in parts if kind == "family"),
            frozenset(Severity[value.upper()] for kind, value in parts if kind == "severity"),
            frozenset(value for kind, value in parts if kind == "rule"),
        )
        self.attempt(lambda: self.session.show(chosen=chosen))

    def do_list(self) -> None:
        is_shown = self.query_one("#side").display
        self.set_class(is_shown, "list-hidden")
        self.set_class(not is_shown, "list-shown")
        self.call_after_refresh(self.show_all)

    def do_details(self) -> None:
        from mtqa.review.widgets.dialogs import Page

        item, work = self.session.current, self.session.work
        if item is None or work is None:
            raise ReviewError("no finding is selected")
        lines = finding_text(work, item, self.no_candidate(item), brackets=self.reviewing.is_mono, full=True)
        self.app.push_screen(Page("Finding", Content("\n").join(lines)))

    def do_theme(self) -> None:
        from mtqa.review.widgets.dialogs import Choose

        self.app.push_screen(Choose("Theme", THEME_NAMES), self._theme)

    def _theme(self, index: int | None) -> None:
        if index is not None:
            self.app.theme = THEME_NAMES[index]

    def do_help(self) -> None:
        from mtqa.review.widgets.dialogs import Page, help_text

        self.app.push_screen(Page("Keys", help_text(self.keymap)))

    def do_palette(self) -> None:
        self.reviewing.open_palette()

    def do_quit(self) -> None:
        self.app.exit()
