"""How often what happens in an invented world of families, and which systems record it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class System:
    """One system. weights: how often it meets a minor, an adult who was arrested, any other adult. holds: columns."""

    name: str
    weights: tuple[float, float, float]
    holds: frozenset[str]


_ALL = frozenset({"forenames", "surname", "dob", "sex", "postcode", "address"})

SYSTEMS = (
    System("custody", (0.04, 0.34, 0.0), _ALL | {"phones", "aliases", "id_pnc", "id_cro"}),
    System("crime", (0.20, 0.24, 0.34), _ALL | {"phones", "emails", "aliases"}),
    System("intelligence", (0.06, 0.16, 0.08), (_ALL | {"phones", "aliases", "id_pnc"}) - {"sex"}),
    System("courts", (0.02, 0.14, 0.02), _ALL | {"id_pnc", "id_cro", "aliases"}),
    System("children", (0.38, 0.02, 0.10), _ALL | {"phones", "id_child", "id_nhs"}),
    System("health", (0.26, 0.06, 0.26), _ALL | {"phones", "id_nhs"}),
    System("housing", (0.04, 0.04, 0.20), (_ALL | {"phones", "emails", "id_other"}) - {"sex"}),
)
"""Seven systems, each with people and columns of its own. Only custody, intelligence and courts know arrest numbers."""


@dataclass(frozen=True)
class Rates:
    """Shares from 0 to 1 unless said. The first part is of people and households, the second of each record.

    household_sizes: share of households of 1, 2, ... people. records_each: share of people with 0, 1, 2, ... records.
    own_area: families that live where their origin is the commonest. zipf, forename_zipf: exponents by which surnames
    and forenames grow rarer with their rank. twins: of births. alike: twins of one sex whose forenames are neighbours
    in the alphabet. namesake: children with the very forename of the parent of their sex. old_surname: records of a
    married woman under her former surname. moved: records with a former address. household_phone, hostel_phone: of
    records that have a phone at all and whose household or hostel has one.
    """

    household_sizes: tuple[float, ...] = (0.22, 0.27, 0.19, 0.17, 0.09, 0.04, 0.02)
    records_each: tuple[float, ...] = (0.18, 0.33, 0.20, 0.12, 0.07, 0.045, 0.03, 0.015, 0.01)
    own_area: float = 0.5
    zipf: float = 0.95
    forename_zipf: float = 1.15
    shares_surname: float = 0.85
    twins: float = 0.015
    alike: float = 0.3
    namesake: float = 0.03
    second_forename: float = 0.6
    double_surname: float = 0.03
    landline: float = 0.55
    in_hostel: float = 0.02
    arrested: float = 0.3

    nickname: float = 0.15
    other_spelling: float = 0.12
    accents_lost: float = 0.5
    second_told: float = 0.35
    second_as_first: float = 0.03
    initial: float = 0.02
    names_swapped: float = 0.015
    forename_missing: float = 0.01
    surname_missing: float = 0.005
    old_surname: float = 0.15
    old_in_aliases: float = 0.4
    nickname_in_aliases: float = 0.05
    double_cut: float = 0.4
    forename_typo: float = 0.06
    surname_typo: float = 0.06
    dob_missing: float = 0.12
    dob_digit: float = 0.025
    dob_swapped: float = 0.01
    dob_year_off: float = 0.012
    dob_january: float = 0.01
    dob_year_only: float = 0.015
    sex_missing: float = 0.05
    sex_wrong: float = 0.004
    moved: float = 0.18
    postcode_missing: float = 0.20
    postcode_digit: float = 0.01
    address_missing: float = 0.15
    phone_missing: float = 0.50
    phones_several: float = 0.20
    household_phone: float = 0.30
    hostel_phone: float = 0.60
    phone_digit: float = 0.01
    email_missing: float = 0.70
    id_missing: float = 0.25
    id_digit: float = 0.005
    systems: tuple[System, ...] = field(default=SYSTEMS, repr=False)


ORDINARY = Rates()

HARD = Rates(
    household_sizes=(0.10, 0.16, 0.18, 0.22, 0.17, 0.10, 0.07),
    records_each=(0.10, 0.45, 0.22, 0.12, 0.05, 0.03, 0.015, 0.01, 0.005),
    own_area=0.8,
    zipf=1.1,
    forename_zipf=1.35,
    twins=0.03,
    alike=0.5,
    namesake=0.07,
    in_hostel=0.05,
    arrested=0.15,
    nickname=0.25,
    other_spelling=0.25,
    second_as_first=0.06,
    initial=0.06,
    names_swapped=0.04,
    forename_typo=0.10,
    surname_typo=0.10,
    dob_missing=0.30,
    dob_digit=0.04,
    dob_january=0.04,
    dob_year_only=0.05,
    moved=0.35,
    postcode_missing=0.40,
    phone_missing=0.70,
    household_phone=0.45,
    id_missing=0.60,
)
"""A world of another shape: larger households, commoner names, fewer arrests and identifiers, less told of each."""
