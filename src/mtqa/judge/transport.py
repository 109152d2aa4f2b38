"""One HTTP exchange, bounded in time and size, with the standard library.

A time-out of a socket bounds each wait, not the whole; here a timer cuts the connection, so that a server that sends a
byte now and then ends in time, too. Redirects are not followed: the key and the text go where the configuration says.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mtqa import __version__
from mtqa.judge import JudgeError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

MOST_BYTES = 1_000_000
_MOST_OF_ERROR = 4_000
_PIECE = 65_536


class LostError(JudgeError):
    """The connection could not be made or broke off: worth another try."""


class SlowError(JudgeError):
    """No whole answer in time; another try would hardly be faster."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and body; the body of an error is cut."""

    status: int
    headers: Message
    body: bytes


class Transport:
    """Exchanges with one endpoint. ``close`` cuts those under way."""

    def __init__(self, base: str, key: str, timeout: float) -> None:
        self._base = base.rstrip("/")
        self._key = key
        self._timeout = timeout
        self._lock = Lock()
        self._open: set[_Watch] = set()
        self.closed = False

    @property
    def host(self) -> str:
        """Name and port, for messages."""
        return urlsplit(self._base).netloc

    @property
    def local(self) -> bool:
        """True for this very machine."""
        host = urlsplit(self._base).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    def exchange(self, path: str, payload: Any = None) -> Reply:
        """GET ``path`` below the base, or POST ``payload`` as JSON there.

        Raises :class:`LostError`, :class:`SlowError`, and :class:`~mtqa.judge.RefusedError` for too long a body.
        """
        data = None if payload is None else json.dumps(payload).encode()
        headers = {"User-Agent": f"mtqa/{__version__}", "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"{self._base}{path}", data, headers)  # noqa: S310 - the scheme is checked
        if self._key:
            request.add_unredirected_header("Authorization", f"Bearer {self._key}")
        with self._watched() as watch:
            try:
                reply = _answer(self._opener(watch), request, self._timeout)
            except (OSError, http.client.HTTPException) as error:
                reason = getattr(error, "reason", error)
                if watch.cut or isinstance(reason, TimeoutError):
                    raise self._too_slow() from None
                raise LostError(
                    f"no connection with {self.host}: {self.redacted(str(reason) or type(reason).__name__)}"
                ) from None
        if watch.cut:  # what came is only a part, though it may look whole
            raise self._too_slow()
        return reply

    def _too_slow(self) -> SlowError:
        return SlowError(
            f"{self.host} did not answer within {self._timeout:g} seconds",
            remedy="raise timeout under [judge], or take a faster model",
        )

    def redacted(self, text: str) -> str:
        """Foreign text for a message: one line, short, without the key."""
        hidden = text.replace(self._key, "[key]") if self._key else text
        return " ".join(hidden.split())[:200]

    def holds_key(self, body: bytes) -> bool:
        """True when a server sends the key back."""
        return bool(self._key) and self._key.encode() in body

    def close(self) -> None:
        with self._lock:
            self.closed = True
            for watch in self._open:
                watch.stop()

    @contextmanager
    def _watched(self) -> Iterator[_Watch]:
        watch = _Watch(self._timeout)
        with self._lock:
            if self.closed:
                raise LostError("the run was ended")
            self._open.add(watch)
        try:
            yield watch
        finally:
            watch.end()
            with self._lock:
                self._open.discard(watch)

    def _opener(self, watch: _Watch) -> urllib.request.OpenerDirector:
        handlers: list[Any] = [_NoRedirect(), _Http(watch), _Https(watch, self._tls)]
        if self.local:
            handlers.append(urllib.request.ProxyHandler({}))  # what is on this machine does not pass through a proxy
        return urllib.request.build_opener(*handlers)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def _answer(opener: urllib.request.OpenerDirector, request: urllib.request.Request, timeout: float) -> Reply:
    try:
        with opener.open(request, timeout=timeout) as reply:
            return Reply(reply.status, reply.headers, _whole(reply))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read(_MOST_OF_ERROR))


def _whole(reply: http.client.HTTPResponse) -> bytes:
    """The body; raises :class:`RefusedError` over the limit and ``IncompleteRead`` when it breaks off."""
    announced = reply.length
    if announced is not None and announced > MOST_BYTES:
        raise RefusedError(f"over {MOST_BYTES:,} bytes")
    body = bytearray()
    while piece := reply.read1(_PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            raise RefusedError(f"over {MOST_BYTES:,} bytes")
    if announced is not None and len(body) < announced:
        raise http.client.IncompleteRead(bytes(body), announced - len(body))
    return bytes(body)


class _Watch:
    """Cuts a connection when its time is over."""

    def __init__(self, seconds: float) -> None:
        self._socket: socket.socket | None = None
        self._stopped = False
        self.cut = False
        self._timer = Timer(seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def connected(self, connection: socket.socket) -> None:
        self._socket = connection
        if self._stopped:
            self.stop()

    def _expire(self) -> None:
        self.cut = True
        self.stop()

    def stop(self) -> None:
        """Cut now, or as soon as there is a connection; who reads gets the end of the stream."""
        self._stopped = True
        if self._socket is not None:
            with suppress(OSError):
                # The method of SSLSocket would also drop its TLS state, which another thread is using.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def end(self) -> None:
        self._timer.cancel()


def _factory(kind: type[http.client.HTTPConnection], watch: _Watch) -> Any:
    class Watched(kind):  # type: ignore[valid-type,misc]  # a base that is a parameter
        def connect(self) -> None:
            super().connect()
            watch.connected(self.sock)

    return Watched


class _Http(urllib.request.HTTPHandler):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_factory(http.client.HTTPConnection, self._watch), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, watch: _Watch, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._watch = watch
        self._tls = context

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_factory(http.client.HTTPSConnection, self._watch), req, context=self._tls)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect comes back as the answer that it is."""
