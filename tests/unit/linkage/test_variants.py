"""Names by nickname, spelling and part: variants meet, different names do not, whatever alphabet they came from."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from joinedup.linkage import variants
from joinedup.linkage.variants import double_parts, forename_family, spelling_key

# Letters that the rules are about come up together far more often than by chance.
PIECES = [
    "A", "E", "I", "O", "U", "Y", "W", "H", "J", "Z", "C", "K", "S", "T", "D", "G", "F", "X", "Q", "N", "R", "L",
    "M", "B", "SZ", "CH", "SCH", "TCH", "PH", "KH", "ZH", "MC", "EI", "IE", "EE", "OO", "OU", "OW", "IJA", "EIGH",
]  # fmt: skip
NAMES = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
SURNAMES = st.lists(NAMES | st.sampled_from(["VAN", "DER", "AL", "BIN", "O", "MC", "UD", "JR"]), max_size=5).map(
    " ".join
)
LETTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@settings(max_examples=1000, deadline=None)
@given(NAMES)
@example("TTCHSCHZHW")
@example("MTCHF")
def test_the_key_of_a_key_is_itself(name: str) -> None:
    assert spelling_key(spelling_key(name)) == spelling_key(name)


@given(st.text())
def test_a_key_is_letters_and_empty_only_for_a_name_without_letters(text: str) -> None:
    held = LETTERS & set(text.upper())
    assert set(spelling_key(text)) <= LETTERS
    assert bool(spelling_key(text)) == bool(held)
    assert bool(forename_family(text)) == bool(held)


@given(NAMES)
def test_every_name_has_a_key_of_letters(name: str) -> None:
    assert bool(spelling_key(name)) == bool(name)
    assert set(spelling_key(name)) <= LETTERS


@given(NAMES.filter(bool), st.data())
def test_a_letter_written_twice_counts_once(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    doubled = name[:place] + name[place] + name[place:]
    assert name[place] in "EO" or spelling_key(doubled) == spelling_key(name)


@given(NAMES, st.lists(st.sampled_from(" -'"), max_size=3))
def test_spaces_and_marks_change_no_key(name: str, marks: list[str]) -> None:
    assert spelling_key("".join(itertools.chain(*itertools.zip_longest(name, marks, fillvalue="")))) == spelling_key(
        name
    )


@pytest.mark.parametrize(
    "spellings",
    [
        "MOHAMMED MOHAMMAD MOHAMED MOHAMAD",
        "MUHAMMAD MUHAMMED MUHAMAD",
        "HUSSAIN HUSSEIN HUSAYN HOSSAIN HOUSSEIN HUSEYN HOSSEIN",
        "YUSUF YOUSOUF YOUSSOUF YUSSUF JUSUF IUSUF",
        "AHMED AHMAD",
        "RASHID RASHEED",
        "KHALID HALID KHALEED",
        "NURISTANI NOORISTANI NOURISTANI",
        "SHAIKH SHEIKH SHAYKH SHEYKH",
        "RAHMAN RAHMANN RAHMEN",
        "CHOUDHURY CHOWDHURY CHOODHURY CHUDHURI CHOUDURY",
        "AKHTAR AKTER AKTAR",
        "JASWINDER JASVINDER",
        "SINGH SING",
        "MIAH MIA MIYA",
        "KOWALSKI KOVALSKY KOVALSKI",
        "LEWANDOWSKI LEVANDOVSKI LEWANDOWSKY",
        "JAROSLAW JAROSLAV YAROSLAV",
        "SZEVCHENKO SCHEVCZENKO SHEVCHENKO SHEVTCHENKO SZEWCZENKO",
        "SMIRNOV SMIRNOFF SMIRNOW",
        "SERGEI SERGEY SERGEJ",
        "TATIANA TATYANA TATJANA",
        "YURI JURI IURII YURII JURIJ",
        "ALEXANDRU ALEKSANDRU",
        "MACDONALD MCDONALD MCDONNALD",
        "STEPHEN STEFEN",
        "CATHERINE KATHERINE CATERINE",
        "SCHMIDT SCHMIT SHMIT",
        "BAILEY BAILY BAYLEIGH",
        "RODRIGUEZ RODRIGUES",
        "NGHIEM NGIEM",
        "SARAH SARA SARRA",
        "KARL CARL",
        "ERIC ERIK",
    ],
)
def test_spellings_of_one_name_share_a_key(spellings: str) -> None:
    assert len({spelling_key(name) for name in spellings.split()}) == 1


@pytest.mark.parametrize(
    "names",
    [
        "ZHANG ZHENG ZHONG CHANG CHENG CHONG ZANG ZENG SHANG SHENG SONG XIANG YANG WANG WENG HUANG JIANG QIANG",
        "LI LE LY LU LO LEE LIU LAI LAM LAN LIEN LINH",
        "THANH THINH TINH TANH TRANG TRUNG THANG THUY THUYEN TUYEN TUYET DUC DUNG DUONG HUONG HUNG HONG HANG HANH",
        "ALI ALA ELI",
        "KHAN HAN KAN",
        "RAHMAN RAMAN RAHIM RAHMA",
        "SHAHID ZAHID SAEED SAJID HAMID MAJID KHALID RASHID WAHID",
        "SHAMIM SAMIR SHAKIR SHAHIR ZAHIR TAHIR",
        "HASSAN HUSSAIN HISHAM HASHIM",
        "SIMON SIMONE",
        "EMIN EMINE EMINA",
        "AMIN AMINA AMINE",
        "FILIPE FILIPA",
        "MARIA MARY MARIO MARIAN",
        "JASWANT JASWINDER JASVIR JASPAL",
        "KOVAC KOVAK KOVACS",
        "MICHAEL MITCHELL",
    ],
)
def test_different_names_keep_different_keys(names: str) -> None:
    keys = [spelling_key(name) for name in names.split()]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize(
    ("names", "family"),
    [
        ("BILL BILLY WILL WILLIAM LIAM GWILYM GUILHERME", "WILLIAM"),
        ("BETTY LIZ ELIZABETH ELISABETH ELZBIETA", "ELIZABETH"),
        ("MOHAMMED MUHAMMAD MOHAMED MOHD MD MAXAMED MUHAMMADU MOHAMMAAD", "MOHAMMED"),
        ("SASHA ALEKSANDER OLEKSANDR ALEX ALEXANDRU", "ALEXANDER"),
        ("SASHA ALEKSANDRA ALEX OLA", "ALEXANDRA"),
        ("YUSUF YOUSEF YOUSSEF YUUSUF", "YUSUF"),
        ("HUSSAIN HUSSEIN HOSSEIN XUSEEN HUSEYIN", "HUSSAIN"),
        ("AYSE AISHA AYESHA CAASHA AICHA", "AISHA"),
        ("KASIA KATARZYNA", "KATARZYNA"),
        ("JURGA JURGITA", "JURGITA"),
        ("IONUT ION NELU", "ION"),
        ("GURI GURPREET GURPRIT", "GURPREET"),
        ("ANOWAR ANWAR", "ANWAR"),
        ("FADUMO FATEMA FATMA", "FATIMA"),
        ("EMEKA CHUKWUEMEKA", "CHUKWUEMEKA"),
        ("THUI THUY", "THUY"),
        ("HSIAO XIAO", "XIAO"),
        ("ZE JOSE PEPE", "JOSE"),
        ("PADDY PADRAIG PATSY", "PATRICK"),
        ("DAI DAFYDD", "DAFYDD"),
    ],
)
def test_short_and_national_forms_belong_to_their_family(names: str, family: str) -> None:
    assert [name for name in names.split() if family not in forename_family(name)] == []


def test_a_nickname_is_one_step_from_its_full_form_and_two_from_another_nations() -> None:
    meets = {
        (one, other): bool(set(forename_family(one)) & set(forename_family(other)))
        for one, other in (("KASIA", "KATARZYNA"), ("KATARZYNA", "CATHERINE"), ("KASIA", "KATE"))
    }
    assert list(meets.values()) == [True, True, False]


@pytest.mark.parametrize(("one", "other"), [("MEHMET", "MOHAMMED"), ("YUSUF", "JOSEPH"), ("ALI", "ALISON")])
def test_names_that_parents_give_as_different_stay_apart(one: str, other: str) -> None:
    assert not set(forename_family(one)) & set(forename_family(other))


@given(NAMES)
def test_a_name_in_no_family_has_its_own_key_alone(name: str) -> None:
    families = {family for family, _ in variants._lines()}
    found = forename_family(name)
    assert found == forename_family(name)
    assert list(found) == sorted(set(found))
    assert set(found) <= families or found == (spelling_key(name),)


def test_singh_and_kaur_are_in_no_family_of_forenames() -> None:
    assert {name for _, name in variants._lines()} & {"SINGH", "KAUR", "BEGUM", "KHAN"} == set()


def test_the_table_holds_many_origins_and_no_line_twice() -> None:
    sections = Counter[str]()
    names, section = set(), ""
    lines = variants.FAMILIES.read_text(encoding="utf-8").splitlines()
    start = lines.index("family,name")
    assert lines[0].startswith("#") and "General knowledge" in lines[1]
    for line in lines[start + 1 :]:
        if line.startswith("#"):
            section = line
            continue
        sections[section] += 1
        names.add(line.partition(",")[2])
        assert line.count(",") == 1 and set(line) <= LETTERS | {","}, "a line is two names in letters A-Z"
    assert len(names) >= 900
    assert len(sections) >= 12
    assert max(sections.values()) <= 0.45 * sections.total()
    assert len(variants._lines()) == len(set(variants._lines()))


@pytest.mark.parametrize(
    ("surname", "parts"),
    [
        ("SMITH", ("SMITH",)),
        ("SMITH JONES", ("SMITH", "JONES")),
        ("VAN DER BERG", ("BERG", "VANDERBERG")),
        ("AL HASSAN", ("HASSAN", "ALHASSAN")),
        ("O BRIEN", ("OBRIEN",)),
        ("MC DONALD", ("MCDONALD",)),
        ("DE LA CRUZ MARTIN", ("CRUZ", "DELACRUZ", "MARTIN")),
        ("SALEH BIN OMAR", ("SALEH", "OMAR", "BINOMAR")),
        ("ALA UD DIN", ("ALA", "UDDIN")),
        ("AL O NEIL", ("ONEIL", "ALONEIL")),
        ("ST JOHN", ("STJOHN",)),
        ("SILVA E SOUSA", ("SILVA", "SOUSA", "ESOUSA")),
        ("JONES JR", ("JONES",)),
        ("SMITH SMITH", ("SMITH",)),
        ("NGUYEN VAN", ("NGUYEN",)),
        ("LE", ("LE",)),
        ("O", ("O",)),
        ("VAN DER", ("VANDER",)),
        ("", ()),
    ],
)
def test_a_surname_falls_into_the_parts_that_may_stand_for_it(surname: str, parts: tuple[str, ...]) -> None:
    assert double_parts(surname) == parts


@given(SURNAMES)
def test_parts_are_of_the_surname_each_once_and_no_particle_alone(surname: str) -> None:
    parts, closed = double_parts(surname), surname.replace(" ", "")
    kept = "".join(word for word in surname.split() if word not in variants.AFTER)
    assert bool(parts) == bool(closed)
    assert len(parts) == len(set(parts))
    assert parts == (closed,) or all(part in kept and part.isalpha() for part in parts)
    assert parts == (closed,) or not set(parts) & variants.PARTICLES


@given(NAMES.filter(lambda name: name not in variants.PARTICLES and bool(name)))
def test_the_parts_of_a_surname_of_one_word_are_the_word(name: str) -> None:
    assert double_parts(name) == (name,)
