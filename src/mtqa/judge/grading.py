"""The judge: passages in, findings out, everything counted.

Calls are given out in the order of the passages, so that ``max_calls`` cuts at the same place whatever the number of
threads; a passage that stands twice is asked about once.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from mtqa.errors import Place
from mtqa.grammar.cache import Cache
from mtqa.judge import HopelessError, JudgeError, RefusedError
from mtqa.judge.answer import read_answer
from mtqa.judge.client import Client
from mtqa.judge.prompt import SYSTEM, VERSION, prompt_for
from mtqa.judge.spending import Account

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mtqa.document import Document, Span
    from mtqa.finding import Finding
    from mtqa.judge import JudgeOptions
    from mtqa.judge.answer import Reading
    from mtqa.judge.prompt import Prompt
    from mtqa.judge.spending import Spending

_LONGEST = 6_000  # code points of a passage
_PATIENCE = 3  # passages that may fail one after the other before nothing more is asked
_Content = Future[str]


@dataclass(frozen=True)
class Grades:
    """What came of the passages of one document.

    ``findings`` lie inside them; ``sound`` are the passages in which no error was found; ``not_judged`` those without a
    usable answer, and ``errors`` says why, one for each reason.
    """

    findings: tuple[Finding, ...] = ()
    sound: tuple[Span, ...] = ()
    not_judged: tuple[Span, ...] = ()
    errors: tuple[JudgeError, ...] = ()


@dataclass(frozen=True)
class _Asked:
    passage: Span
    prompt: Prompt
    content: _Content
    remembered: bool = False


@dataclass
class Pending:
    """Passages that are being graded; :meth:`result` waits for the answers."""

    _judge: Judge
    _document: Document
    _asked: list[_Asked] = field(default_factory=list)

    def result(self) -> Grades:
        """Raises nothing for passages that could not be judged: they are in ``not_judged``."""
        return self._judge._graded(self._document, self._asked)


class Judge:
    """Grades passages. ``cache`` is a file that remembers answers; ``notes`` says what the server does not take.

    Raises :class:`JudgeError` for options that cannot be used, before anything is sent.
    """

    def __init__(self, options: JudgeOptions, cache: Path | None = None) -> None:
        self._options = options
        self._account = Account(options)
        self._client = Client(options, self._account)
        self._pool = ThreadPoolExecutor(options.parallel, thread_name_prefix="judge")
        self._asked: dict[str, _Content] = {}
        self._lock = Lock()
        self._failures = 0
        self._given_up: JudgeError | None = None
        self.errors: list[JudgeError] = []
        asked_of = f"{options.url} {options.model} {options.temperature} {options.seed} {options.max_tokens}"
        self._cache = Cache(cache, f"judge {VERSION} {asked_of}")

    @property
    def name(self) -> str:
        """Model and host."""
        return self._client.name

    @property
    def notes(self) -> list[str]:
        """What the server does not take, and what was done about it."""
        return list(self._client.notes)

    @property
    def spent(self) -> Spending:
        """What the run has cost so far."""
        return self._account.spent

    def grade(self, document: Document, passages: Sequence[Span]) -> list[Finding]:
        """The findings inside ``passages`` (spans of the document), in document order.

        Passages that could not be judged are counted in :attr:`spent`, and :attr:`errors` says why: a caller must not
        take their silence for "no findings". :meth:`submit` tells the two apart by passage.
        """
        return list(self.submit(document, passages).result().findings)

    def submit(self, document: Document, passages: Sequence[Span]) -> Pending:
        """Begin to grade; several documents may be under way at once. Call it from one thread."""
        pending = Pending(self, document)
        for passage in dict.fromkeys(passages):
            if passage.end > len(document.text):
                raise ValueError(f"a passage ends at offset {passage.end}, the text at {len(document.text)}")
            if document.slice(passage).strip():
                pending._asked.append(self._begin(document, passage))
        return pending

    def close(self) -> None:
        """End what is under way; the counts stay."""
        self._client.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    # -- one passage

    def _begin(self, document: Document, passage: Span) -> _Asked:
        prompt = prompt_for(document, passage)
        if len(passage) > _LONGEST:
            return _Asked(passage, prompt, _failed(JudgeError(f"a passage of over {_LONGEST:,} characters")))
        if prompt.breaks_turns:
            return _Asked(passage, prompt, _failed(JudgeError("it holds marks that end a turn of a conversation")))
        key = hashlib.sha256(prompt.user.encode("utf-8", "surrogatepass")).hexdigest()
        if key in self._asked:
            return _Asked(passage, prompt, self._asked[key], remembered=True)
        kept = self._recall(document, passage, prompt)
        if kept is not None:
            content: _Content = Future()
            content.set_result(kept)
        elif not self._account.take_call():
            limit = f"max-calls, {self._options.max_calls:,}, was reached"
            return _Asked(passage, prompt, _failed(JudgeError(limit, remedy="raise max-calls under [judge]")))
        else:
            content = self._pool.submit(self._ask, prompt)
        self._asked[key] = content
        return _Asked(passage, prompt, content, remembered=kept is not None)

    def _recall(self, document: Document, passage: Span, prompt: Prompt) -> str | None:
        """A remembered answer, if there is one that still holds."""
        kept = self._cache.get([prompt.user]).get(prompt.user)
        try:
            if kept is not None:
                read_answer(str(kept), document, passage, self.name)
        except RefusedError:
            return None
        return None if kept is None else str(kept)

    def _ask(self, prompt: Prompt) -> str:
        with self._lock:
            if self._given_up is not None:
                raise self._given_up
        try:
            content = self._client.complete(SYSTEM, prompt.user)
        except RefusedError:
            self._count_failure(None)  # it did answer
            raise
        except JudgeError as problem:
            self._count_failure(problem)
            raise
        self._count_failure(None)
        return content

    def _count_failure(self, problem: JudgeError | None) -> None:
        with self._lock:
            self._failures = self._failures + 1 if problem is not None else 0
            if problem is not None and (isinstance(problem, HopelessError) or self._failures >= _PATIENCE):
                self._given_up = self._given_up or problem

    # -- answers

    def _graded(self, document: Document, asked: Sequence[_Asked]) -> Grades:
        findings: list[Finding] = []
        sound, not_judged = [], []
        reasons: dict[str, tuple[JudgeError, list[Span]]] = {}
        for one in asked:
            try:
                reading = self._read(document, one)
            except JudgeError as problem:
                reasons.setdefault(problem.problem, (problem, []))[1].append(one.passage)
                not_judged.append(one.passage)
                continue
            findings += reading.findings
            if not reading.findings:
                sound.append(one.passage)
        self._account.add(judged=len(asked) - len(not_judged), not_judged=len(not_judged))
        errors = tuple(_told(document, problem, spans) for problem, spans in reasons.values())
        self.errors += errors
        return Grades(
            tuple(sorted(findings, key=lambda finding: finding.sort_key)), tuple(sound), tuple(not_judged), errors
        )

    def _read(self, document: Document, one: _Asked) -> Reading:
        try:
            content = one.content.result()
            reading = read_answer(content, document, one.passage, self.name)
            if one.prompt.addresses_model and not reading.findings:
                raise RefusedError("no errors in a text that speaks to a language model is not taken for an answer")
        except RefusedError as problem:
            self._account.add(refused=1)
            raise RefusedError(f"the answer was refused: {problem.problem}", remedy=problem.remedy) from problem
        self._account.add(
            remembered=int(one.remembered),
            spans_refused=len(reading.refused),
            corrections_refused=reading.corrections_refused,
        )
        if not one.remembered:
            self._cache.put({one.prompt.user: content})
        return reading


def _failed(problem: JudgeError) -> _Content:
    content: _Content = Future()
    content.set_exception(problem)
    return content


def _told(document: Document, problem: JudgeError, passages: Sequence[Span]) -> JudgeError:
    """One error for all passages of a document that fail for one reason, at the first of them."""
    line, column = document.line_column(passages[0].start)
    many = f" ({len(passages):,} passages)" if len(passages) > 1 else ""
    said = f"not judged: {problem.problem}{many}"
    return type(problem)(said, place=Place(document.path, line, column), remedy=problem.remedy)
