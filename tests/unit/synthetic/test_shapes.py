"""Nothing in the extracts has a shape that is issued in the world: numbers, postcodes, places and words."""

import re

import numpy as np

from joinedup.codes import code_list
from joinedup.synthetic import SENTENCES, numbers
from joinedup.synthetic.styles import CARE, CUSTODY

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
MADE_UP = {"00000000000", "99999999999", "0000"}


def values(town, header, *, kind=None, table="person_records"):
    """Every value under a header, written in any manner, of the systems that have it."""
    found = set()
    for system in (s for s in town.systems if kind in (None, s.kind)):
        extract = town.extract(system, table)
        for name in extract.column_names:
            if re.sub(r"[ _]", "", name).lower() == header.replace(" ", ""):
                found |= set(extract[name].to_pylist())
    return {value for value in found if value and any(mark.isdigit() for mark in value)}


def test_phones_are_of_the_drama_range_or_of_no_range(town):
    digits = set()
    for cell in values(town, "phones"):
        for number in cell.split("/"):
            digits.add(re.sub(r"^\+44 ?", "0", number).replace(" ", ""))
    assert all(re.fullmatch(r"07700900\d{3}|06\d{9}", number) for number in digits - MADE_UP)


def test_postcodes_begin_with_a_letter_that_none_begins_with(town):
    placeholders = {"NF1 1NF", "NF1 1FA", "ZZ99 3VZ", "XX0 0XX"}
    found = values(town, "postcode") | values(town, "postcode", table="crimes")
    assert all(re.fullmatch(r"X[AB]\d{1,2} \d[A-Z]{2}", code) for code in found - placeholders)


def test_pnc_and_cro_numbers_end_in_letters_that_no_check_gives(town):
    pnc, cro = values(town, "pnc id"), values(town, "cro no", kind=CUSTODY)
    assert all(re.fullmatch(r"\d{4}/\d{7}[IOS]", one) for one in pnc)
    assert all(re.fullmatch(r"\d{6}/\d{2}[IOS]", one) for one in cro)
    assert not {one[-1] for one in pnc | cro} & set(CHECK_LETTERS)


def test_nhs_numbers_are_of_the_range_for_tests(town):
    found = values(town, "nhs number", kind=CARE)
    assert found
    for number in found:
        weighted = sum(int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True))
        assert number.startswith("999")
        assert (11 - weighted % 11) % 11 == int(number[9])


def test_number_plates_begin_with_a_letter_that_no_area_has(town):
    vehicles = {value for group in town.truth("groups").to_pylist() for value in group["vehicles"]}
    assert all(re.fullmatch(r"Q[A-Z]\d{2} [A-Z]{3}", plate) for plate in vehicles)


def test_numbers_never_come_twice():
    serials = np.arange(200_000)
    for made in (numbers.phones, numbers.nhs_numbers, numbers.child_ids, numbers.vehicles):
        assert len(set(made(serials))) == len(serials)


def test_mail_goes_nowhere(town):
    mails = {text for text in town.texts().splitlines() if "@" in text and "." in text.split("@")[-1]}
    assert mails
    assert all(mail.endswith("@post.example") for mail in mails)


def test_notes_hold_sentences_of_the_list_and_nothing_else(town):
    written = set()
    for system in (s for s in town.systems if s.name.endswith(("crime", "inquiry", "care"))):
        extract = town.extract(system, "notes")
        text = next(name for name in extract.column_names if name.lower().endswith(("text", "note")))
        written |= {s for note in extract[text].to_pylist() for s in re.findall(r"[^.]+\.", note)}
    assert {sentence.strip() for sentence in written} == SENTENCES


def test_crimes_hold_published_classes_and_every_outcome(town):
    classes, codes = values(town, "ho class", table="crimes"), values(town, "cjs code", table="crimes")
    assert all(code_list("ho-class").translate(one).code for one in classes)
    assert all(code_list("cjs-offence").translate(one).code for one in codes)
    assert values(town, "outcome", table="crimes") == {str(number) for number in range(23)}
