"""A described person, and the features that linkage makes of records, made of one person without a table.

Features of a table are made by the column; of one person that would take longer than the look itself. Both ways call
the same functions on names, dates and addresses, and a test holds them against each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from joinedup.linkage import features as made
from joinedup.linkage.features import EACH, UNWRITTEN, folded, house_and_street, without_generation
from joinedup.linkage.scripts import consonants, vowels_unwritten, without_article
from joinedup.linkage.variants import double_parts, forename_family, spelling_key

Values = Mapping[str, tuple[str, ...]]
"""By feature its values as texts: none where it is missing, one of a plain feature, any number of a list."""

_FIRST_DAY = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Described:
    """A person as somebody describes them, in the standard forms of `person_records`; leave out what is not known.

    dob_precision: day, month or year; of a date that is not known to the day only the year is used.
    """

    forenames: str | None = None
    surname: str | None = None
    aliases: tuple[str, ...] = ()
    dob: dt.date | None = None
    dob_precision: str = "day"
    sex: str | None = None
    postcode: str | None = None
    address: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def searchable(self) -> bool:
        """Whether there is anything that records can be found by; a forename, a year or a sex alone fits too many."""
        whole = self.dob is not None and self.dob_precision == "day"
        told = [self.surname, whole, self.postcode, self.address, self.phones, self.emails, self.aliases]
        return any([*told, *self.identifiers.values()])


def values_of(described: Described, several: frozenset[str] = frozenset()) -> Values:
    """The features of a described person. several: columns of which the records hold several identifiers at once."""
    made_of: dict[str, tuple[str, ...]] = {}
    made_of |= _names(described)
    made_of |= _births(described)
    made_of |= _where(described)
    made_of |= {"sex": _one(made._sex(described.sex))}
    for name, every in (("phones", described.phones), ("emails", described.emails)):
        made_of[name] = made_of[f"{name}_few"] = tuple(dict.fromkeys(every))
    for name, text in described.identifiers.items():
        made_of |= _identifiers(name, text, several=name in several or ";" in text)
    return made_of


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _names(described: Described) -> dict[str, tuple[str, ...]]:
    told_given, told_family = folded(described.forenames), folded(made._spaced(described.surname))
    given = without_generation(told_given) if told_given else None
    family = without_generation(told_family) if told_family else None
    first = given.split()[0] if given else None
    closed = family.replace(" ", "") if family else None
    aliases = [name for text in described.aliases if (name := folded(made._spaced(text)))]
    return {
        "forename": _one(first),
        "given_names": tuple(made._several_given(given)) if given else (),
        "forename_family": forename_family(first) if first else (),
        "surname": _one(closed),
        "surname_key": _one(spelling_key(closed)) if closed else (),
        "surname_parts": _parts(family, aliases),
        "full_name": (f"{first} {closed}",) if first and closed else (),
        "other_names": tuple(name for alias in aliases for name in made._full_of_alias(alias)),
        "generation": _one(_generation(told_given, told_family)),
        **_by_consonants("forename", described.forenames, made._first),
        **_by_consonants("surname", described.surname, lambda text: folded(made._spaced(text))),
    }


def _parts(family: str | None, aliases: list[str]) -> tuple[str, ...]:
    own = [*double_parts(family), family.replace(" ", "")] if family else []
    return tuple(dict.fromkeys([*own, *(alias.split()[-1] for alias in aliases)]))


def _generation(given: str | None, family: str | None) -> str | None:
    by_given = made._generation(given) if given and not given.endswith(" I") else None
    return by_given or (made._generation(family) if family else None)


def _by_consonants(name: str, received: str | None, part: Callable[[Any], str | None]) -> dict[str, tuple[str, ...]]:
    if received is None:
        return {f"{name}_consonants": (), f"{name}_vowels": ()}
    bare = consonants(without_generation(part(without_article(received))) or "")
    return {
        f"{name}_consonants": _one(bare),
        f"{name}_vowels": (UNWRITTEN if vowels_unwritten(received) else "written",),
    }


def _births(described: Described) -> dict[str, tuple[str, ...]]:
    if described.dob is None:
        return {"dob": (), "birth_days": (), "birth_year": ()}
    year = (made._year(described.dob),)
    if described.dob_precision != "day":
        return {"dob": (), "birth_days": (), "birth_year": year}
    days = str((described.dob - _FIRST_DAY).days)
    return {"dob": (made._iso(described.dob),), "birth_days": (days,), "birth_year": year}


def _where(described: Described) -> dict[str, tuple[str, ...]]:
    address = made._address(described.address) if described.address else None
    code = described.postcode
    split = code is not None and " " in code
    return {
        "address": _one(address),
        "address_keys": tuple(dict.fromkeys(house_and_street(address))) if address else (),
        "postcode": _one(code),
        "sector": (code[:-2],) if code and split else (),
        "district": (code.split(" ")[0],) if code and split else (),
    }


def _identifiers(name: str, text: str, *, several: bool) -> dict[str, tuple[str, ...]]:
    if not several:
        return {name: (text,), f"{EACH}{name}": ()}
    parts = tuple(made._several_identifiers(text))
    return {name: _one(";".join(parts) or None), f"{EACH}{name}": parts}
