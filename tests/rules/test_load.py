"""Every refusal of the loader names the file and the line; what it accepts is what the file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mtqa.errors import RuleError
from mtqa.finding import Layer, Safety, Severity
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.rules.load import RuleSet

EXISTENCE = """\
id: term.x
message: m
mqm: terminology/wrong-term
kind: existence
pattern: mass staffs?
bad:
  - the mass staff
  - a mass staff
good:
  - the staff
  - en masse
"""
TERMS = """\
id: term.t
message: "{match}: {good}"
mqm: terminology/wrong-term
kind: terms
rows:
  - key: one
    bad: [mass staff]
    good: [workers]
    hit: [the mass staff]
    miss: [the staff]
"""
BLOCK = """\
id: boilerplate.b
message: m
mqm: design/markup
kind: block
options: {position: after, max_words: 4, max_lines: 4, safety: safe}
bad: [a, b]
good: [c, d]
"""


RECURRENCE = """\
id: boilerplate.r
message: m {evidence}
mqm: design/markup
kind: recurrence
options: {max_words: 12, min_articles: 3}
bad: [a, b]
good: [c, d]
"""


def rules_in(folder: Path, **files: str | bytes) -> RuleSet:
    """Load a rules folder of ``family__name="text"`` files."""
    for name, text in files.items():
        file = folder / f"{name.replace('__', '/')}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_rules(folder)


def refusal(folder: Path, **files: str | bytes) -> str:
    """The error, without the folder's own path."""
    with pytest.raises(RuleError) as caught:
        rules_in(folder, **files)
    return str(caught.value).replace(f"{folder}/", "")


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: term.x", "id: term.y", "term/x.yaml:1: id 'term.y' does not equal the path, which says 'term.x'"),
        ("kind: existence", "kind: exists", "term/x.yaml:4: Invalid enum value 'exists'"),
        ("kind: existence\n", "", "term/x.yaml:1: Object missing required field `kind`"),
        ("good:\n", "goood: []\ngood:\n", "term/x.yaml:9: Object contains unknown field `goood`"),
        ("mqm: terminology/wrong-term", "mqm: 7", "term/x.yaml:3: Expected `str`, got `int`"),
        ("  - a mass staff\n", "  - no\n", "term/x.yaml:8: Expected `str | object`, got `bool`"),
        ("  - a mass staff\n", "  - {text: a, fix: b}\n", "term/x.yaml:8: Object contains unknown field `fix`"),
        (
            "  - a mass staff\n",
            "",
            "term/x.yaml:6: needs at least 2 examples that must be found and 2 that must not, has 1",
        ),
        ("  - en masse\n", "", "term/x.yaml:6: needs at least 2 examples"),
        ("pattern: mass staffs?\n", "", "term/x.yaml:4: a rule of kind existence needs a pattern"),
        ("mass staffs?", "mass (staff", "term/x.yaml:5: not a regular expression: missing )"),
        ("mass staffs?", "mass)(staff", "term/x.yaml:5: not a regular expression: unbalanced"),
        ("mass staffs?", "a{99999999999}", "term/x.yaml:5: not a regular expression"),
        ("mass staffs?", "(mass)?", "term/x.yaml:5: matches the empty string"),
        ("mass staffs?", "(?:s+)+", "term/x.yaml:5: one text can match in far too many ways"),
        ("mass staffs?", "mass.*", "term/x.yaml:5: an unbounded repeat can run across the whole line"),
        ("mass staffs?", "mass {{staff}}", "term/x.yaml:5: undefined fragment {{staff}}"),
        ("good:\n", "unless: '(a'\ngood:\n", "term/x.yaml:9: not a regular expression"),
        ("good:\n", "when: '(a'\ngood:\n", "term/x.yaml:9: not a regular expression"),
        ("good:\n", "context: [mars]\ngood:\n", "term/x.yaml:9: unknown context 'mars'"),
        (
            "good:\n",
            "rows: [{key: a, bad: [b], hit: [b], miss: [c]}]\ngood:\n",
            "term/x.yaml:9: a rule of kind existence has",
        ),
        ("good:\n", "options: {a: 1}\ngood:\n", "term/x.yaml:9: a rule of kind existence has no use for 'options'"),
        ("good:\n", "patterns: [a]\ngood:\n", "term/x.yaml:9: a rule has either a pattern or patterns"),
        (
            "good:\n",
            "fix: {replace: ['\\1']}\ngood:\n",
            "term/x.yaml:9: the replacement '\\\\1' does not fit the pattern: invalid",
        ),
        ("good:\n", "fix: {replace: ['\\g<p>']}\ngood:\n", "term/x.yaml:9: the replacement '\\\\g<p>' does not fit"),
        (
            "good:\n",
            "fix: {replace: ['\\d']}\ngood:\n",
            "term/x.yaml:9: the replacement '\\\\d' does not fit the pattern: bad esc",
        ),
        ("good:\n", "fix: {replace: [x], delete: line}\ngood:\n", "term/x.yaml:9: a fix either deletes or replaces"),
        ("good:\n", "fix: {safety: sure}\ngood:\n", "term/x.yaml:9: Invalid enum value 'sure'"),
        ("pattern: mass staffs?", "patterns: [mass, '(s']", "term/x.yaml:5: not a regular expression"),
        ("pattern: mass staffs?", "patterns:\n- mass\n- '(s)\\1'", "term/x.yaml:7: a back-reference by number counts"),
        (
            "pattern: mass staffs?",
            "patterns:\n- mass\n- '\\s+\\s+'",
            "term/x.yaml:7: two unbounded repeats side by side",
        ),
        (
            "pattern: mass staffs?",
            "patterns: ['(?P<f>a)', '(?P<f>b)']",
            "term/x.yaml:5: not a regular expression: redefinition",
        ),
        ("message: m\n", "message: m\nmessage: n\n", "term/x.yaml:3: not YAML: the key 'message' is written twice"),
        ("bad:\n", "bad:\n  - {text: a, text: b}\n", "term/x.yaml:7: not YAML: the key 'text' is written twice"),
        ("message: m\n", "message: [m\n", "term/x.yaml:3: not YAML"),
        ("message: m\n", "message: 2026-99-99\n", "term/x.yaml: not YAML: month must be in 1..12"),
        ("message: m\n", "message: \x07\n", "term/x.yaml:2: not YAML"),
    ],
)
def test_refuses(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert refusal(tmp_path, term__x=changed(EXISTENCE, old, new)).startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("key: one", "key: One", "term/t.yaml:6: key 'One' is not lower-case words joined by hyphens"),
        ("    bad: [mass staff]\n", "", "term/t.yaml:6: a row has either bad forms or a pattern"),
        ("    good: [w", "    pattern: mass\n    good: [w", "term/t.yaml:6: a row has either bad forms or a pattern"),
        ("bad: [mass staff]", "pattern: mass (staff", "term/t.yaml:7: not a regular expression"),
        ("bad: [mass staff]", "bad: [mass staff, ' ']", "term/t.yaml:7: matches the empty string"),
        ("bad: [mass staff]", "pattern: (mass) staff\n    context: [mars]", "term/t.yaml:8: unknown context 'mars'"),
        ("bad: [mass staff]", "pattern: mass staff\n    unless: '('", "term/t.yaml:8: not a regular expression"),
        (
            "bad: [mass staff]\n    good: [workers]",
            "pattern: mass\n    good: ['\\1']",
            "term/t.yaml:8: the replacement",
        ),
        ("hit: [the mass staff]", "hit: []", "term/t.yaml:9: needs at least 1 examples"),
        ("    miss: [the staff]\n", "", "term/t.yaml:6: Object missing required field `miss`"),
        ("    miss:", "    mis: []\n    miss:", "term/t.yaml:10: Object contains unknown field `mis`"),
        ("rows:", "pattern: x\nrows:", "term/t.yaml:5: a rule of kind terms has no use for 'pattern'"),
        ("rows:", "fix: {delete: line}\nrows:", "term/t.yaml:5: a rule of kind terms has no use for 'fix'"),
        ("rows:", "scope: sentence\nrows:", "term/t.yaml:5: a rule of kind terms is matched against lines"),
        (TERMS[TERMS.index("rows:") :], "rows: []\n", "term/t.yaml:4: a rule of kind terms needs rows"),
        ("rows:", "bad: [x]\nrows:", "term/t.yaml:5: needs at least 2 examples"),
    ],
)
def test_refuses_rows(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert refusal(tmp_path, term__t=changed(TERMS, old, new)).startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("position: after, ", "", "boilerplate/b.yaml:5: options of a block rule need a position"),
        ("position: after", "position: before", "boilerplate/b.yaml:5: options of a block rule need a position"),
        ("max_words: 4, ", "", "boilerplate/b.yaml:5: options of a block rule need max_words"),
        ("max_lines: 4", "max_lines: yes", "boilerplate/b.yaml:5: options of a block rule need max_lines"),
        ("max_lines: 4", "max_lines: 4, most: 3", "boilerplate/b.yaml:5: unknown option 'most'"),
    ],
)
def test_refuses_block_options(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert refusal(tmp_path, boilerplate__b=changed(BLOCK, old, new)).startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("max_words: 12, ", "", "boilerplate/r.yaml:5: options of a recurrence rule need max_words"),
        ("min_articles: 3", "min_articles: 1", "boilerplate/r.yaml:5: options of a recurrence rule need min_articles"),
        ("min_articles: 3", "min_articles: 3, most: 3", "boilerplate/r.yaml:5: unknown option 'most'"),
        ("min_articles: 3", "min_articles: 3, site: '('", "boilerplate/r.yaml:5: not a regular expression"),
        (
            "bad: [a, b]",
            "max_words: 3\nbad: [a, b]",
            "boilerplate/r.yaml:6: max_words, a number from 1, is for patterns",
        ),
    ],
)
def test_refuses_recurrence_options(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert refusal(tmp_path, boilerplate__r=changed(RECURRENCE, old, new)).startswith(message)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("max_words: 0", "max_words, a number from 1"),
        ("scope: sentence\nmax_words: 3", "max_words, a number from 1, is for patterns that are matched against lines"),
        ("among: [x]", "a rule of kind existence has no use for 'among'"),
    ],
)
def test_refuses_gates_and_corpora_where_they_mean_nothing(tmp_path: Path, more: str, message: str) -> None:
    assert message in refusal(tmp_path, term__x=EXISTENCE.replace("bad:", f"{more}\nbad:", 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "term/x.yaml:1: Expected `object`, got `null`"),
        (b"# nothing\n", "term/x.yaml:1: Expected `object`, got `null`"),
        (b"- a\n- b\n", "term/x.yaml:1: Expected `object`, got `array`"),
        (b"text", "term/x.yaml:1: Expected `object`, got `str`"),
        (b"a: 1\n---\nb: 2\n", "term/x.yaml:2: not YAML"),
        (b"id: term.x\nmessage: \xff\n", "term/x.yaml:2: not UTF-8 at byte offset 20"),
        (b"? [a]\n: b\n", "term/x.yaml:1: "),
        (b"!!python/object:os.system x", "term/x.yaml:1: not YAML: could not determine a constructor"),
        (b"&a [*b]", "term/x.yaml:1: not YAML"),
    ],
)
def test_refuses_files(tmp_path: Path, text: bytes, message: str) -> None:
    assert refusal(tmp_path, term__x=text).startswith(message)


@pytest.mark.parametrize(
    ("definitions", "message"),
    [
        ("contexts:\n  mars:\n    pattern: '(a'\n", "definitions.yaml:3: not a regular expression"),
        ("contexts:\n  mars:\n    pattern: 'a?'\n", "definitions.yaml:3: matches the empty string"),
        ("contexts:\n  mars:\n    pattern: '{{x}}'\n", "definitions.yaml:3: undefined fragment {{x}}"),
        ("contexts:\n  mars: {pattern: a, least: 2}\n", "definitions.yaml:"),
        (
            "define: {a: '{{b}}x', b: '{{a}}x'}\ncontexts: {m: {pattern: '{{a}}'}}\n",
            "definitions.yaml:2: fragments refer",
        ),
        ("defines: {}\n", "definitions.yaml:1: Object contains unknown field `defines`"),
        ("define: {a: x, a: y}\n", "definitions.yaml:1: not YAML: the key 'a' is written twice"),
    ],
)
def test_refuses_definitions(tmp_path: Path, definitions: str, message: str) -> None:
    assert refusal(tmp_path, definitions=definitions, term__x=EXISTENCE).startswith(message)


# -- ids


def test_refuses_ids_used_twice(tmp_path: Path) -> None:
    two_rows = TERMS + TERMS[TERMS.index("  - key") :]
    assert refusal(tmp_path / "a", term__t=two_rows) == "term/t.yaml:11: id 'term.t.one' is also used in term/t.yaml"
    named = changed(EXISTENCE, "id: term.x", "id: term.t.one")
    files = {"term__t": TERMS, "term__t__one": named}
    assert refusal(tmp_path / "b", **files) == "term/t.yaml:6: id 'term.t.one' is also used in term/t/one.yaml"
    alias = EXISTENCE + "aliases: [term.w, term.t]\n"
    assert (
        refusal(tmp_path / "c", term__t=TERMS, term__x=alias)
        == "term/x.yaml:12: id 'term.t' is also used in term/t.yaml"
    )


def test_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no such rules folder"):
        load_rules(tmp_path / "gone")


def test_refuses_a_file_that_would_be_passed_over(tmp_path: Path) -> None:
    (tmp_path / "x.yml").touch()
    with pytest.raises(RuleError, match=r"x\.yml: a rule file's name ends in \.yaml"):
        load_rules(tmp_path)


def test_a_later_folder_replaces_a_rule_of_the_same_id(tmp_path: Path) -> None:
    rules_in(tmp_path / "shipped", term__x=EXISTENCE, term__t=TERMS)
    rules_in(tmp_path / "own", term__x=changed(EXISTENCE, "message: m", "message: own"))
    both = load_rules(tmp_path / "shipped", tmp_path / "own")
    assert [rule.id for rule in both.rules] == ["term.t", "term.x"]
    found = both.find("term.x")
    assert found is not None
    assert found.spec.message == "own"


# -- what is accepted


def test_accepts_a_byte_order_mark_crlf_and_merge_keys(tmp_path: Path) -> None:
    text = "\ufeff" + changed(EXISTENCE, "bad:\n", "define: &d {a: b}\nbad:\n").replace("\n", "\r\n")
    assert rules_in(tmp_path, term__x=text).ids == {"term.x"}
    merged = changed(EXISTENCE, "bad:\n", "define:\n  <<: {a: b}\n  a: c\nbad:\n")
    assert rules_in(tmp_path, term__x=merged).rules[0].spec.define == {"a": "c"}


def test_the_entry_says_what_the_file_says(tmp_path: Path) -> None:
    text = changed(
        EXISTENCE, "good:", "fix: {delete: line, safety: safe}\nseverity: major\nconfidence: low\nzh: 省\ngood:"
    )
    (entry,) = rules_in(tmp_path, term__x=text).entries
    assert (entry.id, entry.severity, entry.confidence, entry.zh) == ("term.x", Severity.MAJOR, 0.6, "省")
    assert (entry.layer, entry.delete, entry.safety) == (Layer.BLOCK, "line", Safety.SAFE)


def test_a_row_overrides_its_file(tmp_path: Path) -> None:
    own = "    miss: [the staff]\n"
    own += "    severity: critical\n    mqm: a/b\n    confidence: low\n    message: n\n    case: true\n"
    (entry,) = rules_in(tmp_path, term__t=changed(TERMS, "    miss: [the staff]\n", own)).entries
    assert (entry.id, entry.severity, entry.mqm, entry.confidence) == ("term.t.one", Severity.CRITICAL, "a/b", 0.6)
    assert entry.message == "n"
    assert not entry.pattern.startswith("(?i")


def test_digest_changes_with_every_file(tmp_path: Path) -> None:
    digests = [
        rules_in(tmp_path, term__x=EXISTENCE).digest,
        rules_in(tmp_path, term__x=EXISTENCE + "# more\n").digest,
        rules_in(tmp_path, term__t=TERMS).digest,
        rules_in(tmp_path, definitions="define: {a: b}\n").digest,
        rules_in(tmp_path, definitions="contexts: {a: {pattern: b}}\n").digest,
        rules_in(tmp_path, definitions="contexts: {a: {pattern: b, at_least: 2}}\n").digest,
    ]
    assert len(set(digests)) == len(digests)
    assert rules_in(tmp_path).digest == digests[-1]


def test_find_knows_ids_rows_and_aliases(tmp_path: Path) -> None:
    rules = rules_in(tmp_path, term__t=TERMS + "aliases: [term.old]\n", term__x=EXISTENCE)
    assert [getattr(rules.find(name), "id", None) for name in ("term.t", "term.t.one", "term.old", "term.none")] == [
        *("term.t", "term.t", "term.t"),
        None,
    ]
    assert rules.ids == {"term.t", "term.t.one", "term.x"}


def test_the_shipped_rules_load_and_build() -> None:
    rules = load_rules(shipped_rules())
    assert len(rules.ids) >= len(rules.entries)
    Linter(rules)
