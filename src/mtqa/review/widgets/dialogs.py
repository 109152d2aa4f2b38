"""Questions to the editor. Each takes the keyboard, answers with one value, and None when it is left with Escape."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from mtqa.review.characters import one_line, shortened
from mtqa.review.keymap import show_key
from mtqa.review.widgets.rows import Rows
from mtqa.review.widgets.words import difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from mtqa.review.batch import Batch
    from mtqa.review.keymap import Keymap

_A = TypeVar("_A")


class Dialog(ModalScreen[_A | None]):
    """What all questions share."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle; background: $background 50%;
        & .dialog {
            width: 88; max-width: 100%; height: auto; max-height: 90%; padding: 0 1;
            background: $panel; border: round $primary; border-title-style: bold; border-subtitle-color: $mtqa-dim;
        }
        & .low { margin-bottom: 1; max-height: 60%; }
        & .tall { height: 90%; }
        & OptionList, & OptionList:focus {
            height: auto; max-height: 18; border: none; background: $panel; padding: 0;
        }
        & TextArea, & TextArea:focus {
            height: auto; min-height: 1; max-height: 12; border: none; background: $surface; padding: 0 1;
        }
        & Rows { background: $panel; height: 1fr; }
        & Label { color: $mtqa-dim; width: 1fr; }
    }
    Ask, Choose { align: center bottom; background: $background 20%; }
    Search { align: left bottom; background: $background 0%; }
    Search Input, Search Input:focus { height: 1; border: none; background: $panel; width: 100%; padding: 0 1; }
    """
    SCOPED_CSS = False


class Ask(Dialog[str]):
    """One line or passage of text, prefilled. Enter answers; a line end cannot be typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", priority=True)]

    def __init__(self, title: str, text: str = "", note: str = "") -> None:
        super().__init__()
        self._title, self._text, self._note = title, text, note

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog low") as box:
            box.border_title = self._title
            box.border_subtitle = "enter: ok  ctrl+u: clear  esc: leave as it is"
            if self._note:
                yield Label(self._note, markup=False)
            yield _Passage(self._text, soft_wrap=True, compact=True)

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    def on__passage_entered(self, message: _Passage.Entered) -> None:
        self.dismiss(message.text)


class _Passage(TextArea):
    """A text area in which Enter answers; its text is what was given but for what was typed."""

    class Entered(TextArea.Changed):
        """The editor is done."""

        @property
        def text(self) -> str:
            return self.text_area.text

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Entered(self))
            return
        if event.key == "ctrl+u":  # as in a shell: all of it, not only the row
            event.stop()
            event.prevent_default()
            self.text = ""
            return
        await super()._on_key(event)


class Search(Dialog[str]):
    """What to look for, on the lowest line of the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", priority=True)]

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield Input(self._text, placeholder="Search in all articles", select_on_focus=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class Choose(Dialog[int]):
    """One of a few possibilities; digits choose at once."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", priority=True)]

    def __init__(self, title: str, choices: Sequence[str]) -> None:
        super().__init__()
        self._title, self._choices = title, tuple(choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog low") as box:
            box.border_title = self._title
            box.border_subtitle = "number or enter: choose  esc: leave"
            yield OptionList(
                *(
                    Option(Content.assemble((f"{number} ", "bold $accent"), text))
                    for number, text in enumerate(self._choices, 1)
                )
            )

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        choices.focus()
        choices.highlighted = 0

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdigit() and 1 <= int(event.character) <= len(self._choices):
            event.stop()
            self.dismiss(int(event.character) - 1)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)


class Pick(Dialog[tuple[str, ...]]):
    """Any number of possibilities, those in force ticked. ``choices`` are (text, value, ticked)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", priority=True),
        Binding("enter", "done", priority=True),
        Binding("space", "tick", priority=True),
        Binding("c", "clear"),
    ]

    def __init__(self, title: str, choices: Sequence[tuple[str, str, bool]]) -> None:
        super().__init__()
        self._title, self._choices = title, tuple(choices)
        self._ticked = {value for _, value, ticked in choices if ticked}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "space: tick  enter: show these  c: show all  esc: leave"
            yield OptionList(*(Option(self._prompt(index)) for index in range(len(self._choices))))

    def _prompt(self, index: int) -> Content:
        text, value, _ = self._choices[index]
        return Content.assemble(("[x] " if value in self._ticked else "[ ] ", "bold"), text)

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        choices.focus()
        choices.highlighted = 0

    def action_tick(self) -> None:
        choices = self.query_one(OptionList)
        index = choices.highlighted
        if index is not None:
            self._ticked ^= {self._choices[index][1]}
            choices.replace_option_prompt_at_index(index, self._prompt(index))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click ticks."""
        self.query_one(OptionList).highlighted = event.option_index
        self.action_tick()

    def action_done(self) -> None:
        self.dismiss(tuple(value for _, value, _ in self._choices if value in self._ticked))

    def action_clear(self) -> None:
        self.dismiss(())


class Preview(Dialog[frozenset[tuple[int, str]] | int]):
    """Every place of a batch in context. Answers with the places to leave out, or with another candidate to show."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", priority=True),
        Binding("enter", "done", priority=True),
        Binding("down,j", "move(1)"),
        Binding("up,k", "move(-1)"),
        Binding("pagedown", "move(8)"),
        Binding("pageup", "move(-8)"),
        Binding("space", "leave_out"),
    ]

    def __init__(self, batch: Batch, *, brackets: bool) -> None:
        super().__init__()
        self._batch, self._brackets = batch, brackets
        self._without: set[tuple[int, str]] = set()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall"):
            yield Label(id="scope")
            yield Rows(self._draw, 3)

    def on_mount(self) -> None:
        others = f"1-{self._batch.candidates}: candidate  " if self._batch.candidates > 1 else ""
        hint = f"enter: do it, one undo takes it back  space: leave out  {others}esc: no"
        self.query_one(".dialog").border_subtitle = hint
        self._update(0)

    def on_key(self, event: events.Key) -> None:
        """Another candidate for all places."""
        if event.key.isdigit() and self._batch.verdict.changes_text:
            event.stop()
            if 1 <= int(event.key) <= self._batch.candidates:
                self.dismiss(int(event.key))

    def _update(self, cursor: int) -> None:
        batch = self._batch
        here = len(batch.spots) - len(self._without)
        self.query_one(".dialog").border_title = f"{batch.label} — {here:,} of {len(batch.spots):,} places"
        scope = (
            ""
            if batch.checked >= batch.articles
            else f"{batch.checked:,} of {batch.articles:,} articles checked so far. "
        )
        self.query_one("#scope", Label).update(f"{scope}{batch.rule or 'every rule that marks its fix safe'}")
        self.query_one(Rows).show(len(batch.spots), cursor)

    def _draw(self, index: int, width: int) -> list[Content]:
        spot = self._batch.spots[index]
        box = "[ ]" if spot.place in self._without else "[x]"
        lines = spot.old.strip().count("\n") + 1
        where = f"{spot.path}:{spot.line}" + (f" · {lines} lines" if lines > 1 else "")
        head = Content.assemble((f"{box} ", "bold"), (shortened(where, width - 4), "$mtqa-dim"))
        before, after = _last_words(one_line(spot.before), 24), one_line(spot.after)
        change = difference(one_line(spot.old), one_line(spot.new), brackets=self._brackets)
        if spot.old == spot.new or not (spot.new or self._batch.rule == "" or self._batch.verdict.changes_text):
            change = Content.styled(one_line(spot.old), "underline")
        body = Content.assemble("    ", before, change, after)
        return [head, body.truncate(width, ellipsis=True)]

    def action_move(self, by: int) -> None:
        rows = self.query_one(Rows)
        self._update(max(0, min(rows.cursor + by, rows.count - 1)))

    def action_leave_out(self) -> None:
        rows = self.query_one(Rows)
        if rows.count:
            self._without ^= {self._batch.spots[rows.cursor].place}
            self._update(min(rows.cursor + 1, rows.count - 1))

    def action_done(self) -> None:
        self.dismiss(frozenset(self._without))

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self._update(event.index)
        self.action_leave_out()


def _last_words(text: str, most: int) -> str:
    return text if len(text) <= most else f"…{text[-most:].partition(' ')[2]}"


class Page(Dialog[None]):
    """Something to read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,i", "dismiss(None)", priority=True),
        Binding("down,j", "scroll(1)"),
        Binding("up,k", "scroll(-1)"),
        Binding("pagedown,space", "scroll(10)"),
        Binding("pageup", "scroll(-10)"),
    ]

    def __init__(self, title: str, content: Content) -> None:
        super().__init__()
        self._title, self._content = title, content

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = self._title
            box.border_subtitle = "esc: back  ↑ ↓ space: read on"
            yield Static(self._content)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def help_text(keymap: Keymap) -> Content:
    """The help page: the key map in words."""
    parts: list[str | tuple[str, str]] = []
    for group, rows in keymap.table():
        parts.append((f"{group}\n", "bold $primary"))
        for keys, text, _ in rows:
            shown = " ".join(show_key(key) for key in keys.split("  "))
            parts += [(f"  {shown:<22}", "$accent"), f"{text}\n"]
        parts.append("\n")
    parts.append("Keys are set under [tool.mtqa.review.keys]. Every decision is saved as it is made.")
    return Content.assemble(*parts)
