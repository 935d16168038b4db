"""Phrases are found in their place, whatever the spacing, case and marks; no quotation or negation hides one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.review.folding import Folded
from joinedup.review.wording import BATCH, find, marks, phrases
from joinedup.synthetic import wording as invented

LETTERS = st.text(st.sampled_from("aZ  \t\n\r’“”\u00a0\u00ad\u200bİßé.\U0001f600-"), max_size=40)


@given(LETTERS)
@settings(max_examples=500)
def test_every_place_of_a_folded_text_leads_to_the_character_it_came_from(text: str) -> None:
    folded = Folded(text)
    places = [folded.at(place) for place in range(len(folded.text))]
    assert places == sorted(set(places))
    for place, at in enumerate(places):
        alone = Folded(text[at]).text
        assert folded.text[place] == (alone or text[at]), (text, place)
    assert not re.search(r"  |\u200b|\u00ad", folded.text)


def test_a_mark_has_its_words_place_better_wording_and_guidance() -> None:
    text = "Victim is said to be  IN A\nRelationship\u00a0with the suspect."
    (mark,) = marks(text)
    assert (mark.family, mark.words) == ("relationship", "IN A\nRelationship\u00a0with")
    assert text[mark.start : mark.end] == mark.words
    assert "groomed" in mark.better
    assert mark.guidance


@pytest.mark.parametrize("word", ["unconsented", "consentedly", "streetwiser", "xstreetwise"])
def test_only_whole_words_are_marked(word: str) -> None:
    assert marks(f"It says {word} here.") == ()


def test_negation_is_shown_and_never_hides_a_mark() -> None:
    (plain,), (negated,) = marks("She consented."), marks("She did not consent.")
    assert (plain.negated, negated.negated) == (False, True)


def test_a_negation_in_another_sentence_is_none() -> None:
    (mark,) = marks("He was not seen. She consented.")
    assert not mark.negated


@pytest.mark.parametrize("text", ["He said she consented.", "Log reads “she consented” here."])
def test_reported_speech_is_shown_and_never_hides_a_mark(text: str) -> None:
    (mark,) = marks(text)
    assert mark.quoted
    assert mark.words == "consented"
    assert "consented" in mark.context


def test_every_invented_wording_is_marked_and_no_other_invented_sentence_is() -> None:
    unmarked = [text for text in invented.WORDING if not marks(text)]
    marked = [text for text in invented.SENTENCES - set(invented.WORDING) if marks(text)]
    assert (unmarked, marked) == ([], [])


@given(
    st.lists(st.sampled_from(["", "She consented.", "No account taken", "café – streetwise", "Nothing."]), max_size=8)
)
@settings(max_examples=100, deadline=None)
def test_many_texts_at_once_give_what_each_gives_alone(texts: list[str]) -> None:
    together = find(texts)
    rows = list(zip(together.text.tolist(), together.phrase.tolist(), together.negated.tolist(), strict=True))
    alone = [
        (place, number, negated)
        for place, text in enumerate(texts)
        for number, negated in zip(find([text]).phrase.tolist(), find([text]).negated.tolist(), strict=True)
    ]
    assert rows == alone


def test_texts_longer_than_a_batch_are_read_whole() -> None:
    texts = ["x " * BATCH + "She consented.", "Streetwise."]
    assert find(texts).text.tolist() == [0, 1]


def test_every_phrase_is_folded_and_found_and_betters_where_it_marks() -> None:
    for number, one in enumerate(phrases()):
        assert Folded(one.phrase).text == one.phrase
        assert number in find([f"It says: {one.phrase}."]).phrase.tolist()
        assert bool(one.better) == ("mark" in one.use)
