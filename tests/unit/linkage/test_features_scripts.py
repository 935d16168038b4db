"""Names and addresses in other scripts are compared; what is in Latin letters is folded as it ever was."""

from __future__ import annotations

import datetime as dt
import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.engine import DuckDBEngine
from joinedup.linkage import Linked, LinkSettings, link
from joinedup.linkage.features import _address, folded, house_and_street, records_of
from joinedup.linkage.scripts import consonants, latin, without_article
from joinedup.linkage.variants import double_parts, forename_family, spelling_key
from tests.unit.linkage.invented_people import people, record, table


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Щербаков", "SHCHERBAKOV"),
        ("Олександр Ґалаґан", "OLEKSANDR GALAGAN"),
        ("Παπαδόπουλος", "PAPADOPOYLOS"),
        ("محمد علي", "MHMD LY"),
        ("گلزار چوہدری", "GLZR CHWHDRY"),
        ("רחל כהן", "RHL KHHN"),
        ("রহমান মোহাম্মদ", "RHMAN MOHAMMD"),
        ("પટેલ", "PTEL"),
        ("राजेश", "RAJES"),
        ("李", "LI"),
        ("王小明", "WANGXIAOMING"),
        ("김민수", "GIMMINSU"),
        ("さくら", "SAKURA"),
        ("გიორგი", "GIORGI"),
        ("Ólafur Щербаков", "OLAFUR SHCHERBAKOV"),
        ("Mª José", "MA JOSE"),
        ("٤٢", None),
        ("ع", None),
        ("😀", None),
    ],
)
def test_a_name_in_another_script_is_written_in_plain_letters(text: str, expected: str | None) -> None:
    assert folded(text) == expected


def test_a_letter_in_two_code_points_is_the_letter_in_one() -> None:
    apart = unicodedata.normalize("NFD", "Йосиф Её")
    assert len(apart) > len("Йосиф Её")
    assert folded(apart) == folded("Йосиф Её") == "YOSIF EE"


LETTERS = str.maketrans({"Ø": "O", "Ł": "L", "Đ": "D", "ß": "SS", "Æ": "AE", "Œ": "OE", "Þ": "TH", "İ": "I", "ı": "I"})
LATIN = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.name(c, "").startswith("LATIN ")]
WITH = [*LATIN, *map(chr, range(0x300, 0x370)), *" '’ʼ-–.,0Ａ１\t\n"]


def as_before(text: str) -> str | None:
    """How names were folded when other scripts were dropped; but for small letters that have no capital, as in Mª."""
    decomposed = unicodedata.normalize("NFKD", text.upper().translate(LETTERS))
    kept = "".join(c if c.isascii() and c.isalpha() else " " if c.isspace() else "" for c in decomposed)
    return " ".join(kept.upper().split()) or None


def address_as_before(text: str) -> str | None:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.upper()) if c.isascii()).upper()
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split()) or None


def test_every_latin_letter_is_folded_as_before() -> None:
    assert len(LATIN) > 1_200
    assert [c for c in LATIN if folded(f"A{c}B {c}") != as_before(f"A{c}B {c}")] == []
    assert [c for c in LATIN if _address(f"1 A{c}B {c}") != address_as_before(f"1 A{c}B {c}")] == []


@given(st.text(st.sampled_from(WITH)))
def test_a_text_in_latin_letters_is_folded_as_before(text: str) -> None:
    assert latin(text) == text
    assert folded(text) == as_before(text)
    assert _address(text) == address_as_before(text)


@given(st.text())
def test_whatever_comes_is_folded_to_letters_and_spaces(text: str) -> None:
    found = folded(text)
    assert found is None or re.fullmatch("[A-Z]+( [A-Z]+)*", found)
    assert re.fullmatch("[A-Z]*", consonants(found or "") or "")
    address = _address(text)
    assert address is None or re.fullmatch("[A-Z0-9]+( [A-Z0-9]+)*", address)


@given(st.text() | st.text("BDFGHJKLMNRSTWYZ", max_size=30))
def test_spelling_keys_and_families_are_safe_for_whatever_comes(text: str) -> None:
    """Names without vowels too, as consonants alone are what some scripts write."""
    for name in (text, folded(text) or ""):
        key = spelling_key(name)
        assert re.fullmatch("[A-Z]*", key)
        assert spelling_key(key) == key
        assert all(forename_family(name)) and all(double_parts(name))


@pytest.mark.parametrize(
    ("text", "expected", "keys"),
    [
        ("١٤ شارع", "14 SHR", ["14 SHR"]),
        ("ул. Ленина, д. 7, кв. 12", "UL LENINA D 7 KV 12", ["7 KV"]),
        ("১২ গুলশান", "12 GULSAN", ["12 GULSAN"]),
    ],
)
def test_an_address_in_another_script_is_compared(text: str, expected: str, keys: list[str]) -> None:
    assert _address(text) == expected
    assert house_and_street(expected) == keys


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("محمد", "MUHAMMAD"),
        ("محمد", "MOHAMED"),
        ("حسين", "HUSSEIN"),
        ("فاطمة", "FATIMAH"),
        ("أحمد", "AHMED"),
        ("خالد", "KHALID"),
        ("يوسف", "YOUSSEF"),
        ("الحسن", "HASSAN"),
        ("الحسن", "AL HASSAN"),
        ("דוד", "DAVID"),
        ("כהן", "COHEN"),
        ("પટેલ", "PATEL"),
        ("প্রদীপ", "PRADEEP"),
    ],
)
def test_a_name_without_vowels_has_the_consonants_of_its_latin_spelling(written: str, spelt: str) -> None:
    assert consonants(folded(without_article(written)) or "") == consonants(spelt) is not None


def test_a_name_of_vowels_has_no_consonants() -> None:
    assert consonants("AYO WU") is None
    assert consonants("") is None
    assert consonants("AL") == "L"  # not an article, where there is nothing else


def linked(engine: DuckDBEngine, rows: list[dict[str, Any]]) -> Linked:
    return link(engine, engine.frame(table(rows)), LinkSettings(threshold=3.0))


def levels(found: Linked) -> dict[str, str]:
    (pair,) = found.pairs.to_pylist()
    return {one["comparison"]: one["level"] for one in pair["evidence"]}


BORN = {"dob": dt.date(1990, 4, 5), "dob_precision": "day"}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (("Юлия", "Щербакова"), ("Юлия", "Щербакова"), True),
        (("Юлия", "Щербакова"), ("Юлиа", "Щербакова"), True),
        (("Юлия", "Щербакова"), ("Антон", "Ковальчук"), False),
        (("محمد", "الحسن"), ("محمد", "الحسن"), True),
        (("محمد", "الحسن"), ("خالد", "النجار"), False),
        (("મોહન", "પટેલ"), ("મોહન", "પટેલ"), True),
        (("小明", "李"), ("小明", "李"), True),
        (("小明", "李"), ("国强", "陈"), False),
        (("小明", "李"), ("XIAOMING", "LI"), True),
    ],
)
def test_names_in_other_scripts_join_and_keep_apart(
    engine: DuckDBEngine, one: tuple[str, str], other: tuple[str, str], together: bool
) -> None:
    """All of one birth date, which alone joins nobody."""
    rows = [
        record(f"{system}:1", 1, BORN | {"forenames": first, "surname": last})
        for system, (first, last) in (("a", one), ("b", other))
    ]
    assert (len(set(linked(engine, rows).clusters["person_id"].to_pylist())) == 1) == together


def test_one_name_in_two_scripts_speaks_for_one_person(engine: DuckDBEngine) -> None:
    rows = [
        record("a:1", 1, BORN | {"forenames": "محمد", "surname": "الحسن"}),
        record("b:1", 1, BORN | {"forenames": "MUHAMMAD", "surname": "HASSAN"}),
    ]
    found = levels(linked(engine, rows))
    assert found["forename"] == "same consonants of a forename"
    assert found["surname"] == "same consonants of a surname"


def test_consonants_say_nothing_of_two_names_in_latin_letters(engine: DuckDBEngine) -> None:
    """HASAN and HUSAIN have the same; a third record in another script does not make them one name."""
    postcode = {"postcode": "XA1 1AA"}
    rows = [
        record("a:1", 1, BORN | postcode | {"forenames": "HASAN", "surname": "TURNER"}),
        record("b:1", 2, BORN | postcode | {"forenames": "HUSAIN", "surname": "TURNER"}),
        record("c:1", 3, {"forenames": "محمد", "surname": "النجار"}),
    ]
    assert levels(linked(engine, rows))["forename"] == "different forenames"


def test_a_model_of_names_in_latin_letters_knows_nothing_of_consonants(engine: DuckDBEngine) -> None:
    latin_model = str(link(engine, engine.frame(table(people(30)))).model)
    assert "consonants" not in latin_model
    assert "each_" not in latin_model
    rows = [*people(30), record("x:1", 99, {"forenames": "محمد", "surname": "الحسن"})]
    assert "forename_consonants_l" in str(link(engine, engine.frame(table(rows))).model)


def test_splink_compares_other_scripts_as_we_do(engine: DuckDBEngine) -> None:
    rows = people(40)
    for n, (first, last) in enumerate([("محمد", "الحسن"), ("MUHAMMAD", "HASSAN"), ("MOHAMED", "HASSAN")] * 3):
        rows.append(record(f"x:{n}", 900, {"forenames": first, "surname": last} | BORN))
    frame = engine.frame(table(rows))
    model = {key: value for key, value in link(engine, frame).model.items() if key != "joinedup"}
    ours, theirs = (
        link(engine, frame, LinkSettings(model=model, through=way, threshold=0.0)).pairs for way in ("arrays", "splink")
    )
    assert ours.num_rows > 40
    assert ours.select(["record_id_l", "record_id_r"]).equals(theirs.select(["record_id_l", "record_id_r"]))
    assert ours["match_weight"].to_pylist() == pytest.approx(theirs["match_weight"].to_pylist(), abs=1e-6)


def test_a_birth_place_in_another_script_is_compared_when_it_is_asked_for(engine: DuckDBEngine) -> None:
    rows = [record(f"{n}:1", 1, {"surname": "NOWAK", "birth_place": "Київ"}) for n in "ab"]
    found = records_of(engine, engine.frame(table(rows)), ["birth_place"]).features["birth_place"]
    assert found.values.to_pylist() == ["KIIV"]
    assert found.held == 2
