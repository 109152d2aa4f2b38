"""``mtqa doctor``: what is installed and ready, and what to do about the rest."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

from mtqa import __version__
from mtqa.errors import MtqaError
from mtqa.report.escape import visible

if TYPE_CHECKING:
    from mtqa.grammar import Engines

_ENGINES = ("google-re2", "sentencex", "ftfy", "rapidfuzz", "msgspec", "PyYAML", "rich", "symspellpy", "wordfreq")


@dataclass(frozen=True, slots=True)
class _Check:
    """One thing looked at; ``remedy`` is the exact thing to do when it is not ready.

    What is not ``needed`` by the configuration may be missing.
    """

    name: str
    ready: bool
    detail: str
    remedy: str = ""
    needed: bool = True


@click.command()
def doctor() -> None:
    """Say what is installed and ready, and what to do about the rest. Exits with 2 if something is missing."""
    checks = [
        _python(),
        *(_package(name) for name in _ENGINES),
        _configuration(),
        _rules(),
        _originals(),
        *_grammar(),
        _neural(),
        _judge(),
        _editors(),
    ]
    for check in checks:
        state = "ready  " if check.ready else "MISSING" if check.needed else "unused "
        click.echo(f"{state}  {check.name:<14} {check.detail}")
        if not check.ready and check.remedy:
            click.echo(f"{'':9}{'':<14} -> {check.remedy}")
    sys.exit(0 if all(check.ready or not check.needed for check in checks) else 2)


def _python() -> _Check:
    return _Check("mtqa", True, f"{__version__} on Python {platform.python_version()}")


def _package(name: str) -> _Check:
    try:
        return _Check(name, True, version(name))
    except PackageNotFoundError:
        return _Check(name, False, "not installed", f"python -m pip install {name}")


def _editors() -> _Check:
    try:
        return _Check("pygls", True, f"{version('pygls')}, for mtqa lsp")
    except PackageNotFoundError:
        return _Check("pygls", False, "not installed", "python -m pip install 'mtqa[lsp]'", needed=False)


def _configuration() -> _Check:
    from mtqa.config import load_config

    try:
        found = load_config()
    except MtqaError as error:
        return _Check("configuration", False, error.problem, str(error))
    return _Check("configuration", True, str(found.file or "none found; defaults"))


def _rules() -> _Check:
    from mtqa.config import load_config
    from mtqa.rules.load import load_rules

    try:
        rules = load_rules(*load_config().rule_folders())
    except MtqaError as error:
        return _Check("rules", False, error.problem, str(error))
    return _Check("rules", True, f"{len(rules.rules)} rules, {len(rules.entries)} entries")


def _originals() -> _Check:
    from mtqa.config import load_config
    from mtqa.sources import find_sources

    try:
        config = load_config()
        if not config.settings.originals:
            return _Check("originals", True, "none configured; name paths on the command line")
        return _Check("originals", True, f"{len(find_sources((), config))} articles")
    except MtqaError as error:
        return _Check("originals", False, error.problem, str(error))


def _grammar() -> list[_Check]:
    """The engines: what is configured is needed, the rest may be missing."""
    from mtqa.config import load_config
    from mtqa.grammar import harper

    try:
        config = load_config()
        engines = config.engines()
    except MtqaError as error:
        return [_Check("grammar", False, error.problem, str(error))]
    found = harper.installed()
    needed = "harper" in engines.families
    return [
        _Check("harper", found is not None, f"harper-py {found}" if found else "not installed", harper.INSTALL, needed),
        _languagetool(engines),
    ]


def _neural() -> _Check:
    from mtqa.config import load_config

    try:
        asked = load_config().engines().neural
    except MtqaError as error:
        return _Check("neural", False, error.problem, str(error))
    from mtqa.garble.encoder import digest, located, require

    try:
        require(asked.model)
        return _Check("neural", True, f"model {digest(located(asked.model))}", needed=asked.enabled)
    except MtqaError as error:
        return _Check("neural", False, error.problem, error.remedy, needed=asked.enabled)


def _judge() -> _Check:
    """Whether the judge is configured, and whether its server answers and lists the model; nothing is graded."""
    from mtqa.config import load_config
    from mtqa.judge.client import Client, same_model
    from mtqa.judge.spending import Account

    try:
        config = load_config()
        options, needed = config.judge(), config.settings.judge.enabled
    except MtqaError as error:
        return _Check("judge", False, error.problem, str(error))
    if not (options.url or options.model or needed):
        return _Check("judge", False, "not configured", "see docs/judge.md", needed=False)
    try:
        client = Client(replace(options, timeout=min(options.timeout, 10.0)), Account(options))
        models = client.models()
    except MtqaError as error:
        return _Check("judge", False, visible(error.problem), error.remedy or "start it", needed)
    if not any(same_model(options.model, model) for model in models):
        offered = f"answers, but does not list it; it lists {', '.join(models[:5]) or 'nothing'}"
        return _Check("judge", False, visible(f"{client.name} {offered}"), "set model under [judge]", needed)
    use = "asked by every mtqa lint" if needed else "asked with mtqa lint --judge"
    clear = "; the key is sent without encryption" if options.key_env and client.unencrypted else ""
    return _Check("judge", True, visible(f"{client.name}, {use}{clear}"), needed=needed)


def _languagetool(engines: Engines) -> _Check:
    from mtqa.grammar import server

    needed = "languagetool" in engines.families
    url = engines.languagetool.url
    try:
        version("language-tool-python")
        if url:
            ready = server.answers(url)
            return _Check("languagetool", ready, url if ready else f"{url} does not answer", "start it", needed)
        return _Check("languagetool", True, f"{server.home()}, {server.java()}", needed=needed)
    except PackageNotFoundError:
        return _Check("languagetool", False, "its client is not installed", server.INSTALL, needed)
    except MtqaError as error:
        return _Check("languagetool", False, error.problem, error.remedy, needed)
