"""An OpenAI-compatible server that misbehaves in one chosen way; what behaves comes from a real one (test_model)."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

MODEL = "small"
NO_ERRORS = '{"errors": []}'


class Fake(ThreadingHTTPServer):
    """``content`` makes the answer from what was sent; ``fault`` is what goes wrong, ``times`` how often (-1: always).

    ``requests`` are the bodies that were sent, ``keys`` the Authorization headers.
    """

    daemon_threads = True
    fault = ""
    times = -1
    retry_after = ""
    served = MODEL

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.content: Callable[[str], str] = lambda _: NO_ERRORS
        self.usage: dict[str, int] | None = {"prompt_tokens": 100, "completion_tokens": 20}
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Fake

    def do_GET(self) -> None:
        if self.server.fault == "no-models":
            self._send(404, b'{"detail": "Not Found"}')
        else:
            self._send(200, json.dumps({"object": "list", "data": [{"id": self.server.served}]}).encode())

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(sent)
        self.server.keys.append(self.headers.get("Authorization"))
        fault = self.server.fault if self.server.times else ""
        if fault and self.server.times > 0:
            self.server.times -= 1
        complaint = _complaint(fault, sent)
        if fault.isdigit():
            said = f"key {self.headers.get('Authorization')} is\nwrong"
            self._send(int(fault), json.dumps({"error": {"message": said}}).encode())
        elif complaint:
            self._send(400, json.dumps({"error": {"message": complaint}}).encode())
        elif fault in _RAW:
            _RAW[fault](self)
        else:
            user = sent["messages"][-1]["content"]
            self._send(200, json.dumps(_completion(fault, self.server.content(user), self)).encode())

    def hang(self) -> None:
        self.server.stopped.wait(60)

    def drip(self) -> None:
        """A byte now and then, each in time, for ever."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        while not self.server.stopped.wait(0.05):
            self.wfile.write(b" ")

    def drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Wait: ")
        while not self.server.stopped.wait(0.05):
            self.wfile.write(b"x")

    def endless(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        for _ in range(10_000):
            self.wfile.write(b" " * 10_000)

    def announced(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n{")
        self.wfile.flush()
        self.server.stopped.wait(5)

    def cut(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 999\r\n\r\n{")

    def silent(self) -> None:
        """Hang up without a word."""

    def garbage(self) -> None:
        self.wfile.write(b"220 mail.example.org ESMTP\r\n")

    def malformed(self) -> None:
        self._send(200, b'{"choices": [{"mess')

    def shapeless(self) -> None:
        self._send(200, b'{"object": "list"}')

    def redirect(self) -> None:
        self._send(307, b"", Location=f"{self.server.url}/elsewhere")

    def moved(self) -> None:
        self._send(302, b"", Location=f"{self.server.url}/models")

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if self.server.retry_after:
            self.send_header("Retry-After", self.server.retry_after)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


_RAW: dict[str, Callable[[_Handler], None]] = {
    "hang": _Handler.hang,
    "drip": _Handler.drip,
    "drip-headers": _Handler.drip_headers,
    "endless": _Handler.endless,
    "announced": _Handler.announced,
    "cut": _Handler.cut,
    "silent": _Handler.silent,
    "garbage": _Handler.garbage,
    "malformed": _Handler.malformed,
    "shapeless": _Handler.shapeless,
    "redirect": _Handler.redirect,
    "moved": _Handler.moved,
}


def _complaint(fault: str, sent: dict[str, Any]) -> str:
    """What a server says that does not take some part of a request."""
    shape = sent.get("response_format", {}).get("type", "text")
    taken = {"no-schema": ("json_object", "text"), "no-format": ("text",), "nothing": ()}.get(fault)
    if taken is not None and shape not in taken:
        return f"response_format {shape} is not supported"
    if fault == "new-limit" and "max_tokens" in sent:
        return "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    if fault == "no-seed" and "seed" in sent:
        return "Extra inputs are not permitted: seed"
    if fault == "no-temperature" and "temperature" in sent:
        return "'temperature' does not support 0 with this model"
    return ""


def _completion(fault: str, content: str, handler: _Handler) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    completion: dict[str, Any] = {"object": "chat.completion", "model": handler.server.served, "choices": [choice]}
    if handler.server.usage is not None:
        completion["usage"] = handler.server.usage
    if fault == "length":
        choice["finish_reason"] = "length"
        message["content"] = content[:-3]
    elif fault == "filter":
        choice["finish_reason"] = "content_filter"
    elif fault == "declines":
        message |= {"content": None, "refusal": "I cannot help with that."}
    elif fault == "empty":
        message["content"] = ""
    elif fault == "prose":
        message["content"] = "The passage is fine."
    elif fault == "two":
        completion["choices"] = [choice, choice]
    elif fault == "other-model":
        completion["model"] = "other"
    elif fault == "echo-key":
        message["content"] = str(handler.headers.get("Authorization"))
    elif fault == "slow":
        time.sleep(0.2)
    return completion


def error(quote: str, **values: object) -> dict[str, object]:
    """An error as a good model writes it."""
    return {
        "quote": quote,
        "before": "",
        "category": "accuracy/addition",
        "severity": "major",
        "explanation": "This clause has nothing to do with the rest.",
        "correction": None,
        "confidence": "high",
    } | values


def shown_passage(user: str) -> str:
    """The passage in what the model is shown."""
    found = re.search(r"--- passage (\w+) ---\n(.*)\n--- end of passage \1 ---", user, re.DOTALL)
    assert found, user
    return found[2]


def answer(*errors: dict[str, object]) -> str:
    return json.dumps({"errors": errors})


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Fake]:
    server = Fake(tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
