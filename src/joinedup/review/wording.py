"""Words about children that blame them, each with its place, a better wording and the guidance; and words that say what
was left undone. A mark is a suggestion: the original text is kept as it stands.

Quoted speech and negation are shown with a mark and never hide it: whoever reads decides.

Source of the families: Appropriate Language Guide, The Children's Society and NAPAC, November 2024, after HMICFRS 2023;
`phrases.csv` says of each phrase where its better wording comes from.
"""

from __future__ import annotations

import csv
import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation

from joinedup.review.folding import Folded

VERSION = "1"
"""Version of `phrases.csv`. Change it with every change of a phrase."""

BATCH = 200_000
"""Characters folded and searched at once: notes are short, and each search has its price."""

_BETWEEN = "\n\x1e\n"
_NEGATION = re.compile(r"\b(?:not|never|no|nor|neither|without|cannot|can't|unable|didn't|doesn't|wasn't|isn't)\b")
_SAID = re.compile(r"\b(?:said|says|stated|states|told|tells|replied|reported|reports|claims|claimed|wrote|added)\b")
_SENTENCE_ENDS = ".!?;\x1e"
_REACH = 80
"""How far before a phrase, in characters of its own sentence, a negation or a word of speech is looked for."""


@dataclass(frozen=True)
class Phrase:
    """A phrase of a family. use: `mark` (wording to be bettered), `reason` (may stand as the reason why a case was
    closed), `fact` (says what was done or left undone).
    """

    family: str
    phrase: str
    better: str
    guidance: str
    use: frozenset[str]


@dataclass(frozen=True)
class Mark:
    """A phrase found in a text. start, end: places in the original, end not included. words: the original there.

    negated: a negation stands before it in its sentence. quoted: it stands in quotation marks, or a word such as
    `said` before it. context: the original around it.
    """

    family: str
    start: int
    end: int
    words: str
    better: str
    guidance: str
    negated: bool
    quoted: bool
    context: str


@functools.cache
def phrases() -> tuple[Phrase, ...]:
    """All phrases, the longest first."""
    with (Path(__file__).parent / "phrases.csv").open(encoding="utf-8", newline="") as stream:
        rows = [
            Phrase(r["family"], r["phrase"], r["better"], r["guidance"], frozenset(r["use"].split(";")))
            for r in csv.DictReader(stream)
        ]
    return tuple(sorted(rows, key=lambda one: (-len(one.phrase), one.phrase)))


@functools.cache
def families(use: str) -> tuple[str, ...]:
    """Names of the families that have a use."""
    return tuple(sorted({one.family for one in phrases() if use in one.use}))


@functools.cache
def _searcher() -> AhoCorasick:
    return AhoCorasick([one.phrase for one in phrases()], implementation=Implementation.DFA)


@dataclass(frozen=True)
class Hits:
    """Phrases found in many texts: the number of the text and of the phrase. negated: whether a negation stands before
    it in its sentence; looked for only where the phrase may stand as a reason.
    """

    text: np.ndarray
    phrase: np.ndarray
    negated: np.ndarray


def marks(text: str) -> tuple[Mark, ...]:
    """Every mark on one text, in order. Of phrases that overlap, the longest is given."""
    folded = Folded(text)
    found = sorted(_whole_words(folded.text), key=lambda hit: (hit[1], -hit[2]))
    return tuple(_mark(text, folded, hit) for hit in _longest(found) if "mark" in phrases()[hit[0]].use)


def find(texts: Sequence[str]) -> Hits:
    """Every phrase of every use in many texts, overlapping ones too. Faster by far than `marks`, which shows them."""
    plain = [place for place, text in enumerate(texts) if text.isascii()]
    other = [place for place, text in enumerate(texts) if not text.isascii()]
    found = [_in_batch(texts, batch) for kind in (plain, other) for batch in _batches(texts, kind)]
    columns = np.concatenate([np.empty((3, 0), dtype=np.int64), *found], axis=1)
    columns = columns[:, np.lexsort((columns[1], columns[0]))]
    return Hits(columns[0], columns[1], columns[2].astype(bool))


def _batches(texts: Sequence[str], places: Sequence[int]) -> Iterator[Sequence[int]]:
    """Places of texts, so many at a time that together they are some `BATCH` characters long."""
    sizes = np.cumsum([len(texts[place]) for place in places], dtype=np.int64) // BATCH
    cuts = [0, *(np.flatnonzero(np.diff(sizes)) + 1).tolist(), len(places)]
    return (places[first:last] for first, last in itertools.pairwise(cuts) if last > first)


def _in_batch(texts: Sequence[str], places: Sequence[int]) -> np.ndarray:
    """Text, phrase and whether negated, as three rows, of every hit in some texts."""
    folded = Folded(_BETWEEN.join([texts[place] for place in places])).text
    found = _searcher().find_matches_as_indexes(folded, overlapping=True)
    hits = np.fromiter(itertools.chain.from_iterable(found), dtype=np.int64, count=3 * len(found)).reshape(-1, 3)
    letters = _codes(f" {folded} ")
    hits = hits[~(_WORD[letters[hits[:, 1]]] | _WORD[letters[hits[:, 2] + 1]])]
    number = np.searchsorted(np.flatnonzero(letters == 0x1E), hits[:, 1])
    return np.stack([np.array(places)[number], hits[:, 0], _negated(folded, hits)])


def _codes(text: str) -> np.ndarray:
    """The code of each character; those beyond the first plane as 0xFFFF, which is no letter."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    return np.minimum(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32), 0xFFFF)


_WORD = np.array([chr(code).isalnum() for code in range(0x10000)])
"""Whether a character is part of a word."""


def _negated(folded: str, hits: np.ndarray) -> np.ndarray:
    found = np.zeros(len(hits), dtype=np.int64)
    reasons = [number for number, one in enumerate(phrases()) if "reason" in one.use]
    for place in np.flatnonzero(np.isin(hits[:, 0], reasons)):
        found[place] = _NEGATION.search(_before(folded, int(hits[place, 1]))) is not None
    return found


def _whole_words(folded: str) -> list[tuple[int, int, int]]:
    """Phrase, start and end of every phrase whose both ends are the ends of words."""
    found = _searcher().find_matches_as_indexes(folded, overlapping=True)
    last = len(folded)
    return [
        (phrase, start, end)
        for phrase, start, end in found
        if (end == last or not folded[end].isalnum()) and (not start or not folded[start - 1].isalnum())
    ]


def _longest(found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    until = -1
    for hit in found:
        if hit[1] >= until:
            until = hit[2]
            yield hit


def _before(folded: str, start: int) -> str:
    """The words of the phrase's sentence that stand before it."""
    words = folded[max(0, start - _REACH) : start]
    return words[max(words.rfind(end) for end in _SENTENCE_ENDS) + 1 :]


def _spoken(folded: str, start: int, sentence: str) -> bool:
    return bool(_SAID.search(sentence)) or folded.count('"', 0, start) % 2 == 1


def _mark(text: str, folded: Folded, hit: tuple[int, int, int]) -> Mark:
    number, start, end = hit
    phrase, sentence = phrases()[number], _before(folded.text, start)
    first, last = folded.at(start), folded.at(end - 1) + 1
    return Mark(
        phrase.family, first, last, text[first:last], phrase.better, phrase.guidance,
        bool(_NEGATION.search(sentence)), _spoken(folded.text, start, sentence),
        text[max(0, first - _REACH) : last + _REACH],
    )  # fmt: skip
