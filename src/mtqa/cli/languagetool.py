"""``mtqa languagetool``: get, start, stop and look at the local LanguageTool server that all runs share."""

from __future__ import annotations

import click

from mtqa.grammar import EngineError


@click.group()
def languagetool() -> None:
    """Get, start, stop and look at the local LanguageTool server that all runs share."""


@languagetool.command()
def install() -> None:
    """Download LanguageTool (260 MB) to where it is looked for; done once."""
    from mtqa.grammar import server

    server.java()
    try:
        click.echo(f"LanguageTool {server.VERSION} is in {server.home()}")
        return
    except EngineError:
        pass
    try:
        from language_tool_python.download_lt import LocalLanguageTool
    except ImportError as error:
        raise EngineError("its client is not installed", remedy=server.INSTALL) from error
    click.echo(f"getting LanguageTool {server.VERSION} ...", err=True)
    try:
        LocalLanguageTool.from_version_name(server.VERSION).download()
    except Exception as error:
        raise EngineError(
            f"cannot download LanguageTool: {error}",
            remedy="get it from Maven instead, with tools/get_languagetool.sh of mtqa's sources",
        ) from error
    click.echo(f"LanguageTool {server.VERSION} is in {server.home()}")


@languagetool.command()
def start() -> None:
    """Start the server, unless it runs."""
    from mtqa.config import load_config
    from mtqa.grammar import server

    click.echo(server.ensure(load_config().engines().languagetool))


@languagetool.command()
def stop() -> None:
    """Stop the server."""
    from mtqa.grammar import server

    click.echo("stopped" if server.stop() else "it was not running")


@languagetool.command()
def status() -> int:
    """Say whether the server runs, where, and what memory it uses. Exits with 1 when it does not answer."""
    from mtqa.grammar import server

    state = server.read_state()
    if state is None or not server.answers(state.url):
        click.echo("not running")
        return 1
    click.echo(f"{state.url}  process {state.java}, {_memory(state.java)} MiB resident, heap limit {state.memory} MiB")
    return 0


def _memory(process: int) -> str:
    try:
        import psutil

        return f"{psutil.Process(process).memory_info().rss / (1 << 20):.0f}"
    except (ImportError, psutil.Error):
        return "?"
