"""``mtqa lsp``: the language server, for editors to start."""

from __future__ import annotations

import click

from mtqa.errors import MtqaError


@click.command()
@click.option(
    "--stdio", is_flag=True, expose_value=False, help="Accepted, since editors pass it; there is no other way."
)
@click.option("--by", default="", metavar="NAME", help="Who decides; default: MTQA_EDITOR, then git's user.")
def lsp(by: str) -> None:
    """Serve an editor over standard input and output (docs/editors.md says how to set one up)."""
    try:
        from mtqa.lsp.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise
        raise MtqaError(
            f"the language server needs pygls, and {error.name} is not installed", remedy="pip install 'mtqa[lsp]'"
        ) from error
    serve(by)
