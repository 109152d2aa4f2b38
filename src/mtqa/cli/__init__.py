"""The command line: it parses, calls and prints. Commands are imported when they are used."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from typing import Any

import click

from mtqa import __version__
from mtqa.errors import MtqaError

# name -> (module with an attribute of that name, help for the overview)
_COMMANDS = {
    "lint": ("mtqa.cli.lint", "Find the faults of articles and say how to mend them."),
    "baseline": ("mtqa.cli.baseline", "Write, prune and look at the baseline of known findings."),
    "review": ("mtqa.cli.review", "Go through findings in the terminal: accept, edit, reject."),
    "lsp": ("mtqa.cli.lsp", "Serve an editor: findings as you read, decisions from there."),
    "learn": ("mtqa.cli.learn", "Propose rules from what a corpus repeats."),
    "metadata": ("mtqa.cli.metadata", "Show what articles say of themselves: title, source, date, names."),
    "release": ("mtqa.cli.release", "Build, verify and compare releases of the cleaned corpus."),
    "patch": ("mtqa.cli.patch", "Corrections: look at, check, carry over and exchange them."),
    "rule": ("mtqa.cli.rule", "List, explain, test and start rules."),
    "config": ("mtqa.cli.config", "Show the configuration in force and where it comes from."),
    "evaluate": ("mtqa.cli.evaluate", "Score the checkers against gold annotations."),
    "languagetool": ("mtqa.cli.languagetool", "Get, start, stop and look at the local LanguageTool server."),
    "doctor": ("mtqa.cli.doctor", "Say what is installed and ready, and what to do about the rest."),
}


class _LazyGroup(click.Group):
    """A group that imports a command only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mtqa")
def cli() -> None:
    """Quality assurance and clean-up of machine-translated articles.

    Exit codes: 0 clean, 1 findings, 2 mtqa could not do its job.
    """


def main(args: list[str] | None = None) -> Any:
    """Run the command line and exit; errors that a user can mend are printed without a traceback."""
    if args is None:  # a process of its own: what it leaves need not be searched for cycles
        atexit.register(gc.freeze)
    try:
        code = cli.main(args, standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except MtqaError as error:
        from mtqa.report.escape import visible

        click.echo(f"error: {visible(str(error))}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader went away, as with `| head`: not our error. Keep Python from complaining at shutdown.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
