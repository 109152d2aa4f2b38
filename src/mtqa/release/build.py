"""Build a release: beside its place first, renamed when everything is on the disk.

Nothing half-written ever bears the release's name: a build that fails or is killed leaves at most a hidden folder
``.<name>.part``, which the next build takes up where it was left.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mtqa.corrections.ledger import sync_folder
from mtqa.corrections.store import checked_path
from mtqa.errors import MtqaError, Place
from mtqa.knowledge import Knowledge
from mtqa.release.article import FIELD_FAMILIES, Maker, article_id
from mtqa.release.assemble import DROPPED, Assembly, formats_of
from mtqa.release.libraries import library, models, tools
from mtqa.release.manifest import VERSION, files_of, safe_path
from mtqa.release.order import Pieces, put_in_order
from mtqa.release.piece import PieceStage, orphan, sum_of
from mtqa.release.plan import Planned, find_duplicates, make_plan
from mtqa.release.record import ReleaseError
from mtqa.release.stage import ExecutorName, KnowledgeStage, Stage, on_processes, read_knowledge
from mtqa.release.work import Shard, Work, decoded, read_failures, shards_of
from mtqa.release.write import WriteStage, Written
from mtqa.rules.load import load_rules
from mtqa.settings import Cluster, Review
from mtqa.tables import is_table, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mtqa.config import Config
    from mtqa.linter import Source
    from mtqa.release.manifest import Previous
    from mtqa.rules.load import RuleSet

_UNFINISHED = "release-"


@dataclass(frozen=True)
class Request:
    """What is asked for. ``date`` is that of the release (ISO); ``changelog`` and ``told_previous`` replace the
    changelog that would be written and what it compares with.

    ``formats`` come beside Parquet, which is always written; ``jobs`` 0 means one process per core; ``executor`` runs
    the stages.
    """

    version: str
    to: Path
    formats: tuple[str, ...] = ()
    previous: Path | None = None
    allow_open: bool = False
    drop_duplicates: bool = False
    jobs: int = 1
    shard_size: int = 100_000
    date: str = ""
    changelog: bytes | None = None
    told_previous: Previous | None = None
    executor: ExecutorName = "processes"


@dataclass(frozen=True)
class Built:
    """What came of it: with ``errors``, or with ``blockers`` that were not allowed, there is no release.

    ``blockers`` are the first of ``open_points``.
    """

    release_id: str = ""
    blockers: tuple[str, ...] = ()
    errors: tuple[MtqaError, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    open_points: int = 0


def build(config: Config, sources: Sequence[Source], request: Request) -> Built:
    """Build the release that ``request`` asks for from ``sources``.

    Raises :class:`ReleaseError` when it cannot be started or written, naming what stands in the way.
    """
    from filelock import FileLock, Timeout

    _refuse_impossible(config, request)
    ordered = _in_order(config, sources)
    to = request.to if request.executor == "processes" else request.to.absolute()  # machines have folders of their own
    part = to.parent / f".{to.name}.part"
    try:
        part.mkdir(parents=True, exist_ok=True)
        with FileLock(part / "lock", timeout=0):
            built = _build(config, ordered, request, part)
            if built.release_id:
                shutil.rmtree(part)
            return built
    except Timeout as error:
        raise ReleaseError("another build of this release is running", place=Place(str(part))) from error
    except OSError as error:
        _remove_unfinished(part)
        raise ReleaseError(
            f"the release could not be written: {error.strerror or error}",
            place=Place(str(error.filename or request.to)),
            remedy="nothing was released; make room or the folder writable, and build again",
        ) from error


def release_date() -> str:
    """The date of SOURCE_DATE_EPOCH, or today's, in UTC."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        moment = datetime.fromtimestamp(int(given), UTC) if given else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ReleaseError(f"SOURCE_DATE_EPOCH is no number of seconds: {given!r}") from error
    return moment.date().isoformat()


# -- what must hold before anything is written


def _refuse_impossible(config: Config, request: Request) -> None:
    if not re.fullmatch(VERSION, request.version):
        raise ReleaseError(f"not a version: {request.version!r}", remedy="a version looks like 1.0.0")
    if request.to.exists() or request.to.is_symlink():
        raise ReleaseError(
            "is already there", place=Place(str(request.to)), remedy="releases are never written over; name another"
        )
    target = request.to.resolve()
    for name in (*config.settings.originals, config.settings.corrections):
        if target.is_relative_to((config.root / name).resolve()):
            raise ReleaseError(f"a release cannot live in {name}", place=Place(str(request.to)))
    for name in ("pyarrow.parquet", "rensa", "numpy", *(["zstandard"] if "jsonl.zst" in request.formats else [])):
        library(name)


def _in_order(config: Config, sources: Sequence[Source]) -> list[Source]:
    """The sources by id, tables by name; two of one id, or one that leads out of the project, are refused."""
    folders = config.settings.originals
    found: dict[str, Source] = {}
    for source in sources:
        safe_path(checked_path(source.name).as_posix(), source.name)
        name = source.name if is_table(source.name) else article_id(source.name, folders)
        if name in found:
            raise ReleaseError(
                f"has the same id as {found[name].name}: {name!r}",
                place=Place(source.name),
                remedy="an id is the path below its folder of originals, without the suffix; rename one of them",
            )
        found[name] = source
    return [found[name] for name in sorted(found)]


def _refuse_orphans(maker: Maker, sources: Sequence[Source]) -> None:
    """Corrections of what is no original; whether a table has a row is seen when it is read."""
    known = {source.name for source in sources}
    for path in sorted(maker.decided):
        if path not in known and table_of(path) not in known:
            raise orphan(path, maker.corrections.folder)


# -- the build


def _build(config: Config, sources: Sequence[Source], request: Request, part: Path) -> Built:
    rules = load_rules(*config.rule_folders())
    maker = _maker(config, rules)
    _refuse_orphans(maker, sources)
    shards = shards_of(sources, request.jobs or os.cpu_count() or 1)
    run = _runner(config, request, part)
    maker = _knowing(Work(part, _key(maker, rules, config)), shards, maker, run)
    return _Building(config, request, Work(part, _key(maker, rules, config)), run, len(shards)).build(maker, rules)


def _knowing(work: Work, shards: Sequence[Shard], maker: Maker, run: Callable[[Stage], None]) -> Maker:
    """The maker with what the corpus tells, for which every shard is read once where rules compare documents."""
    work.prepare(shards, maker)
    if maker.linter.compares:
        run(KnowledgeStage(work, len(shards)))
        told = (read_knowledge(work.file("knowledge", number)) for number in range(len(shards)))
        knowledge = Knowledge.of_corpus(one for one in told if one is not None)
        maker = replace(maker, linter=maker.linter.knowing(knowledge), fields=maker.fields.knowing(knowledge))
        work.save_maker(maker)
    return maker


@dataclass(frozen=True)
class _Building:
    """A build under way: ``tasks`` is the number of shards, ``run`` does the work of a stage."""

    config: Config
    request: Request
    work: Work
    run: Callable[[Stage], None]
    tasks: int

    def build(self, maker: Maker, rules: RuleSet) -> Built:
        self.run(PieceStage(self.work, self.tasks))
        if errors := _errors(self.work, self.tasks):
            return Built(errors=errors)
        pieces = Pieces(self.work, self.tasks)
        ordered = put_in_order(self.work, pieces)
        if ordered.errors:
            return Built(errors=tuple(ordered.errors))
        blockers = tuple(ordered.blockers)
        if blockers and not self.request.allow_open:
            return Built(blockers=blockers, open_points=ordered.open_points)
        root = self._root(pieces)
        planned = self._plan(root, pieces)
        written = self._write(root, planned)
        knowledge = maker.linter.knowledge.digest
        assembly = Assembly(root, self.config, self.request, rules.digest, models(maker.linter.rules), knowledge)
        manifest = assembly.finish(planned, written, ordered, pieces)
        _sync(root)
        root.rename(self.request.to)
        sync_folder(self.request.to.parent)
        return Built(manifest.release_id, blockers, counts=manifest.counts, open_points=ordered.open_points)

    def _root(self, pieces: Pieces) -> Path:
        """The folder of the release to be, named by what it is made of: no task of another build writes into it."""
        asked = replace(self.request, to=Path(), jobs=0, executor="processes")
        made_from = [piece.done.digest.encode() for piece in pieces]
        name = f"{_UNFINISHED}{sum_of(self.work.key.encode(), repr(asked).encode(), *made_from)[:16]}"
        _remove_unfinished(self.work.root, but=name)
        root = self.work.root / name
        root.mkdir(exist_ok=True)
        return root

    def _plan(self, root: Path, pieces: Pieces) -> Planned:
        threshold = self.config.settings.release.near_duplicate
        found = find_duplicates(pieces, threshold, drop=self.request.drop_duplicates)
        with (root / DROPPED).open("wb") as dropped:
            planned = make_plan(self.work, pieces, found, self.request.shard_size, dropped)
        if not planned.articles:
            raise ReleaseError("no article is left to release", place=Place(str(self.request.to)))
        return planned

    def _write(self, root: Path, planned: Planned) -> list[Written]:
        language = self.config.settings.release.language
        self.run(WriteStage(self.work, root, planned.files, self.tasks, formats_of(self.request), language))
        written: list[Written] = [decoded(self.work.file("written", one), Written) for one in range(planned.files)]
        if not all(written):
            raise ReleaseError("a file of the release was not written", remedy="run the build again; see its logs")
        return written


def _remove_unfinished(part: Path, but: str = "") -> None:
    for folder in part.glob(f"{_UNFINISHED}*"):
        if folder.name != but:
            shutil.rmtree(folder, ignore_errors=True)


def _errors(work: Work, tasks: int) -> tuple[MtqaError, ...]:
    """What prevented pieces; a piece that is missing without a word is an error as well."""
    errors: list[MtqaError] = []
    for number in range(tasks):
        piece = work.file("pieces", number)
        told = read_failures(piece.with_suffix(".errors"))
        if not told and not (piece / "done").exists():
            name = work.shard(number).files()[0].name
            told = [ReleaseError("was not worked on", place=Place(name), remedy="run the build again; see its logs")]
        errors += told
    return tuple(errors)


def _maker(config: Config, rules: RuleSet) -> Maker:
    from mtqa.linter import Linter
    from mtqa.project import corrections_of
    from mtqa.selection import Selection

    corrections = corrections_of(config)
    longest = config.settings.max_line_length
    linter: Linter = Linter(rules, config.selection, config.overrides, max_line=longest)
    fields = Linter(rules, Selection(select=FIELD_FAMILIES), max_line=longest)
    decided = frozenset(corrections.paths())
    folders = tuple(config.settings.originals)
    return Maker(linter, fields, corrections, config.settings.release, folders, decided)


def _runner(config: Config, request: Request, part: Path) -> Callable[[Stage], None]:
    if request.executor == "processes":
        return on_processes(request.jobs)
    from mtqa.release.cluster import on_cluster

    return on_cluster(request.executor, config.settings.cluster, part / "logs", request.jobs)


def _key(maker: Maker, rules: RuleSet, config: Config) -> str:
    """Names everything but the articles that a piece depends on."""
    plain = msgspec.structs.replace(config.settings, jobs=1, cluster=Cluster(), review=Review())
    settings = msgspec.json.encode(plain, order="deterministic")
    versions = msgspec.json.encode([tools(), models(maker.linter.rules)], order="deterministic")
    digests = f"{rules.digest} {maker.linter.knowledge.digest} ".encode()
    return hashlib.sha256(digests + settings + versions).hexdigest()


def _sync(root: Path) -> None:
    """Everything on the disk before the name is."""
    for name in files_of(root):
        handle = os.open(root / name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    for folder in {(root / name).parent for name in files_of(root)}:
        sync_folder(folder)
