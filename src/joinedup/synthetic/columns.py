"""Small helpers on columns of text: Arrow for distinct values, numpy for everything else. None is a missing cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from joinedup.synthetic.numbers import Text


def by_value(column: Text, function: Callable[[str], str | None]) -> Text:
    """Apply `function` to each distinct text of `column` once; None stays None."""
    coded = pa.array(column, pa.string()).dictionary_encode()
    given = np.array([*(function(text) for text in coded.dictionary.to_pylist()), None], dtype=object)
    return given[coded.indices.fill_null(len(given) - 1).to_numpy(zero_copy_only=False)]


def nothing(count: int) -> Text:
    """A column of missing cells."""
    return np.full(count, None, dtype=object)


def picked(
    rng: np.random.Generator, texts: Sequence[str | None], count: int, shares: Sequence[float] | None = None
) -> Text:
    """A text for each of `count` rows, with the given shares or even ones."""
    weights = None if shares is None else np.array(shares) / np.sum(shares)
    return np.array(texts, dtype=object)[rng.choice(len(texts), size=count, p=weights)]


def present(column: Text) -> np.ndarray:
    """Where a cell is not missing."""
    return np.asarray(column != None)  # noqa: E711  (element by element)


def joined(parts: Sequence[Text], separator: str) -> Text:
    """The parts of each row that are present, with `separator` between them; None where none is."""
    total = parts[0].copy()
    for part in parts[1:]:
        alone, both = ~present(total) & present(part), present(total) & present(part)
        total[alone] = part[alone]
        total[both] = total[both] + separator + part[both]
    return total


def either(condition: np.ndarray, then: Text | str | None, otherwise: Text | str | None) -> Text:
    """`then` where the condition holds and `otherwise` elsewhere, as a column of text; None is a missing cell."""
    choices = [np.asarray(choice, dtype=object) for choice in (then, otherwise)]
    return np.where(condition, *choices).astype(object)


def of_some(rng: np.random.Generator, column: Text, share: float | np.ndarray) -> Text:
    """`column` with each cell kept with probability `share` and missing otherwise."""
    return either(rng.random(len(column)) < share, column, None)
