"""What received texts give away: names treated fairly, and made-up values, mixed lists, codes and notes told apart."""

from __future__ import annotations

import random
import time

import pyarrow as pa
import pytest

from joinedup import codes, tables
from joinedup.gate.facts import FACTS
from joinedup.gate.findings import offence_found, value_maps
from joinedup.gate.findings_contacts import AREAS, phones_found, postcode_found
from joinedup.gate.findings_ethnicity import nationalities_found, self_defined_found
from joinedup.gate.findings_names import name_found, names_found
from joinedup.gate.findings_notes import says_open, says_several
from joinedup.synthetic import wording

# Every name is invented, in the manner of many languages.
FAIR = """
Y | Ng | O | Xu | Wu | Å | Eñe | M. | J. R. | B.-A. | St. Vesk | Vesk Jr. | Vesk III | d'Orlu
D’Arvo | O'Hollin | O`Hollin | ʻAlenu | Ta‘ifo | Ngũvira | Ńgọzivu | Nguyễnh Thị Vân Ày
Łukaszuk-Brzęś | Þórvaldin | Ægirsdóttur | Šćepanu | Çağdaşlı | de la Vérane | van der Quill
bin Tariku | al-Hasnawi | Abd al-Vahim | ter Horsk | Ó Cuillín | ní Bhriúin | ap Rhys
Mac Giolla Vesk | Silva e Costela | Puig i Tallow | Gal·la | von Thurn und Taxis | Mary-Jane
Anna-Lena Maria | Prince | Major | King | Dean | Sir | Bishop | Judge | Constable | Sergeant
Master | Lord | Lady | Earl | Duke | Pope | Baron | Baker | Shop | Store | Church | Bank
School | Hall | Stores | Limerick | Street | House | Garage | Baby | Anon | Nil | Nones | None
Aka | Alias | Alias Thomen | Jean Aka Kouavi | Nee | Anna Nee Wilsk | Or | Ben Or Levin | And
Andor | Miss | Kate Miss | Rev | Dr | MS Dhawen | PC Sharmin | DC Pateru | N K | Teste | Testa
Tess | Untung | Cic | Trust | Tapi Trust | Dummett | Other | Known | Kumaru S/O Ravin
Vesk a/l Raman | !Narisen | //Garabis | ǁGarabis | Louis 2nd | Devi | Singh | Kaur | Begum
王小明芳 | 欧阳〇一 | ジャン・ポーロ | 김철수민 | محمد‌علیار | عبد الرحمنو | נחמיהו | נח׳ | Иван-Пётрук | Ґалаґанюк
Γεωργιάδου | कुमारीका | தமிழ்ச்செல்வனு | സുരേഷ്‌കുമാ | สมชาญ | ខេមរិនី | བསྟན་འཛིན | ሰላማዊት
Ḥasanu | Ṣāliḥa | Đorđevu
"""
NAMES = [name.strip() for line in FAIR.strip().splitlines() for name in line.split("|")]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_origin_are_names(name: str) -> None:
    for written in (name, name.upper() if not {"ms", "pc", "dc", "aka"} & set(name.lower().split()) else name):
        assert name_found(written, "forenames") is None
        assert name_found(written, "surname") is None
        assert names_found(written, written) == (None, None)
    assert name_found(f"{name}, Bram", "full") is None


NOT_ONLY_NAMES = {
    "Mr Bram": ["title"],
    "MRS VESK": ["title"],
    "Dr. Ottoline": ["title"],
    "Vesk Mr": ["title"],
    "Miss Prince": ["title"],
    "Vesk 14/2031": ["reference"],
    "PC 1234 Vesk": ["reference"],
    "Mr Vesk CR-20417": ["title", "reference"],
    "Tarrowmere Stores": ["business"],
    "Tarrowmere Taxis Ltd": ["business"],
    "Tarrowmere Convenience Store": ["business"],
    "Vesk & Sons": ["business"],
    "Quill Limited": ["business"],
    "Tarrow Borough Council": ["business"],
    "Bram aka Otto": ["several"],
    "BRAM AKA OTTO": ["several"],
    "Bram / Otto": ["several"],
    "Bram; Otto": ["several"],
    "Bram (Otto)": ["several"],
    'Bram "Otto" Vesk': ["several"],
    "Anna née Vesk": ["several"],
    "Bram and Otto": ["several"],
    "Lim @ Tan": ["several"],
    "Vesk *": ["characters"],
    "Vesk ##": ["characters"],
    "Vesk?": ["characters"],
    "Vesk @": ["characters"],
    "Vesk~": ["characters"],
    "Vesk @, Bram": ["characters"],
    "Vesk_Quill": ["characters"],
    "MÃ¼ller": ["characters"],
    "Unknown": ["placeholder"],
    "unknown male": ["placeholder"],
    "NOT KNOWN": ["placeholder"],
    "XXXX": ["placeholder"],
    "N/K": ["placeholder"],
    "Test": ["test"],
    "Dummy": ["test"],
}


@pytest.mark.parametrize(("text", "found"), NOT_ONLY_NAMES.items())
def test_what_stands_besides_a_name_is_told(text: str, found: list[str]) -> None:
    assert name_found(text, "surname") == found
    assert names_found(text, text) == (None, found)


def test_initials_nk_are_a_forename_and_no_surname() -> None:
    assert names_found("NK", "Vesk") == (None, None)
    assert names_found("Bram", "NK") == (None, ["placeholder"])


def test_a_name_of_nobody_is_seen_over_both_fields() -> None:
    assert names_found("A N", "Other") == (None, ["placeholder"])
    assert names_found("A.N.", "Other") == (None, ["placeholder"])
    assert names_found("Mickey", "Mouse") == (None, ["test"])
    assert names_found(None, None) == (None, None)


def test_a_title_stands_between_the_parts_of_a_full_name() -> None:
    assert names_found("Vesk, Mr Bram", "Vesk, Mr Bram") == (None, ["title"])
    assert names_found("Vesk Miss Ottoline", "Vesk Miss Ottoline") == (None, ["title"])
    assert names_found("Ottoline Miss", "Vesk") == (None, None)


def test_a_full_name_may_have_one_comma_and_a_surname_none() -> None:
    assert names_found("Vesk, Bram", "Vesk, Bram") == (None, None)
    assert names_found("Bram", "Vesk,") == (None, ["characters"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None), ("", None), ("SW1A 2AA", None), ("sw1a2aa", None), ("GY1 1AA", None), ("BF1 2AU", None),
        ("near the park", None), ("XX0 0XX", ["made-up"]), ("AA1 1AA", ["made-up"]), ("ZQ3 4AB", ["made-up"]),
        ("SW1A 2CI", ["made-up"]), ("NF1 1NF", ["placeholder"]), ("nf1 1fa", ["placeholder"]),
        ("ZZ99 3VZ", ["placeholder"]), ("ZZ99 6CZ", ["placeholder"]),
    ],
)  # fmt: skip
def test_postcodes_that_no_letter_reaches(text: str | None, found: list[str] | None) -> None:
    assert postcode_found(text, invented=False) == found


def test_invented_areas_are_right_only_among_invented_records() -> None:
    assert postcode_found("XA1 1AA", invented=True) is None
    assert postcode_found("XA1 1AA", invented=False) == ["made-up"]
    assert postcode_found("XX0 0XX", invented=True) == ["made-up"]
    assert len(AREAS) == 121 + 3 + 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None), ("020 7123 8456", None), ("+44 7911 204618", None), ("0044 (0)7911 204618", None),
        ("0000", ["placeholder"]), ("00000000000", ["placeholder"]), ("99999999999", ["made-up"]),
        ("01234 567890", ["made-up"]), ("07987654321", ["made-up"]), ("07700000000", ["made-up"]),
        ("07911 204618; 204618", ["too-short"]), ("204618", None), ("ask his mother", None),
        ("07911 204618; 0000; 11111111111", ["made-up", "placeholder"]),
    ],
)  # fmt: skip
def test_phones_that_ring_nowhere(text: str | None, found: list[str] | None) -> None:
    assert phones_found(text, invented=False) == found
    assert phones_found(text, invented=True) == found


@pytest.mark.parametrize("number", ["07700 900123", "01632 960456", "020 7946 0123", "+44 7700 900123"])
def test_numbers_kept_for_drama_are_right_only_among_invented_records(number: str) -> None:
    assert phones_found(number, invented=True) is None
    assert phones_found(number, invented=False) == ["made-up"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None), ("W1", None), ("Any other ethnic group", None), ("Prefer not to say", None), ("1", None),
        ("IC3", ["observed"]), ("ic 4", ["observed"]), ("White - North European", ["observed"]),
        ("Asian", ["observed"]), ("Unknown", None), ("Other", None), ("Chinese", None),
        ("XXXX", ["covered"]), ("****", ["covered"]),
        ("[REDACTED]", ["covered"]), ("deleted", ["covered"]), ("ROMA", ["roma"]), ("White: Roma", None),
        ("O1", ["sixteen-plus-one"]), ("14", ["pole-number"]), ("15", ["pole-number"]), ("N1", ["why-given"]),
        ("N2", ["why-given"]), ("N3", None),
    ],
)  # fmt: skip
def test_how_an_ethnicity_was_recorded(text: str | None, found: list[str] | None) -> None:
    assert self_defined_found(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None), ("GBR", None), ("British; Pakistani", None), ("Irish", None), ("Refused", None), ("BANGL", None),
        ("White British", ["ethnicity"]), ("GBR; Asian", ["ethnicity"]), ("A2", ["ethnicity"]), ("IC4", ["ethnicity"]),
        ("ROMA", ["roma"]), ("SCG", ["stale-country"]), ("Yugoslavia; GBR", ["stale-country"]), ("Tarrowmere", None),
    ],
)  # fmt: skip
def test_how_a_nationality_was_recorded(text: str | None, found: list[str] | None) -> None:
    assert nationalities_found(text) == found


def test_no_label_of_a_list_of_nationalities_is_taken_for_an_ethnicity() -> None:
    for name in ("nationality", "nationality-cjs", "nationality-hmpps"):
        for code in codes.code_list(name).codes.values():
            for text in (code.code, code.label):
                assert "ethnicity" not in (nationalities_found(text) or [])


def test_no_label_of_a_list_of_self_defined_ethnicity_is_taken_for_an_officers_view() -> None:
    for name in ("self-defined-ethnicity", "sde-18-plus-1", "sde-16-plus-1", "sde-text", "sde-hmpps", "sde-pole"):
        for code in codes.code_list(name).codes.values():
            for text in (code.code, code.label):
                assert "observed" not in (self_defined_found(text) or [])


@pytest.mark.parametrize(
    ("cjs_code", "ho_class", "found"),
    [
        (None, None, None),
        ("SX03025", "022/06", ["sexual", "against-child", "penetrative", "adult-offender"]),
        ("SX03025", "019/07", ["sexual", "against-child", "penetrative", "adult-offender", "class-differs"]),
        ("SX03025", "022/00", ["sexual", "against-child", "penetrative", "adult-offender", "subclass-unknown"]),
        ("SX03025", "046/00", ["sexual", "against-child", "penetrative", "adult-offender", "class-differs",
                               "subclass-unknown"]),
        ("SX03001A", "019/11", ["sexual", "against-child", "penetrative"]),
        ("SX03001A", "019/07", ["sexual", "against-child", "penetrative"]),
        ("SX03001", "019/11", ["sexual", "against-child", "penetrative", "class-differs"]),
        ("SX03025B", "022/08", ["sexual", "against-child", "penetrative", "adult-offender"]),
        ("SX03025A", "071/09", ["sexual", "against-child", "penetrative", "adult-offender", "class-differs"]),
        ("SX03037", None, ["sexual", "against-child", "penetrative", "under-18-offender"]),
        ("SX03002", "019/08", ["sexual", "penetrative"]),
        ("SX03225", None, ["sexual", "against-child", "exploitation", "adult-offender"]),
        (None, "071/09", ["sexual", "against-child", "exploitation"]),
        (None, "071/16", ["sexual", "against-child"]),
        ("SX03192", "073/07", ["sexual", "against-child", "adult-offender", "published-fault"]),
        ("SX03192", "073/08", ["sexual", "against-child", "adult-offender"]),
        ("SX03192", None, ["sexual", "against-child", "adult-offender", "published-fault"]),
        ("SX03003", "019/09", ["sexual", "against-child", "penetrative"]),
        (None, "049/10", None),
        ("SX99999", "999/99", None),
    ],
)  # fmt: skip
def test_what_code_and_class_say(cjs_code: str | None, ho_class: str | None, found: list[str] | None) -> None:
    assert offence_found(cjs_code, ho_class) == found


@pytest.mark.parametrize(
    ("name", "part", "found"),
    [
        ("MR Bram", "forenames", ["title"]),
        ("DR Bram", "forenames", ["title"]),
        ("MS Bram", "forenames", None),
        ("MR Vesk", "surname", None),
        ("MR Vesk", "full", None),
        ("MR", "forenames", None),
    ],
)
def test_two_capitals_are_a_title_only_before_forenames(name: str, part: str, found: list[str] | None) -> None:
    assert name_found(name, part) == found


def test_the_class_of_every_code_is_its_own() -> None:
    for code in codes.code_list("cjs-offence").codes:
        own = codes.offence(code).ho_class
        assert "class-differs" not in (offence_found(code, own) or [])


def test_the_victims_age_is_the_codes_or_else_the_classs() -> None:
    (crime,) = value_maps(tables.CRIMES, invented=False)
    assert list(crime.function("SX03025", "019/16"))[1:] == [13, 15]
    assert list(crime.function(None, "019/16"))[1:] == [0, 12]
    assert list(crime.function("SX03002", None))[1:] == [16, None]
    assert list(crime.function(None, None)) == [None, None, None]


@pytest.mark.parametrize(
    "text",
    [
        "A second male is mentioned and has not been identified.", "Two males were seen leaving.",
        "Victim says the suspect and his brother were both present.", "The suspect's friends came later.",
        "At least three unknown men involved.", "The other suspects have not been traced.",
        "Co-accused to be arrested.", "She names another adult.", "A group of males is described.",
        "No CCTV, but two males were seen by staff.",
        "Two persons are named in the initial account.", "Suspect denies any involvement and names two other men.",
        "TWO SUSPECTS ARRESTED.", "She was passed between several men.", "An unidentified second suspect drove.",
    ],
)  # fmt: skip
def test_a_note_that_speaks_of_more_than_one_suspect(text: str) -> None:
    assert says_several(text)


@pytest.mark.parametrize(
    "text",
    [
        None, "", "Suspect interviewed under caution and released.", "No second suspect is mentioned in the account.",
        "There is no evidence of a further suspect.", "No other males were present.", "Suspect acted alone.",
        "Without any other suspects the case rests on forensics.", "Two witnesses were spoken to.",
        "Victim has two brothers.", "Second statement taken.", "House to house enquiries completed.",
        "Male suspect arrested at home.", "Two officers attended.",
        "The suspect and the victim are known to each other.",
    ],
)  # fmt: skip
def test_a_note_that_does_not(text: str | None) -> None:
    assert not says_several(text)


@pytest.mark.parametrize(
    "text",
    [
        "Telephone data not yet requested; action outstanding.", "Suspect not interviewed.", "Two actions remain open.",
        "Statement of the second witness not taken.", "The phone is yet to be examined.", "Witness still to be seen.",
        "CCTV was never viewed.", "Line of enquiry has not been followed up.", "Actions outstanding on this case.",
        "Account has not been obtained from the victim.",
    ],
)  # fmt: skip
def test_a_note_that_leaves_something_to_be_done(text: str) -> None:
    assert says_open(text)


@pytest.mark.parametrize(
    "text",
    [
        None, "All actions completed; none outstanding.", "No outstanding actions.", "Nothing remains to be done.",
        "No actions remain open.", "CCTV viewed and statement taken.", "Suspect not identified.",
        "Victim does not support further action.", "There are no lines of enquiry outstanding.",
        "Enquiries with the licensing team are continuing.", "Awaiting statement.",
    ],
)  # fmt: skip
def test_a_note_that_leaves_nothing(text: str | None) -> None:
    assert not says_open(text)


def test_invented_notes_are_read_as_they_are_meant() -> None:
    assert all(map(says_several, wording.SECOND_PERSON))
    assert all(map(says_open, wording.OPEN_ACTION))
    rest = wording.SENTENCES - {*wording.SECOND_PERSON, *wording.OPEN_ACTION}
    assert not any(says_several(text) or says_open(text) for text in rest - {"Child is associating with older males."})


@pytest.mark.parametrize("table", tables.RECORD_TABLES, ids=lambda table: table.name)
def test_maps_read_columns_of_the_table_and_give_facts_of_their_type(table: tables.Table) -> None:
    for one in value_maps(table, invented=True):
        nothing = one.function(*[None for _ in one.columns])
        assert all(column in table for column in one.columns)
        for value, (name, type_) in zip(nothing, one.gives.items(), strict=True):
            assert type_ == FACTS[table.name][name].type
            assert pa.array([value], type_).null_count == (0 if pa.types.is_boolean(type_) else 1)


def test_a_clean_name_is_read_in_few_microseconds() -> None:
    rng = random.Random(7)
    syllables = ["bra", "vel", "mor", "quin", "tar", "ösk", "len", "hav", "rí", "dun"]
    pairs = [
        ("".join(rng.sample(syllables, 3)).title(), "".join(rng.sample(syllables, 3)).title()) for _ in range(20_000)
    ]
    start = time.perf_counter()
    for forenames, surname in pairs:
        names_found(forenames, surname)
    assert (time.perf_counter() - start) / len(pairs) < 20e-6  # 1.5 µs alone; the bar leaves room for a busy machine
