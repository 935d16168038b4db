"""Standard forms: what is kept, what is folded, what is missing with a name. Nothing is guessed."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.sources import standard
from joinedup.sources.source_map import NAME_ORDERS


@pytest.mark.parametrize(
    ("received", "main", "others"),
    [
        ("  Mary-Jane ", "MARY-JANE", []),
        ("Mr. John", "JOHN", []),
        ("DR MRS O’Neill", "O'NEILL", []),
        ("José María", "JOSÉ MARÍA", []),
        ("Bob aka Robert", "BOB", ["ROBERT"]),
        ("Smith / Jones; Brown (Green)", "SMITH", ["JONES", "BROWN", "GREEN"]),
        ("KHAN*** 44/1234/19", "KHAN", []),
        ("Unknown", None, []),
        ("N/K", "N", ["K"]),
        ("Lord", "LORD", []),
        ("Smith (née Jones)", "SMITH", ["JONES"]),
        ("Miss", "MISS", []),
        ("Di Marco", "DI MARCO", []),
        ("Aka", "AKA", []),
        ("Aka Smith", "AKA SMITH", []),
        ("Smith DS", "SMITH", []),
        ("...", None, []),
        ("Al\u200bi\u202e", "ALI", []),
        ("Li", "LI", []),
        (None, None, []),
    ],
)
def test_a_name_loses_titles_and_marks_and_keeps_its_letters(
    received: str | None, main: str | None, others: list[str]
) -> None:
    assert standard.name(received) == standard.Name(main, others)


@pytest.mark.parametrize(
    ("received", "order", "forenames", "surname"),
    [
        ("Smith, Mr John Paul", "surname, forenames", "JOHN PAUL", "SMITH"),
        ("van der Berg, Anna", "surname, forenames", "ANNA", "VAN DER BERG"),
        ("John Paul Smith", "forenames surname", "JOHN PAUL", "SMITH"),
        ("NGUYEN Van An", "surname forenames", "VAN AN", "NGUYEN"),
        ("Mr Smith", "forenames surname", None, "SMITH"),
        ("Cher", "forenames surname", None, "CHER"),
        (None, "forenames surname", None, None),
    ],
)
def test_one_field_is_split_in_the_order_the_map_names(
    received: str | None, order: str, forenames: str | None, surname: str | None
) -> None:
    first, last = standard.full_name(received, order)
    assert (first.main, last.main) == (forenames, surname)


def test_other_names_in_a_full_name_become_aliases() -> None:
    first, last = standard.full_name("John Smith aka Johnny Jones", "forenames surname")
    assert (first, last) == (standard.Name("JOHN", ["JOHNNY JONES"]), standard.Name("SMITH", []))


@pytest.mark.parametrize(
    ("received", "value", "precision", "reason", "unread"),
    [
        ("31/12/1990", dt.date(1990, 12, 31), "day", None, False),
        ("06/1990", dt.date(1990, 6, 1), "month", None, False),
        ("1990", dt.date(1990, 1, 1), "year", None, False),
        ("31/02/1990", None, None, "unmapped", True),
        ("01/01/1900", None, None, "not_recorded", False),
        ("01/01/1970", None, None, "not_recorded", False),
        (None, None, None, "not_recorded", False),
    ],
)
def test_a_birth_date_says_how_exact_it_is_or_why_it_is_missing(
    received: str | None, value: dt.date | None, precision: str | None, reason: str | None, unread: bool
) -> None:
    formats = ("%d/%m/%Y", "%m/%Y", "%Y")
    assert standard.birth_date(received, formats) == standard.BirthDate(value, precision, reason, unread)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("xa11aa", "XA1 1AA"),
        (" XA12 1 AA ", "XA12 1AA"),
        ("NF1 1NF", None),
        ("nf11fa", None),
        ("nowhere", None),
        (None, None),
    ],
)
def test_a_postcode_has_one_space_and_no_fixed_abode_is_missing(received: str | None, expected: str | None) -> None:
    assert standard.postcode(received) == expected


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("07700 900123", "07700900123"),
        ("+44 (0)7700 900123", "07700900123"),
        ("0044-7700-900123", "07700900123"),
        ("0000000000", None),
        ("999", None),
        (None, None),
    ],
)
def test_a_phone_is_its_national_digits(received: str | None, expected: str | None) -> None:
    assert standard.phone(received) == expected


def test_an_identifier_without_a_digit_is_a_word_for_none() -> None:
    assert [standard.identifier(t) for t in ("99/12 a", "NONE", "", None)] == ["99/12A", None, None, None]


@given(st.text(max_size=30))
def test_no_text_breaks_a_standard_form_and_standard_forms_stand(text: str) -> None:
    main = standard.name(text).main
    assert main is None or standard.name(main).main == main
    for order in NAME_ORDERS:
        standard.full_name(text, order)
    for form in (standard.postcode, standard.phone, standard.email, standard.identifier, standard.plain_text):
        once = form(text)
        assert once is None or form(once) == once
    standard.birth_date(text, ("%d/%m/%Y", "%Y"))


@given(st.text(st.characters(categories=("Lu", "Ll", "Lo", "Mn")), min_size=1, max_size=12))
def test_letters_of_every_script_are_kept(text: str) -> None:
    kept = standard.name(text).main
    letters = [c for c in unicodedata.normalize("NFC", text).upper() if c.isalpha()]
    if kept is not None:
        assert [c for c in kept if c.isalpha()] == letters or kept in text.upper()
