"""Is a word romanised Chinese? An automaton of the syllables of Hanyu Pinyin, run over the whole word."""

from __future__ import annotations

import re
from functools import lru_cache

_FINALS = {
    "": "a ai an ang ao e ei en eng er o ou yi ya yo ye yao you yan yin yang ying yong wu wa wo wai wei wan wen wang"
    " weng yu yue yuan yun",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ve ue",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve ue",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())


@lru_cache(maxsize=1)
def _automaton() -> re.Pattern[str]:
    longest_first = sorted(SYLLABLES, key=lambda syllable: (-len(syllable), syllable))
    return re.compile(f"(?:(?:{'|'.join(longest_first)})'?)+r?", re.IGNORECASE)


@lru_cache(maxsize=1 << 14)
def is_pinyin(word: str) -> bool:
    """True when the whole of ``word`` is pinyin syllables ("Ganjingzi", "Xi'an"); English words may be, too."""
    return len(word) <= 40 and _automaton().fullmatch(word.replace("’", "'")) is not None
