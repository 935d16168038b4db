"""What two records are compared by, made once per distinct value from unprotected columns only."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import Engine
from joinedup.engine.contract import Frame
from joinedup.errors import LinkageError
from joinedup.linkage.arrays import (
    MISSING,
    Feature,
    Several,
    Single,
    combined,
    joined,
    mapped,
    packed,
    several,
    single,
    spread,
    taken,
)
from joinedup.linkage.scripts import consonants, latin, vowels_unwritten, without_article
from joinedup.linkage.similarity import Bools
from joinedup.linkage.variants import double_parts, forename_family, spelling_key

COMPARED = (
    "record_id", "forenames", "surname", "aliases", "dob", "dob_precision", "sex", "postcode", "address", "phones",
    "emails", "id_pnc", "id_cro", "id_nhs", "id_child", "id_other",
)  # fmt: skip
"""The only columns of `person_records` that linkage reads unasked. None is protected (tested)."""

IDENTIFIER = "id_"
"""How the name of a column begins that holds identifiers."""

ON_REQUEST = ("birth_place", "occupation")
"""Compared only when the user names them, for identity alone."""

IDENTIFIERS = tuple(name for name in COMPARED if name.startswith(IDENTIFIER))

EACH = "each_"
"""Before a column's name: the feature of its identifiers one by one, where a record may hold several."""

_NEVER = re.compile(
    r"ethnic|nationalit|religi|citizen|birth_?place|(^|_)(race|racial|faith|origin|country|caste|language)(_|$)", re.I
)
"""Words of a column's name that say it holds what linkage never reads."""

_LETTERS = str.maketrans({"Ø": "O", "Ł": "L", "Đ": "D", "ß": "SS", "Æ": "AE", "Œ": "OE", "Þ": "TH", "İ": "I", "ı": "I"})


@dataclass(frozen=True)
class Records:
    """Records in the order of their ids, and their features by name."""

    ids: pa.Array
    features: dict[str, Feature]

    def __len__(self) -> int:
        return len(self.ids)

    def table(self) -> pa.Table:
        """record_id and every feature, as Splink reads them."""
        return pa.table({"record_id": self.ids} | {name: one.array() for name, one in self.features.items()})


def records_of(
    engine: Engine, people: Frame, compare: Collection[str] = (), read: Collection[str] | None = None
) -> Records:
    """The features of person records, in the order of their ids.

    people: `person_records`, or any of `COMPARED` with record_id; a column that is absent is compared by nobody. It may
    have identifiers besides (`other_identifiers`). compare: which of `ON_REQUEST` to take as well. Names are folded to
    A-Z, so that accents and scripts weigh the same everywhere. read: features that a model reads, where the records
    are to be put to it as those were that it was trained on, whichever they hold. Raises LinkageError for a column that
    linkage may not read.
    """
    _refuse([name for name in compare if name not in ON_REQUEST])
    present = people.collect_schema().names()
    wanted = [name for name in (*COMPARED, *compare) if name in present] + other_identifiers(present)
    table = _in_order(engine.collect(people.select(*wanted)))
    return Records(table["record_id"].combine_chunks(), dict(_features(table, read)))


def _refuse(names: Sequence[str]) -> None:
    for name in names:
        if name in tables.PERSON_RECORDS and tables.PERSON_RECORDS.column(name).protected:
            raise LinkageError(f"Linkage never reads `{name}`.")
        raise LinkageError(f"`{name}` cannot be compared on request.", remedy=f"Name any of: {', '.join(ON_REQUEST)}.")


def other_identifiers(columns: Collection[str]) -> list[str]:
    """Columns of identifiers that are none of `person_records`, in order of their names.

    Left out are those whose names say that they hold what linkage never reads, and a name that no condition can quote.
    """
    own = [name for name in columns if name.startswith(IDENTIFIER) and name not in tables.PERSON_RECORDS]
    return sorted(name for name in own if name != IDENTIFIER and '"' not in name and not _NEVER.search(name))


def held_by_crowds(column: pa.Array | pa.ChunkedArray) -> bool:
    """Whether the values of a column are held by so many records each that it can be no identifier of people."""
    counts = pc.count(column).as_py(), pc.count_distinct(column, mode="only_valid").as_py()
    return bool(counts[0] > FEW_RECORDS * counts[1])


def _in_order(table: pa.Table) -> pa.Table:
    ids = table["record_id"].combine_chunks()
    if len(ids) < 2 or pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py():
        return table
    return table.take(pc.array_sort_indices(ids))


def _features(table: pa.Table, read: Collection[str] | None) -> list[tuple[str, Feature]]:
    made: list[tuple[str, Feature]] = []
    if "forenames" in table.column_names or "surname" in table.column_names:
        made += _names(table, read)
    if "dob" in table.column_names:
        made += _births(table)
    for name, function in (("sex", _sex), ("birth_place", folded), ("occupation", folded)):
        if name in table.column_names:
            made.append((name, _text(table, name, function)))
    if "address" in table.column_names:
        address = _text(table, "address", _address)
        made += [("address", address), ("address_keys", spread(address, house_and_street))]
    if "postcode" in table.column_names:
        made += _areas(single(table["postcode"]))
    for name in ("phones", "emails"):
        if name in table.column_names:
            every = several(table[name])
            made += [(name, every), (f"{name}_few", held_by_few(every))]
    none = several(pa.nulls(table.num_rows, pa.list_(pa.string())))
    for name in [name for name in table.column_names if name.startswith(IDENTIFIER)]:
        if name in IDENTIFIERS or (name in read if read is not None else not held_by_crowds(table[name])):
            made += _identifiers(name, single(table[name].cast(pa.string())), none, read)
    return made


def _identifiers(name: str, told: Single, none: Several, read: Collection[str] | None) -> list[tuple[str, Feature]]:
    """Identifiers of one kind, and each by itself where `;` stands between several."""
    several_ = f"{EACH}{name}" in read if read is not None else pc.any(pc.match_substring(told.values, ";")).as_py()
    if not several_:
        return [(name, told), (f"{EACH}{name}", none)]
    whole = mapped(told, lambda text: ";".join(_several_identifiers(str(text))) or None, pa.string())
    return [(name, whole), (f"{EACH}{name}", spread(whole, lambda text: str(text).split(";")))]


def _several_identifiers(text: str) -> list[str]:
    return sorted({part.strip() for part in text.split(";") if any(map(str.isdigit, part))})


def _text(table: pa.Table, name: str, function: Callable[[Any], object]) -> Single:
    return mapped(_told(table, name), function, pa.string())


def _told(table: pa.Table, name: str) -> Single:
    return single(table[name] if name in table.column_names else pa.nulls(table.num_rows, pa.string()))


def folded(text: str | None) -> str | None:
    """Upper case A-Z and spaces: accents off, other scripts in Latin letters, hyphens and apostrophes closed up."""
    if text is None:
        return None
    if text.isascii():
        return " ".join(text.upper().translate(_CLOSED).split()) or None
    decomposed = unicodedata.normalize("NFKD", latin(text).upper().translate(_LETTERS))
    kept = "".join(c if c.isascii() and c.isalpha() else " " if c.isspace() else "" for c in decomposed)
    return " ".join(kept.upper().split()) or None


_CLOSED = {code: None for code in range(128) if not (chr(code).isalpha() or chr(code).isspace())}
_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()}


def _names(table: pa.Table, read: Collection[str] | None) -> list[tuple[str, Feature]]:
    received_given, received_family = _told(table, "forenames"), _told(table, "surname")
    told_given = mapped(received_given, lambda text: folded(str(text)), pa.string())
    told_family = mapped(received_family, lambda text: folded(_spaced(text)), pa.string())
    given, family = (mapped(told, without_generation, pa.string()) for told in (told_given, told_family))
    first = mapped(given, lambda text: str(text).split()[0], pa.string())
    closed = mapped(family, lambda text: str(text).replace(" ", ""), pa.string())
    aliases = _aliases(table)
    return [
        ("forename", first),
        ("given_names", spread(given, _several_given)),
        ("forename_family", spread(first, lambda text: forename_family(str(text)))),
        ("surname", closed),
        ("surname_key", mapped(closed, lambda text: spelling_key(str(text)), pa.string())),
        ("surname_parts", _parts(family, aliases)),
        ("full_name", _full(first, closed)),
        ("other_names", spread_lists(aliases, _full_of_alias)),
        ("generation", _generations(told_given, told_family)),
        *_by_consonants("forename", received_given, _first, read),
        *_by_consonants("surname", received_family, lambda text: folded(_spaced(text)), read),
    ]


def _first(text: Any) -> str | None:
    given = folded(text)
    return given.split()[0] if given else None


def _by_consonants(
    name: str, received: Single, part: Callable[[Any], str | None], read: Collection[str] | None
) -> list[tuple[str, Feature]]:
    """A name's consonants, and whether it is in a script that may leave vowels out. Nothing, where no name is."""
    asked = f"{name}_consonants" in read if read is not None else None
    if not (any(map(vowels_unwritten, _not_ascii(received.values))) if asked is None else asked):
        nothing = Single(np.full(len(received.codes), MISSING, dtype=np.int32), pa.array([], pa.string()))
        return [(f"{name}_consonants", nothing), (f"{name}_vowels", nothing)]

    def bare(text: Any) -> str | None:
        return consonants(without_generation(part(without_article(text))) or "")

    told = mapped(received, lambda text: UNWRITTEN if vowels_unwritten(str(text)) else "written", pa.string())
    return [(f"{name}_consonants", mapped(received, bare, pa.string())), (f"{name}_vowels", told)]


UNWRITTEN = "unwritten"
"""What a feature of vowels says of a name in a script that may leave them out."""


def _not_ascii(values: pa.Array) -> list[str]:
    return list(values.filter(pc.invert(pc.string_is_ascii(values))).to_pylist())


_GENERATIONS = {
    "JR": "2", "JNR": "2", "JUNIOR": "2", "SR": "1", "SNR": "1", "SENIOR": "1", "I": "1", "II": "2", "III": "3",
}  # fmt: skip


def without_generation(name: object) -> str | None:
    """A name without the word that tells a son from a father of the same name."""
    words = str(name).split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in _GENERATIONS else words) or None


def _generation(name: object) -> str | None:
    words = str(name).split()
    return _GENERATIONS.get(words[-1]) if len(words) > 1 else None


def _generations(given: Single, family: Single) -> Single:
    """1 for a senior, 2 for a junior, from the last word of either name. A lone initial `I` of a forename is none."""
    one = mapped(given, lambda name: None if str(name).endswith(" I") else _generation(name), pa.string())
    other = mapped(family, _generation, pa.string())
    return single(pc.coalesce(one.array(), other.array()))


def _spaced(text: Any) -> str | None:
    return None if text is None else str(text).replace("-", " ")


def _several_given(text: object) -> list[str]:
    tokens = str(text).split()
    return [token for token in tokens if len(token) > 1] if len(tokens) > 1 else []


def _parts(family: Single, aliases: Several) -> Several:
    """Parts of a surname that may stand for it, and surnames of the aliases."""
    own = spread(family, lambda text: [*double_parts(str(text)), str(text).replace(" ", "")])
    return joined([own, spread_lists(aliases, lambda text: [str(text).split()[-1]])])


def _aliases(table: pa.Table) -> Several:
    if "aliases" not in table.column_names:
        return several(pa.nulls(table.num_rows, pa.list_(pa.string())))
    return spread_lists(several(table["aliases"]), lambda text: [f] if (f := folded(_spaced(text))) else [])


def _full_of_alias(text: object) -> list[str]:
    first, *rest = str(text).split()
    return [f"{first} {''.join(rest)}"] if rest else []


def spread_lists(lists: Several, function: Callable[[object], Sequence[str]]) -> Several:
    """The values that a function makes of each distinct value of a list feature."""
    every = Single(np.arange(len(lists.values), dtype=np.int32), lists.values)
    made = spread(every, function)
    owners = np.repeat(np.arange(len(lists.offsets) - 1, dtype=np.int64), np.diff(lists.offsets))
    widths = np.diff(made.offsets)[lists.codes]
    flat = taken(made, lists.codes)
    return packed(np.repeat(owners, widths), flat.codes, made.values, len(lists.offsets) - 1)


def _full(first: Single, last: Single) -> Single:
    keys = combined(first, last)
    held = np.flatnonzero(keys >= 0)
    distinct, back = np.unique(keys[held], return_inverse=True)
    width = max(len(last.values), 1)
    texts = pc.binary_join_element_wise(
        first.values.take(pa.array(distinct // width)), last.values.take(pa.array(distinct % width)), " "
    )
    codes = np.full(len(keys), MISSING, dtype=np.int32)
    codes[held] = back
    return Single(codes, texts)


def _births(table: pa.Table) -> list[tuple[str, Feature]]:
    dates = table["dob"]
    if "dob_precision" in table.column_names:
        whole = pc.or_kleene(pc.is_null(table["dob_precision"]), pc.equal(table["dob_precision"], "day"))
        days = pc.if_else(pc.fill_null(whole, True), dates, pa.scalar(None, dates.type))
    else:
        days = dates
    exact = single(days)
    return [
        ("dob", mapped(exact, _iso, pa.string())),
        ("birth_days", Single(exact.codes, exact.values.cast(pa.int32()))),
        ("birth_year", mapped(single(dates), _year, pa.string())),
    ]


def _iso(day: Any) -> str:
    return str(day.isoformat())


def _year(day: Any) -> str:
    return str(day.year) if isinstance(day, dt.date) else str(day)


def _sex(sex: object) -> str | None:
    return str(sex) if sex in ("M", "F") else None


def _address(text: Any) -> str | None:
    """Letters and digits of an address in upper case, one space between words."""
    plain = latin(str(text)).upper()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if c.isascii()).upper()
    return " ".join(plain.translate(_SPACED).split()) or None


_NO_STREET = frozenset({
    "STREET", "ST", "ROAD", "RD", "AVENUE", "AVE", "LANE", "LN", "DRIVE", "DR", "CLOSE", "CL", "COURT", "CT", "PLACE",
    "PL", "WAY", "TERRACE", "CRESCENT", "FLAT", "APARTMENT", "APT", "UNIT", "SUITE", "ROOM", "BLOCK", "HOUSE", "NORTH",
    "SOUTH", "EAST", "WEST", "THE",
})  # fmt: skip


def house_and_street(address: object) -> list[str]:
    """Every number of an address with the next word that could name a street: `FLAT 2 14 TARN STREET` has two."""
    words = str(address).split()
    keys = []
    for place, word in enumerate(words):
        if word[0].isdigit():
            street = next((w for w in words[place + 1 :] if len(w) > 1 and w.isalpha() and w not in _NO_STREET), None)
            keys += [f"{word} {street}"] if street else []
    return keys


FEW_RECORDS = 20
"""Records up to which a phone may be one person's or one family's; with more it is an office's or a hostel's."""


def held_by_few(lists: Several, few: Bools | None = None) -> Several:
    """The values of a list feature that few records hold. few: which those are, where others are to be counted."""
    few = lists.counts <= FEW_RECORDS if few is None else few
    owners = np.repeat(np.arange(len(lists.offsets) - 1, dtype=np.int64), np.diff(lists.offsets))
    return packed(owners, np.where(few[lists.codes], lists.codes, MISSING), lists.values, len(lists.offsets) - 1)


def _areas(postcode: Single) -> list[tuple[str, Feature]]:
    return [
        ("postcode", postcode),
        ("sector", mapped(postcode, lambda text: str(text)[:-2] if " " in str(text) else None, pa.string())),
        ("district", mapped(postcode, lambda text: str(text).split(" ")[0] if " " in str(text) else None, pa.string())),
    ]
