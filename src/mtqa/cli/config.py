"""``mtqa config``: the configuration in force."""

from __future__ import annotations

import click

from mtqa.config import load_config, shown


@click.group()
def config() -> None:
    """Show the configuration in force and where it comes from."""


@config.command()
@click.option("--origin", is_flag=True, help="Say for each value which file and line it comes from.")
def show(origin: bool) -> None:
    """Print every setting as it is in force here."""
    found = load_config()
    click.echo(f"# project root: {found.root}")
    click.echo(f"# file: {found.file or 'none found; defaults'}")
    for key, value, source in shown(found):
        click.echo(f"{key} = {value}" + (f"  # {source}" if origin else ""))
