"""A LanguageTool server that misbehaves in one chosen way; what behaves comes from the real one (test_server)."""

from __future__ import annotations

import json
import ssl
import threading
import time
import urllib.parse
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Fake(ThreadingHTTPServer):
    """``fault`` is what goes wrong with a check; ``texts`` are the texts that were sent.

    ``version`` and ``limit`` are what it says of itself; None: it does not know the question.
    """

    daemon_threads = True
    fault = ""
    version: str | None = "6.8"
    limit: int | None = 100_000
    dies_after = 1_000_000  # checks

    def __init__(self, *, tls: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.texts: list[str] = []
        self.scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: Fake

    def do_GET(self) -> None:
        server = self.server
        if server.fault == "hang at once":
            time.sleep(5)
        if "healthcheck" in self.path:
            self._send(200, b"OK")
        elif "info" in self.path:
            said = json.dumps({"software": {"version": server.version, "buildDate": "today"}})
            self._send(404 if server.version is None else 200, said.encode())
        elif "maxtextlength" in self.path:
            self._send(404 if server.limit is None else 200, str(server.limit).encode())
        else:
            self._send(200, b'[{"name": "English (US)", "code": "en", "longCode": "en-US"}]')

    def do_POST(self) -> None:
        body = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        text = body["text"][0]
        self.server.texts.append(text)
        fault = self.server.fault if len(self.server.texts) <= self.server.dies_after else "500"
        if fault == "hang":
            time.sleep(5)
        elif fault == "busy once":
            self.server.fault = ""
            self._send(429, b"Error: too many requests", {"Retry-After": "0"})
        elif fault == "busy for long":
            self._send(429, b"Error: too many requests", {"Retry-After": "3600"})
        elif fault == "incomplete":
            self._send(200, json.dumps({"matches": [], "warnings": {"incompleteResults": True}}).encode())
        elif fault == "500 in JSON":
            self._send(500, b'{"matches": []}')
        elif fault.isdigit():
            self._send(int(fault), b"Error: something is wrong")
        elif fault == "malformed":
            self._send(200, b'{"matches": [{"offset":')
        elif fault == "shapeless":
            self._send(200, b'{"software": {}}')
        elif fault == "cut":
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 999\r\n\r\n{")
        elif fault == "outside":
            self._answer([match(len(text) + 10, 4)])
        else:
            starts = [i for i in range(len(text)) if text.startswith("a office", i)]
            self._answer([match(len(text[:i].encode("utf-16-le")) // 2, 1) for i in starts])

    def _answer(self, matches: list[dict[str, Any]]) -> None:
        self._send(200, json.dumps({"matches": matches}).encode())

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def match(offset: int, length: int) -> dict[str, Any]:
    """A match as the real server writes it; offsets in UTF-16."""
    return {
        "message": "Use “an”.",
        "shortMessage": "",
        "replacements": [{"value": "an"}],
        "offset": offset,
        "length": length,
        "context": {"text": "a", "offset": 0, "length": length},
        "sentence": "a",
        "type": {"typeName": "Other"},
        "rule": {
            "id": "EN_A_VS_AN",
            "description": "",
            "issueType": "misspelling",
            "category": {"id": "MISC", "name": "Miscellaneous"},
        },
        "ignoreForIncompleteSentence": False,
        "contextForSureMatch": 1,
    }


@contextmanager
def running(*, tls: bool = False) -> Iterator[Fake]:
    server = Fake(tls=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
