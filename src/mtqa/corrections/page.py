"""Sheets as one HTML page that works without a network: read, type, click an edit to drop it, save, send it back.

The text is edited in place. A character that a browser would not keep is written as an element that names its code.
"""

from __future__ import annotations

import html
import json
from html.parser import HTMLParser

from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.exchange import Piece, Sheet
from mtqa.errors import Place

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 17px/1.6 Georgia, serif; max-width: 46em; margin: 2em auto; padding: 0 1em; }}
#text {{ white-space: pre-wrap; outline: none; }}
del {{ color: #a00; background: #fee; }} ins {{ color: #060; background: #efe; }}
del.off {{ color: inherit; background: none; text-decoration: none; }} ins.off {{ display: none; }}
[data-code] {{ color: #999; }} header {{ font: 14px/1.4 sans-serif; color: #444; }}
</style></head><body>
<header><p><b>{title}</b></p><p>Type to correct the text. Change green words to correct a correction; double-click red
or green words to drop or restore it. Then <button id="save">save the page</button> and send it back.</p></header>
<div id="text" contenteditable="true" spellcheck="false">{text}</div>
<script type="application/json" id="mtqa">{head}</script>
<script>
document.getElementById("text").addEventListener("dblclick", function (event) {{
  var mark = event.target.closest("[data-edit]");
  if (!mark) return;
  document.querySelectorAll('[data-edit="' + mark.dataset.edit + '"]').forEach(function (part) {{
    part.classList.toggle("off");
  }});
}});
document.getElementById("save").addEventListener("click", function () {{
  var page = new Blob(["<!DOCTYPE html>\\n" + document.documentElement.outerHTML], {{type: "text/html"}});
  var link = document.createElement("a");
  link.href = URL.createObjectURL(page);
  link.download = {file};
  link.click();
}});
</script></body></html>
"""


def write_page(sheet: Sheet) -> str:
    """The page of a sheet."""
    head = json.dumps({"path": sheet.path, "sha256": sheet.source_sha256, "edits": list(sheet.edits)})
    file = json.dumps(sheet.path.rpartition("/")[2] + ".html")
    return _PAGE.format(
        title=_text(sheet.path, plain=True),
        text="".join(_piece(piece) for piece in sheet.pieces),
        head=_in_script(head),
        file=_in_script(file),
    )


def _in_script(source: str) -> str:
    return source.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _piece(piece: Piece) -> str:
    if piece.new is None:
        return _text(piece.old)
    about = f' data-edit="{html.escape(piece.edit)}" title="{_text(piece.note, plain=True)}"'
    return f"<del{about}>{_text(piece.old)}</del><ins{about}>{_text(piece.new)}</ins>"


def _text(text: str, *, plain: bool = False) -> str:
    """Escaped for HTML; with ``plain`` (names, titles) odd characters are only made harmless, not kept."""
    return "".join(
        html.escape(character)
        if character.isprintable() or character == "\n"
        else ("\ufffd" if plain else f'<span data-code="{ord(character):x}">\u2423</span>')
        for character in text
    )


def read_page(text: str, path: str) -> Sheet:
    """Read a saved page back. Raises :class:`CorrectionsError` when it is not one of ours."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    try:
        head = json.loads(reader.head)
        return Sheet(head["path"], head["sha256"], tuple(head["edits"]), tuple(reader.sheet_pieces()))
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise CorrectionsError("not a page that mtqa exported", place=Place(path)) from error


class _Reader(HTMLParser):
    """Collects the text element: plain text, old and new wordings by edit, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.head = ""
        self._found: list[tuple[str, str, bool, list[str]]] = []  # kind, edit id, dropped, text
        self._depth = 0
        self._in_head = False
        self._in_code = 0
        self._open: list[tuple[str, str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script":
            self._in_head = values.get("id") == "mtqa"
        elif not self._depth:
            self._depth = int(values.get("id") == "text")
        elif tag == "br":
            self._add("\n")
        else:
            self._depth += 1
            self._inside(tag, values)

    def _inside(self, tag: str, values: dict[str, str | None]) -> None:
        dropped = "off" in (values.get("class") or "").split()
        if tag in ("div", "p") and self._found:  # what browsers make of the Enter key
            self._add("\n")
        if values.get("data-code"):
            self._add(chr(int(values["data-code"] or "", 16)))
            self._in_code = self._depth
        kind = tag if tag in ("del", "ins") else (self._open[-1][0] if self._open else "")
        name = values.get("data-edit") or (self._open[-1][1] if self._open else "")
        self._open.append((kind, name or "", dropped or bool(self._open and self._open[-1][2])))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_head = False
        elif self._depth and tag != "br":
            if self._in_code == self._depth:
                self._in_code = 0
            self._depth -= 1
            if self._open:
                self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._in_head:
            self.head += data
        elif self._depth and not self._in_code:
            self._add(data)

    def _add(self, text: str) -> None:
        state = self._open[-1] if self._open else ("", "", False)
        if not self._found or self._found[-1][:3] != state:
            self._found.append((*state, []))
        self._found[-1][3].append(text)

    def sheet_pieces(self) -> list[Piece]:
        """Old and new wordings of one edit put together; a dropped edit leaves its old wording as plain text."""
        pieces: list[Piece] = []
        for kind, name, dropped, parts in self._found:
            text = "".join(parts)
            last = pieces[-1] if pieces else None
            if dropped:
                if kind != "ins":
                    pieces.append(Piece(text))
            elif kind == "del":
                pieces.append(Piece(text, "", name))
            elif kind == "ins":
                if last and last.new == "" and last.edit == name and last.old:
                    pieces[-1] = Piece(last.old, text, name)
                else:
                    pieces.append(Piece("", text, name))
            else:
                pieces.append(Piece(text))
        return pieces
