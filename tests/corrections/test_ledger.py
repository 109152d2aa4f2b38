"""Nothing acknowledged is ever lost: crashes, two writers, full disks, damaged lines."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mtqa.corrections import choice
from mtqa.corrections.decision import CorrectionsError, Verdict, parse_line
from mtqa.corrections.ledger import read_lines
from mtqa.corrections.lock import locked
from mtqa.corrections.store import Corrections
from mtqa.corrections.verify import verify
from mtqa.document import Document, Span
from mtqa.finding import Edit

from .cases import project

if TYPE_CHECKING:
    import io
    from pathlib import Path

KILLS = int(os.environ.get("MTQA_KILLS", "200"))

DECIDER = """
import sys
from pathlib import Path
from mtqa.corrections.store import Corrections
from mtqa.corrections import choice
from mtqa.document import Span
from mtqa.finding import Edit
root, who, first, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
article = Corrections(root, patience=60).read("seeds/a.txt")
import filelock  # so that what is timed is the deciding
print("ready", flush=True)
for number in range(first, first + count):
    edit = choice.edit(article.document, [Edit(Span(5 * number, 5 * number + 4), "done")], f"{who} {number}")
    print(article.decide(edit, who).id, flush=True)
"""


def words(count: int) -> str:
    return "".join(f"{number:04d}\n" for number in range(count))


def start(root: Path, who: str, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DECIDER, str(root), who, str(first), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def take(corrections: Corrections, number: int, by: str = "Ana") -> str:
    article = corrections.read("seeds/a.txt")
    return article.decide(choice.edit(article.document, [Edit(Span(5 * number, 5 * number + 4), "done")]), by).id


def test_a_decision_is_one_line_with_its_own_id(tmp_path: Path) -> None:
    corrections = project(tmp_path, a="one two\u2028\x9b three")
    article = corrections.read("seeds/a.txt")
    made = article.decide(choice.edit(article.document, [Edit(Span(4, 7), "2\n")], "\x1b[2J why"), "Ana")
    data = corrections.ledger("seeds/a.txt").file.read_bytes()
    assert data.count(b"\n") == 1
    assert data.endswith(b"\n")
    assert all(harmful.encode() not in data for harmful in ("\x1b", "\u2028", "\x9b"))
    assert parse_line(data[:-1]) == made
    fields = json.loads(data)
    assert fields["v"] == 1
    assert fields["span"] == [4, 7]
    assert (fields["before"], fields["old"], fields["new"]) == ("one ", "two", "2\n")
    assert article.corrected().text == "one 2\n\u2028\x9b three"


def test_a_torn_last_line_is_set_aside_and_the_next_decision_stands(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(3))
    first = take(corrections, 0)
    ledger = corrections.ledger("seeds/a.txt")
    torn = ledger.file.read_bytes()[:100]
    with ledger.file.open("ab") as out:
        out.write(torn)
    reading = ledger.read()
    assert [one.id for one in reading.decisions] == [first]
    assert str(reading.problems[0]).startswith("corrections/seeds/a.txt.decisions.jsonl:2: torn last line")
    second = take(corrections, 1)
    assert [one.id for one in ledger.read().decisions] == [first, second]
    assert ledger.read().problems == ()
    assert ledger.file.with_name(ledger.file.name + ".torn").read_bytes() == torn + b"\n"


def test_a_line_torn_at_any_byte_loses_only_itself(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(4))
    first, second = take(corrections, 0), take(corrections, 1)
    ledger = corrections.ledger("seeds/a.txt")
    data = ledger.file.read_bytes()
    line = data.index(b"\n") + 1
    for cut in (*range(line, len(data), 23), len(data) - 2, len(data) - 1):
        ledger.file.write_bytes(data[:cut])
        third = take(corrections, 2)
        kept = [first, second, third] if cut == len(data) - 1 else [first, third]
        assert [one.id for one in ledger.read().decisions] == kept
        assert verify(corrections, "seeds/a.txt") == []


def test_a_whole_last_line_without_its_ending_counts(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(3))
    first = take(corrections, 0)
    ledger = corrections.ledger("seeds/a.txt")
    ledger.file.write_bytes(ledger.file.read_bytes()[:-1])
    second = take(corrections, 1)
    assert [one.id for one in ledger.read().decisions] == [first, second]


def test_a_damaged_line_is_named_and_the_others_count(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(4))
    ids = [take(corrections, number) for number in range(3)]
    ledger = corrections.ledger("seeds/a.txt")
    lines = ledger.file.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b'"done"', b'"gone"')
    ledger.file.write_bytes(b"\n".join(lines))
    patch = corrections.patch_file("seeds/a.txt")[0].read_bytes()
    reading = ledger.read()
    assert [one.id for one in reading.decisions] == [ids[0], ids[2]]
    assert reading.problems[0].place.line == 2
    assert "altered after it was written" in reading.problems[0].message
    article = corrections.read("seeds/a.txt")
    with pytest.raises(CorrectionsError, match="damaged ledger"):
        article.patch()
    take(corrections, 3)  # a decision is never turned away, but no patch is made that lacks what the line said
    assert corrections.patch_file("seeds/a.txt")[0].read_bytes() == patch


def test_the_patch_follows_from_the_ledger_after_a_crash(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(3))
    take(corrections, 0)
    file = corrections.patch_file("seeds/a.txt")[0]
    before = file.read_bytes()
    file.unlink()
    assert corrections.read("seeds/a.txt").rebuild()
    assert file.read_bytes() == before
    assert not corrections.read("seeds/a.txt").rebuild()


def start_fork(corrections: Corrections, first: int) -> tuple[int, int]:
    """A child that decides until it is killed: its process id, and where it acknowledges."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    try:  # the child: nothing of pytest may run in it
        for number in range(first, 4000):
            os.write(writer, take(corrections, number).encode() + b"\n")
    finally:
        os._exit(1)


def test_kill_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(4000))
    take(corrections, 0)  # all is imported now; what is timed is the deciding, in a child as below
    begun = time.perf_counter()
    child, reader = start_fork(corrections, 1)
    with os.fdopen(reader) as pipe:
        for _ in range(5):
            pipe.readline()
        usual = (time.perf_counter() - begun) / 5
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    chance = random.Random(7)
    number = len(corrections.read("seeds/a.txt").reading.decisions)
    total = cut_short = torn = 0
    for _ in range(KILLS):
        child, reader = start_fork(corrections, number)
        time.sleep(chance.uniform(0, 8 * usual))
        os.kill(child, signal.SIGKILL)
        with os.fdopen(reader) as pipe:
            acknowledged = [line.strip() for line in pipe if len(line) == 21]
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        article = corrections.read("seeds/a.txt")
        ids = [one.id for one in article.reading.decisions]
        assert ids[number : number + len(acknowledged)] == acknowledged
        assert not article.damage
        total += len(acknowledged)
        cut_short += len(ids) - number > len(acknowledged)
        torn += bool(article.reading.torn)
        number = len(ids)
        article.rebuild()
        assert article.corrected().text.count("done") == number
        assert verify(corrections, "seeds/a.txt") == []
        if number > 150:  # begin again, so that the test stays fast
            shutil.rmtree(corrections.home)
            take(corrections, 0)
            number = 1
    assert total > KILLS // 4  # the kills came while decisions were being made
    print(f"{KILLS} kills: {total} decisions acknowledged, {cut_short} times one more was written, {torn} torn lines")


def test_two_processes_on_one_article_lose_nothing(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(200))
    children = [start(tmp_path, "Ana", 0, 60), start(tmp_path, "Ben", 60, 60)]
    said = [line.strip() for child in children for line in (child.stdout or ()) if len(line) == 21]
    assert [child.wait() for child in children] == [0, 0]
    article = corrections.read("seeds/a.txt")
    assert len(said) == 120
    assert set(said) == set(article.state.decisions)
    assert not article.reading.problems
    assert article.corrected().text.count("done") == 120
    assert len(article.state.last) == 1  # each knew of all before it
    assert not article.rebuild()
    for child in children:
        if child.stdout:
            child.stdout.close()


def test_the_holder_of_a_lock_is_named_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(3))
    hasty = Corrections(tmp_path, patience=0.05)
    mine = f"another process is writing corrections: process {os.getpid()} on"
    with locked(corrections.home, "corrections", 1), pytest.raises(CorrectionsError, match=mine):
        take(hasty, 0)
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys,time;from pathlib import Path;from mtqa.corrections.lock import locked\n"
         "with locked(Path(sys.argv[1]), 'c', 1): print('held', flush=True); time.sleep(60)", str(corrections.home)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(CorrectionsError, match=f"process {holder.pid}"):
        take(hasty, 0)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    take(hasty, 0)


def test_a_full_disk_is_a_clear_error_and_the_ledger_stays_intact(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(50))
    first = take(corrections, 0)
    ledger = corrections.ledger("seeds/a.txt").file
    before = ledger.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 60, limits[1]))  # room for a part of the next line
    try:
        with pytest.raises(CorrectionsError, match="it is not recorded and the ledger is as it was"):
            take(corrections, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert ledger.read_bytes() == before
    second = take(corrections, 1)
    assert [one.id for one in corrections.ledger("seeds/a.txt").read().decisions] == [first, second]


def test_a_disk_that_fills_up_between_ledger_and_patch_says_that_the_decision_is_recorded(tmp_path: Path) -> None:
    corrections = project(tmp_path, a="word " * 2000)
    article = corrections.read("seeds/a.txt")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, limits[1]))  # the line fits, the patch does not
    try:
        with pytest.raises(CorrectionsError, match="the decision is recorded, but the patch could not be written"):
            article.decide(choice.edit(article.document, [Edit(Span(0, 4), "sword")]), "Ana")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert article.rebuild()
    assert article.corrected().text.startswith("sword word")


def fill(file: io.RawIOBase) -> None:
    while True:
        file.write(b"x" * 512)


def take_all(corrections: Corrections, numbers: range) -> None:
    for number in numbers:
        take(corrections, number)


def mounted(folder: Path, options: str) -> bool:
    folder.mkdir(exist_ok=True)
    tool = shutil.which("mount")
    command = [str(tool), "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return tool is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path):
    folder = tmp_path / "disk"
    if not mounted(folder, "size=64k"):
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_really_full_file_system(small_disk: Path) -> None:
    corrections = project(small_disk, a=words(50))
    take(corrections, 0)
    before = corrections.ledger("seeds/a.txt").file.read_bytes()
    with (small_disk / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
        fill(filler)
    with pytest.raises(CorrectionsError, match="No space left on device") as raised:
        take_all(corrections, range(1, 50))
    assert raised.value.remedy
    (small_disk / "filler").unlink()
    article = corrections.read("seeds/a.txt")
    article.rebuild()
    assert corrections.ledger("seeds/a.txt").file.read_bytes().startswith(before)
    assert article.reading.problems == ()


def test_a_read_only_folder(small_disk: Path) -> None:
    corrections = project(small_disk, a=words(50))
    take(corrections, 0)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(CorrectionsError, match=r"corrections: cannot be written: .*Read-only") as raised:
        take(corrections, 1)
    assert "nothing was recorded" in raised.value.remedy
    assert len(corrections.read("seeds/a.txt").state.decisions) == 1  # reading needs no lock


def test_text_that_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(3))
    article = corrections.read("seeds/a.txt")
    for text in ("\0", "\udc80"):
        with pytest.raises(CorrectionsError, match="is no text"):
            article.decide(choice.edit(article.document, [Edit(Span(0, 1), text)]), "Ana")
        with pytest.raises(CorrectionsError, match="is no text"):
            article.decide(choice.edit(article.document, [Edit(Span(0, 1), "x")], text), "Ana")


def test_wide_encodings_are_refused_and_others_work(tmp_path: Path) -> None:
    corrections = project(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/w.txt").write_bytes("\ufeffone".encode("utf-16-le"))
    article = corrections.read("seeds/w.txt")
    with pytest.raises(CorrectionsError, match="utf-16-le has no lines"):
        article.decide(choice.edit(article.document, [Edit(Span(0, 1), "x")]), "Ana")
    (tmp_path / "seeds/g.txt").write_bytes("工会 one\r\n".encode("gb18030"))
    article = corrections.read("seeds/g.txt", "gb18030")
    article.decide(choice.edit(article.document, [Edit(Span(3, 6), "二")]), "Ana")
    assert article.patch().result == "工会 二\r\n".encode("gb18030")


def test_corrections_never_live_among_originals(tmp_path: Path) -> None:
    with pytest.raises(CorrectionsError, match="cannot live in seeds"):
        Corrections(tmp_path, "seeds/corrections", ("seeds",))
    with pytest.raises(CorrectionsError, match="stay inside"):
        Corrections(tmp_path).ledger("../a.txt")
    with pytest.raises(CorrectionsError, match="stay inside"):
        Corrections(tmp_path).ledger("/etc/passwd")
    with pytest.raises(CorrectionsError, match="not among the originals"):
        project(tmp_path, a="x").read("other/a.txt")


def test_links_lead_nowhere(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=words(3))
    (tmp_path / "corrections").mkdir()
    (tmp_path / "corrections/seeds").symlink_to(tmp_path / "seeds")
    with pytest.raises(CorrectionsError, match="leads out of the folder of corrections"):
        take(corrections, 0)
    (tmp_path / "corrections/seeds").unlink()
    (tmp_path / "corrections/seeds").mkdir()
    (tmp_path / "corrections/seeds/a.txt.decisions.jsonl").symlink_to(tmp_path / "seeds/a.txt")
    with pytest.raises(CorrectionsError, match="leads out of the folder of corrections"):
        take(corrections, 0)
    assert (tmp_path / "seeds/a.txt").read_text() == words(3)


@pytest.mark.parametrize(
    "line",
    [
        b"", b"[]", b"null", b"{}", b'{"v":2}', b'{"v":1}', b"\xff", b"[" * 100_000,
        b'{"v":1,"at":1,"by":"a","verdict":"undo"}', b'{"v":1,"at":"1","by":"a","verdict":"no"}',
        b'{"v":1,"at":"1","by":"a","verdict":"edit","span":[0,3],"old":"ab","before":"","after":""}',
        b'{"v":1,"at":"1","by":"a","verdict":"edit","span":[0],"old":"ab","before":"","after":""}',
        b'{"v":1,"at":"1","by":"a","verdict":"edit","span":[0,2],"old":"ab","before":"","after":"","unique":[]}',
        b'{"v":1,"at":"1","by":"\\ud800","verdict":"undo"}',
    ],
)  # fmt: skip
def test_any_nonsense_is_a_damaged_line(line: bytes) -> None:
    assert "damaged line" in read_lines(line + b"\n", "x").problems[0].message


def test_verdicts_that_hold_back_quote_their_passage(tmp_path: Path) -> None:
    corrections = project(tmp_path, a="one two three")
    article = corrections.read("seeds/a.txt")
    made = article.decide(choice.judge(article.document, Verdict.RETRANSLATE, Span(4, 7), "garbled"), "Ana")
    assert made.changes[0].old == "two"
    assert made.changes[0].new is None
    assert article.patch().data == b""
    assert Document.read(tmp_path / "seeds/a.txt").text == "one two three"
