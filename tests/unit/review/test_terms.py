"""Words counted with arrays are what scikit-learn counts word by word; and masked words are not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from joinedup.review import terms as module
from joinedup.review.masking import masked
from joinedup.review.terms import terms, words_of

WORDS = st.sampled_from(["child", "case", "nfa", "a", "Suspect", "zoé", "2014", "x_1", "-", "’", "\n", "smith"])
TEXTS = st.lists(st.lists(WORDS, max_size=7).map(" ".join), min_size=1, max_size=9)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_weights_are_those_that_scikit_learn_gives(texts: list[str]) -> None:
    peer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=9 * max(len(texts), 10) // 10)
    try:
        theirs = peer.fit_transform([text.replace("’", "'") for text in texts]).toarray()
    except ValueError:  # no word at all
        assert terms(texts, rarest=1).matrix.nnz == 0
        return
    ours = terms(texts, rarest=1)
    named = {hash_: word for text in texts for hash_, word in words_of(text).items()}
    names = [named[int(one)] for one in ours.hashes]
    assert sorted(names) == sorted(peer.get_feature_names_out())
    order = [names.index(name) for name in peer.get_feature_names_out()]
    assert np.allclose(ours.matrix.toarray()[:, order], theirs, atol=1e-5)


@given(TEXTS, st.integers(5, 60))
@settings(max_examples=60, deadline=None)
def test_it_does_not_matter_which_texts_are_counted_together(texts: list[str], batch: int) -> None:
    whole = terms(texts, rarest=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", batch)
        small = terms(texts, rarest=1)
    assert (whole.hashes == small.hashes).all()
    assert (whole.matrix != small.matrix).nnz == 0


def test_a_masked_word_leaves_no_word_and_no_pair_behind() -> None:
    text = "Mr Smith of Polish origin attended"
    left = set(words_of(text, masked(["SMITH"])).values())
    assert left == {"mr", "of", "origin", "attended", "origin attended"}
    assert len(terms([text], masked(["Smith"]), rarest=1).hashes) == len(left)


def test_a_word_in_one_text_alone_can_be_left_out() -> None:
    texts = ["one two", "one three", *["other words"] * 10]
    assert len(terms(texts, rarest=2, pairs=False).hashes) == len({"one", "other", "words"})
