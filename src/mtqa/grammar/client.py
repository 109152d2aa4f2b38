"""The wire to a LanguageTool server: language-tool-python's client, told apart by what can go wrong on it.

The library takes any JSON for an answer whatever its status, and says nothing of results that the server itself calls
incomplete; both are errors here. A server that asks for patience (429, 503) is given some.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtqa.grammar import EngineError

if TYPE_CHECKING:
    from mtqa.grammar import LanguageToolOptions

PUBLIC_LIMIT = 20_000  # characters in a request, where a server does not say
_BUSY = (429, 503)
_ATTEMPTS = 3
_PAUSE = 1.0  # seconds, where a busy server does not say how long


class ReplyError(Exception):
    """An answer that is none: its status, or what is wrong with it."""


@dataclass(frozen=True, slots=True)
class About:
    """What a server says of itself: its version and build, and the most characters it takes at once."""

    version: str
    limit: int


def connect(options: LanguageToolOptions, url: str) -> Any:
    """A ``language_tool_python.LanguageTool`` that asks the server at ``url`` as ``options`` say."""
    import language_tool_python
    import requests

    base: Any = language_tool_python.LanguageTool
    session = requests.Session()

    class Client(base):  # type: ignore[misc]  # a base that only the extra has
        """Waits as long as configured; what is tried again is decided here."""

        def _query_server(self, url: str, params: Any = None, num_tries: int = 1, method: Any = "get") -> Any:  # noqa: ARG002
            return _asked(session, method, url, params, options.timeout)

    tool = Client(options.language, remote_server=url)
    tool.disabled_rules = set(options.disabled)
    tool.picky = options.picky
    return tool


def _asked(session: Any, method: str, url: str, params: Any, timeout: float) -> Any:
    """The JSON that the server answers; raises :class:`ReplyError`, or an error of requests."""
    deadline = time.monotonic() + timeout
    for attempt in range(_ATTEMPTS):
        given = {"data": params} if method == "post" else {"params": params}
        with session.request(method, url, timeout=timeout, **given) as reply:
            if reply.status_code == 200:
                return _complete(reply.json())
            pause = _pause(reply.headers.get("Retry-After", ""))
            if reply.status_code not in _BUSY or attempt + 1 == _ATTEMPTS or time.monotonic() + pause > deadline:
                raise ReplyError(f"status {reply.status_code}: {reply.text}")
        time.sleep(pause)
    raise AssertionError  # the last attempt returns or raises


def _complete(answer: Any) -> Any:
    if isinstance(answer, dict) and answer.get("warnings", {}).get("incompleteResults"):
        raise ReplyError("the results are incomplete: the server ran out of time")
    return answer


def _pause(said: str) -> float:
    return float(said) if said.isdigit() else _PAUSE


def about(options: LanguageToolOptions) -> About:
    """What the server at ``options.url`` says of itself. Raises :class:`EngineError` when it cannot be asked."""
    import requests

    base = options.url.rstrip("/")
    try:
        info = requests.get(f"{base}/v2/info", timeout=options.timeout)
        limit = requests.get(f"{base}/v2/maxtextlength", timeout=options.timeout)
        known = info.json().get("software", {}) if info.ok else {}
        version = f"{known.get('version', 'unknown')} {known.get('buildDate', '')}"
        return About(version, int(limit.text) if limit.ok and limit.text.strip().isdigit() else PUBLIC_LIMIT)
    except (requests.RequestException, ValueError, AttributeError) as error:
        raise failure(options, error) from error


def failure(options: LanguageToolOptions, error: Exception) -> EngineError:
    """What the user is told of an error on the wire."""
    where = options.url or "the local LanguageTool server"
    said = " ".join(str(error).split())[:200] or "nothing"
    if timed_out(error):
        return EngineError(
            f"not checked: {where} did not answer within {options.timeout:g} seconds",
            remedy="raise timeout under [grammar.languagetool], or use --grammar off",
        )
    return EngineError(
        f"not checked: {where} answered with an error: {type(error).__name__}: {said}",
        remedy="see mtqa languagetool status, or use --grammar off",
    )


def timed_out(error: BaseException | None) -> bool:
    """True when a time-out is at the root of an error."""
    while error is not None:
        if "Timeout" in type(error).__name__ and "Connect" not in type(error).__name__:
            return True
        error = error.__cause__
    return False
