"""Looking for words in all articles, as they stand now; no screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.errors import MtqaError
from mtqa.review.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.review.session import Session


class Search:
    """``words`` match in any letter case and with any white space between them."""

    def __init__(self, words: str) -> None:
        self.words = words
        self._pattern = re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE)

    def matches(self, text: str) -> list[Span]:
        """Where the words are."""
        return [Span(*match.span()) for match in self._pattern.finditer(text) if match[0]]

    def elsewhere(self, session: Session, by: int, *, original: bool) -> Iterator[int | None]:
        """The articles with a match, beginning with the one after (or before) the open one, around the end.

        None stands for an article without one, so that who asks can do something else in between. ``original``: look
        at the texts as they came. Articles that cannot be read have no match.
        """
        start, number = session.index, len(session.corpus)
        for step in range(1, number):
            index = (start + by * step) % number
            found = self._pattern.search(text_of(session, index, original=original))
            yield index if found and found[0] else None


def text_of(session: Session, index: int, *, original: bool = False) -> str:
    """The text of an article as it stands now, or as it came; empty when it cannot be read."""
    work = session.work if index == session.index else None
    if work is None:
        try:
            work = Work(session.corpus.corrections.article(session.corpus.sources[index].read()), None)
        except MtqaError:
            return ""
    return work.document.text if original else work.overlay.text
