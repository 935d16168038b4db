"""Words and pairs of words counted in many texts, as a sparse matrix that a linear ranker reads.

Each term is known by a number of 64 bits made from its bytes, so that a hundred megabytes are counted with arrays
alone; the words themselves are found again in a text that holds them, when a reason is shown. Masked words are taken
out before anything is counted, and no pair is made across the gap they leave.

Weights: 1 + ln(count), times ln((1 + texts) / (1 + texts with the term)) + 1, each text scaled to length 1. Source: G.
Salton and C. Buckley (1988), "Term-weighting approaches in automatic text retrieval", Information Processing and
Management 24(5), 513-523.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from joinedup.review.folding import Folded

BATCH = 1_000_000
"""Bytes counted at once."""

SHORTEST = 2
"""Letters of the shortest word that counts."""

_END = b"\x1e"
_SEED = 20260101


@dataclass(frozen=True)
class Terms:
    """A text a row, a term a column, weights as float32. hashes: of each column's term."""

    matrix: csr_matrix
    hashes: np.ndarray


def terms(texts: Sequence[str], masked: Iterable[str] = (), *, pairs: bool = True, rarest: int = 2) -> Terms:
    """Count words, and pairs of them, in every text. masked: words that must not be counted, in any case.

    pairs: also two words that follow each other. rarest: a term in fewer texts than this is left out, as is one in more
    than nine of ten.
    """
    hidden = _hashes_of(masked)
    rows = [_counted(batch, hidden, pairs) for batch in _batches(texts)]
    sizes, hashes, counts = (np.concatenate(column) for column in zip(*rows, strict=True)) if rows else _NOTHING
    known, column = _numbered(hashes)
    return _weighted(sizes, column, counts, known, rarest)


_NOTHING = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.float32))


def words_of(text: str, masked: Iterable[str] = (), *, pairs: bool = True) -> dict[int, str]:
    """The terms of one text by their numbers: what `Terms.hashes` of it mean, in words."""
    data = _bytes([text])
    found = _tokens(data)
    hidden = np.isin(found.hashes, _hashes_of(masked))
    words = [data[a:b].decode("utf-8", "replace") for a, b in zip(found.starts, found.ends, strict=True)]
    known = {int(h): word for h, word, gone in zip(found.hashes, words, hidden, strict=True) if not gone}
    if pairs:
        both = ~hidden[:-1] & ~hidden[1:] if len(words) > 1 else np.zeros(0, dtype=bool)
        made = _pair(found.hashes[:-1], found.hashes[1:])
        known |= {int(made[at]): f"{words[at]} {words[at + 1]}" for at in np.flatnonzero(both)}
    return known


@dataclass(frozen=True)
class _Tokens:
    hashes: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    sizes = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) // BATCH
    cuts = [0, *(np.flatnonzero(np.diff(sizes)) + 1).tolist(), len(texts)]
    return (texts[first:last] for first, last in itertools.pairwise(cuts) if last > first)


def _counted(texts: Sequence[str], hidden: np.ndarray, pairs: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Terms in each text, then their numbers text by text, then how often each stands there."""
    data = _bytes(texts)
    found = _tokens(data)
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _END[0])
    text = np.searchsorted(ends, found.starts)
    seen = ~_in(found.hashes, hidden)
    numbers, of = [found.hashes[seen]], [text[seen]]
    if pairs:
        both = seen[:-1] & seen[1:] & (text[:-1] == text[1:])
        numbers.append(_pair(found.hashes[:-1][both], found.hashes[1:][both]))
        of.append(text[:-1][both])
    return _once(np.concatenate(numbers), np.concatenate(of), len(texts))


def _once(numbers: np.ndarray, of: np.ndarray, texts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """In order of text and number, so that nothing depends on which texts were counted together."""
    known, place = _numbered(numbers)
    if not len(known):
        return np.zeros(texts, dtype=np.int64), numbers, np.zeros(0, dtype=np.float32)
    keys = np.sort(of * len(known) + place)
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    counts = np.diff(np.r_[first, len(keys)]).astype(np.float32)
    keys = keys[first]
    return np.bincount(keys // len(known), minlength=texts), known[keys % len(known)], counts


def _numbered(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct numbers in order, and the place of each number among them."""
    encoded = pa.array(numbers).dictionary_encode()
    known = encoded.dictionary.to_numpy()
    order = np.argsort(known)
    rank = np.empty(len(known), dtype=np.int64)
    rank[order] = np.arange(len(known))
    return known[order], rank[encoded.indices.to_numpy(zero_copy_only=False)]


def _bytes(texts: Sequence[str]) -> bytes:
    """The texts in lower case, each with an end mark, in UTF-8."""
    plain = [text.lower() if text.isascii() else Folded(text).text for text in texts]
    return "".join(f"{text}\x1e" for text in plain).encode("utf-8", "replace")


def _tokens(data: bytes) -> _Tokens:
    """Words of two letters or more: letters and digits, and every byte of a letter beyond ASCII."""
    letters = np.frombuffer(data, dtype=np.uint8)
    edge = np.flatnonzero(np.diff(_WORD[letters].view(np.int8), prepend=0, append=0))
    starts, ends = edge[::2], edge[1::2]
    long = ends - starts >= SHORTEST
    starts, ends = starts[long], ends[long]
    powers, undone = _powers(1 << max(len(data), BATCH).bit_length())
    with np.errstate(over="ignore"):
        sums = np.r_[np.uint64(0), np.cumsum(_VALUES[letters] * powers[: len(letters)], dtype=np.uint64)]
        return _Tokens(_mixed((sums[ends] - sums[starts]) * undone[starts]), starts, ends)


def _is_word(byte: int) -> bool:
    return byte >= 0x80 or chr(byte).isalnum() or byte == ord("_")


_WORD = np.array([_is_word(byte) for byte in range(256)])
_VALUES = np.random.default_rng(_SEED).integers(1, 2**64 - 1, size=256, dtype=np.uint64)
_STEP = 0x9E3779B97F4A7C15
_BACK = pow(_STEP, -1, 2**64)


@functools.lru_cache(maxsize=1)
def _powers(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Powers of the step and of its inverse modulo 2^64."""
    with np.errstate(over="ignore"):
        forth, back = (
            np.r_[np.uint64(1), np.cumprod(np.full(size - 1, base, dtype=np.uint64), dtype=np.uint64)]
            for base in (_STEP, _BACK)
        )
    return forth, back


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Spread over all bits. Source: the finaliser of MurmurHash3 (A. Appleby, public domain)."""
    with np.errstate(over="ignore"):
        numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        return numbers ^ (numbers >> np.uint64(33))


def _pair(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return _mixed(first * np.uint64(3) + (second ^ np.uint64(_STEP)))


def _hashes_of(words: Iterable[str]) -> np.ndarray:
    """Of every word in some texts, once each."""
    return np.unique(_tokens(_bytes(sorted(set(words)))).hashes)


def _in(numbers: np.ndarray, some: np.ndarray) -> np.ndarray:
    if not len(some):
        return np.zeros(len(numbers), dtype=bool)
    return np.asarray(pc.is_in(pa.array(numbers), value_set=pa.array(some)).to_numpy(zero_copy_only=False))


def _weighted(sizes: np.ndarray, column: np.ndarray, counts: np.ndarray, hashes: np.ndarray, rarest: int) -> Terms:
    texts = len(sizes)
    within = np.bincount(column, minlength=len(hashes))
    kept = (within >= rarest) & (within <= 0.9 * max(texts, 10))
    place = np.cumsum(kept) - 1
    wanted = kept[column]
    row = np.repeat(np.arange(texts, dtype=np.int32), sizes)[wanted]
    column = place[column[wanted]].astype(np.int32)
    rarity = (np.log((1 + texts) / (1 + within[kept])) + 1).astype(np.float32)
    weights = (1 + np.log(counts[wanted])) * rarity[column]
    length = np.sqrt(np.bincount(row, weights * weights, minlength=texts)).astype(np.float32)
    weights /= length[row]
    ends = np.r_[0, np.cumsum(np.bincount(row, minlength=texts))]
    matrix = csr_matrix((weights, column, ends.astype(np.int32)), shape=(texts, int(kept.sum())))
    return Terms(matrix, hashes[kept])
