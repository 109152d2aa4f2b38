"""Ask an OpenAI-compatible server (``/chat/completions``) for one answer: retries, dialects, limits.

Servers differ in what they take. A request that one of them answers with 400 is put in simpler terms (no JSON schema,
then no response format at all; another name for the limit of tokens; without seed or temperature) and what was left
out is noted; there is no other fallback. The protocol: https://platform.openai.com/docs/api-reference/chat.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from threading import Event, Lock
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import msgspec

from mtqa.judge import HopelessError, JudgeError, JudgeOptions, RefusedError
from mtqa.judge.prompt import SCHEMA
from mtqa.judge.transport import LostError, Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.judge.spending import Account
    from mtqa.judge.transport import Reply

_RETRIES = 2
_LONGEST_WAIT = 60.0  # seconds; who asks for more patience is asked no more
_AGAIN = (408, 409, 429, 500, 502, 503, 504)
_SIMPLER = (400, 422)
_HOPELESS = {
    401: "the key is not accepted",
    403: "the key does not allow this",
    404: "no such model, or no such address",
}
_Tokens = Annotated[int, msgspec.Meta(ge=0)]


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: _Tokens = 0
    completion_tokens: _Tokens = 0


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    model: str
    usage: _Usage | None = None


class _Models(msgspec.Struct):
    class Model(msgspec.Struct):
        id: str

    data: list[Model]


_completion = msgspec.json.Decoder(_Completion).decode
_models = msgspec.json.Decoder(_Models).decode


@dataclass(frozen=True, slots=True)
class _Dialect:
    """What a server takes: how the shape of the answer is asked for, the name of the limit, what must be left out."""

    shape: str = "json_schema"
    limit: str = "max_tokens"
    without: frozenset[str] = frozenset()

    def body(self, options: JudgeOptions, messages: Sequence[dict[str, str]]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": options.model,
            "messages": list(messages),
            "temperature": options.temperature,
            "seed": options.seed,
            self.limit: options.max_tokens,
            "stream": False,
        }
        if self.shape == "json_schema":
            schema = {"name": "grading", "strict": True, "schema": SCHEMA}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.shape == "json_object":
            body["response_format"] = {"type": "json_object"}
        return {name: value for name, value in body.items() if name not in self.without}

    def simpler(self, complaint: str) -> tuple[_Dialect, str] | None:
        """After a complaint: what to try next and how to say so; None when there is nothing left."""
        if "max_completion_tokens" in complaint and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens"), "max_tokens is called max_completion_tokens there"
        for name in ("temperature", "seed"):
            if re.search(rf"\b{name}\b", complaint) and name not in self.without:
                told = f"{name} cannot be set there, so answers may differ between runs"
                return replace(self, without=self.without | {name}), told
        following = {"json_schema": "json_object", "json_object": "text"}.get(self.shape)
        if following is None:
            return None
        return replace(self, shape=following), f"{self.shape} is not taken there; asking for {following}"


class Client:
    """One server and one model. Several threads may ask at once; every request is counted on ``account``.

    Raises :class:`JudgeError` for options that cannot be used. ``notes`` says what the server does not take.
    """

    def __init__(self, options: JudgeOptions, account: Account) -> None:
        check_options(options)
        self._options = options
        self._account = account
        self._transport = Transport(options.url, _key(options), options.timeout)
        self._dialect = _Dialect()
        self._settled = False
        self._settling = Lock()
        self._closed = Event()
        self.notes: list[str] = []

    @property
    def name(self) -> str:
        """Model and host, for messages."""
        return f"{self._options.model} at {self._transport.host}"

    def complete(self, system: str, user: str) -> str:
        """The text of one answer; one call must have been taken from the account.

        Raises :class:`RefusedError` for an unusable answer, :class:`HopelessError` for what would come again,
        and :class:`JudgeError` for the rest.
        """
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        with nullcontext() if self._settled else self._settling:  # one at a time until it is known what is taken
            try:
                return self._complete(messages)
            finally:
                if not self._settled:  # no simpler terms were taken either, so they were not what was wrong
                    self._dialect = _Dialect()
                    self.notes.clear()

    @property
    def unencrypted(self) -> bool:
        """True when what is sent could be read on its way to another machine."""
        return self._options.url.lower().startswith("http:") and not self._transport.local

    def models(self) -> list[str]:
        """The models that the server lists. Raises :class:`JudgeError` when it cannot be reached or does not say."""
        reply = self._transport.exchange("/models")
        if reply.status != 200:
            raise self._failed(reply)
        try:
            return [model.id for model in _models(reply.body).data]
        except msgspec.DecodeError as error:
            raise JudgeError(f"{self._transport.host} does not list its models: {error}") from error

    def close(self) -> None:
        """End what is under way."""
        self._closed.set()
        self._transport.close()

    # -- asking

    def _complete(self, messages: Sequence[dict[str, str]]) -> str:
        tries = 0
        while True:
            try:
                reply = self._counted(messages)
            except LostError as problem:
                if tries >= _RETRIES or self._closed.is_set():
                    raise
                wait, failure = self._backoff(tries), JudgeError(problem.problem, remedy=problem.remedy)
            else:
                if reply.status == 200:
                    self._settled = True
                    return self._content(reply)
                if reply.status in _SIMPLER and self._simplify(reply):
                    self._again(self._failed(reply))
                    continue
                failure = self._failed(reply)
                if reply.status not in _AGAIN or tries >= _RETRIES:
                    raise failure
                wait = self._wait(reply, tries)
            tries += 1
            self._again(failure)
            self._pause(wait)

    def _counted(self, messages: Sequence[dict[str, str]]) -> Reply:
        start = time.monotonic()
        try:
            return self._transport.exchange("/chat/completions", self._dialect.body(self._options, messages))
        except JudgeError:
            self._account.add(unreported=1)
            raise
        finally:
            self._account.add(calls=1, seconds=time.monotonic() - start)

    def _again(self, failure: JudgeError) -> None:
        """Take one more call, or give up with the reason why the last one was not enough."""
        if not self._account.take_call():
            raise JudgeError(f"no calls are left for another try (max-calls) after: {failure.problem}") from failure
        self._account.add(retries=1)

    def _simplify(self, reply: Reply) -> bool:
        complaint = reply.body.decode("utf-8", "replace")
        following = None if self._settled else self._dialect.simpler(complaint)
        if following is None:
            return False
        self._dialect, told = following
        self.notes.append(told)
        return True

    def _pause(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise JudgeError("the run was ended")

    def _backoff(self, tries: int) -> float:
        return float(self._options.backoff * 2**tries)

    def _wait(self, reply: Reply, tries: int) -> float:
        """Seconds before the next try: what the server asks for, or longer each time."""
        asked = _retry_after(reply.headers.get("Retry-After", ""))
        if asked is not None and asked > _LONGEST_WAIT:
            raise HopelessError(
                f"{self._transport.host} answers {reply.status} and wants no call for {asked:,.0f} seconds",
                remedy="run it again later; what was answered is remembered",
            )
        return max(self._backoff(tries), asked or 0.0)

    # -- reading

    def _content(self, reply: Reply) -> str:
        if self._transport.holds_key(reply.body):
            self._account.add(unreported=1)
            raise HopelessError(
                f"{self._transport.host} sends the key back in its answers", remedy="do not use this server"
            )
        try:
            completion = _completion(reply.body)
        except msgspec.DecodeError as error:  # of which ValidationError is one
            self._account.add(unreported=1)
            raise RefusedError(f"no chat completion: {self._transport.redacted(str(error))}") from error
        if completion.usage is None:
            self._account.add(unreported=1)
        else:
            usage = completion.usage
            self._account.add(prompt_tokens=usage.prompt_tokens, completion_tokens=usage.completion_tokens)
        if not same_model(self._options.model, completion.model):
            served = self._transport.redacted(completion.model)
            raise HopelessError(
                f"{self._transport.host} answers with the model {served!r}, not {self._options.model!r}",
                remedy=f"if that is the one you want, set model = {served!r} under [judge]",
            )
        return _text(completion)

    def _failed(self, reply: Reply) -> JudgeError:
        said = self._transport.redacted(_said(reply.body)) or "nothing"
        kind: type[JudgeError] = JudgeError
        why = ""
        if reply.status in _HOPELESS:
            kind, why = HopelessError, f" ({_HOPELESS[reply.status]})"
        elif 300 <= reply.status < 400:
            kind, why = HopelessError, " (redirects are not followed)"
        return kind(
            f"{self._transport.host} answers {reply.status}{why}: {said}", remedy="see mtqa doctor and docs/judge.md"
        )


def check_options(options: JudgeOptions) -> None:
    """Raise :class:`JudgeError` with what to do for an address or a model that cannot be meant."""
    example = 'as in url = "http://127.0.0.1:8080/v1"'
    if not options.url or not options.model:
        raise JudgeError("the judge needs url and model under [judge]", remedy="see docs/judge.md, or use --no-judge")
    try:
        parts = urlsplit(options.url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise JudgeError("[judge] url is no http or https address", remedy=example)
    if "@" in parts.netloc:
        raise JudgeError("[judge] url holds a user name or password", remedy="use key-env for the key")
    if parts.query or parts.fragment or parts.path.rstrip("/").endswith("/completions"):
        raise JudgeError("[judge] url is the base to which /chat/completions is added", remedy=example)


def same_model(asked: str, served: str) -> bool:
    """True when a server that was asked for one model may call it so: with a date, a tag or a folder added."""
    asked, served = asked.casefold(), served.casefold()
    if served == asked or served.removesuffix(":latest") == asked.removesuffix(":latest"):
        return True
    return served.rpartition("/")[2] == asked or re.fullmatch(rf"{re.escape(asked)}[-@]20[\d-]+", served) is not None


def _key(options: JudgeOptions) -> str:
    """The key; neither it nor the name of its variable, which may be a key by mistake, is ever told."""
    if not options.key_env:
        return ""
    key = os.environ.get(options.key_env, "").strip()
    if not key:
        raise JudgeError(
            "the environment variable that [judge] key-env names is not set or empty",
            remedy="set it, or leave key-env out for a server that needs no key",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise JudgeError("the environment variable that [judge] key-env names holds what can be no key")
    return key


def _text(completion: _Completion) -> str:
    if len(completion.choices) != 1:
        raise RefusedError(f"{len(completion.choices)} choices instead of one")
    choice = completion.choices[0]
    if choice.finish_reason == "length":
        raise RefusedError("cut off at the limit of tokens (max-tokens)")
    if choice.finish_reason == "content_filter" or choice.message.refusal:
        raise RefusedError("the server declines to answer")
    if not choice.message.content:
        raise RefusedError("empty")
    return choice.message.content


def _said(body: bytes) -> str:
    """The message of an error: servers wrap it in different ways."""
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")
    for name in ("error", "message", "detail"):
        if isinstance(data, dict) and name in data:
            data = data[name]
    return data if isinstance(data, str) else msgspec.json.encode(data).decode()


def _retry_after(value: str) -> float | None:
    """Seconds that a Retry-After header asks for (a number or a date), None without one."""
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError):
        return None
