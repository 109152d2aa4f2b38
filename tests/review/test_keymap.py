"""The key map: nothing twice, nothing that terminals take, and what a configuration may say."""

from __future__ import annotations

import pytest

from mtqa.config import load_config
from mtqa.errors import ConfigError, Place
from mtqa.review import keymap as keys
from mtqa.review.keymap import ACTIONS, BROWSE, SELECT, load_keymap
from mtqa.review.screen import ReviewScreen

from .conftest import SEEDS


def test_every_action_has_a_verb_and_every_verb_an_action():
    verbs = {name[3:].replace("_", "-") for name in dir(ReviewScreen) if name.startswith("do_")}
    assert verbs == {action.id for action in ACTIONS}


def test_defaults_do_not_collide_and_are_no_one_elses():
    made = load_keymap({})
    for action in ACTIONS:
        for key in action.keys:
            assert "ctrl" not in key
            assert "alt" not in key
            for mode in action.modes:
                assert made.action(mode, key) == action.id


def test_a_configuration_moves_an_action():
    made = load_keymap({"accept": ["y", "ctrl+y"], "theme": "C"})
    assert made.action(BROWSE, "y") == made.action(BROWSE, "ctrl+y") == "accept"
    assert made.action(BROWSE, "a") is None
    assert made.action(BROWSE, "C") == "theme"
    assert made.action(SELECT, "y") is None


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"accept": "r"}, "'r' is the key of 'reject' already"),
        ({"acept": "y"}, "did you mean 'accept'"),
        ({"accept": "ctrl+b"}, "the prefix of tmux"),
        ({"accept": "ctrl+a"}, "the prefix of screen"),
        ({"accept": "3"}, "takes the candidate"),
        ({"accept": "hyper+q"}, "no key 'hyper\\+q'"),
        ({"undo": "h"}, "'h' is the key of 'left' already"),
    ],
)
def test_what_cannot_be_is_refused(given, problem):
    with pytest.raises(ConfigError, match=problem):
        load_keymap(given, Place("mtqa.toml", 3))


def test_two_actions_may_swap_keys():
    made = load_keymap({"accept": "r", "reject": "a"})
    assert (made.action(BROWSE, "r"), made.action(BROWSE, "a")) == ("accept", "reject")


def test_it_is_read_from_the_configuration(project):
    project.write("mtqa.toml", 'originals = ["seeds"]\n[review]\ntheme = "mono"\n[review.keys]\naccept = ["y"]\n')
    config = load_config(project.root)
    assert config.settings.review.theme == "mono"
    assert load_keymap(config.settings.review.keys).action(BROWSE, "y") == "accept"


def test_a_wrong_theme_is_refused(project):
    with pytest.raises(ConfigError, match="no theme 'pink'"):
        project.app(theme="pink")


def test_hints_fit_a_narrow_screen():
    made = load_keymap({})
    for mode in (BROWSE, SELECT):
        hints = made.hints(mode)
        assert hints
        assert ("?", "help", "help") in hints
    assert keys.show_key("escape") == "esc"


def test_the_documentation_names_every_action():
    text = (SEEDS.parent / "docs" / "review.md").read_text(encoding="utf-8")
    assert [action.id for action in ACTIONS if f"`{action.id}`" not in text] == []
