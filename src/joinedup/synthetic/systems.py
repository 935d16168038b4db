"""The sizes of an invention, and which systems the forces of each size have."""

from __future__ import annotations

from dataclasses import dataclass, replace

from joinedup.synthetic.styles import (
    CARE,
    CARE_STYLE,
    CRIME,
    CRIME_STYLES,
    CUSTODY,
    CUSTODY_STYLES,
    INQUIRY,
    INQUIRY_STYLE,
    INTELLIGENCE,
    INTELLIGENCE_STYLE,
    Style,
)


@dataclass(frozen=True)
class System:
    """One system. force: place in the list of forces. covers: places of the forces whose cases it may hold."""

    name: str
    force: int
    covers: tuple[int, ...]
    style: Style

    @property
    def kind(self) -> str:
        return self.style.kind

    @property
    def writes_force(self) -> bool:
        """Whether each row says whose it is: always where a system holds other forces' cases."""
        return self.style.owner or len(self.covers) > 1


@dataclass(frozen=True)
class Size:
    """How much to invent. records: of persons, about. cases: that give so many. shared: how many systems each of
    intelligence, inquiry and care there are for all forces; 0 where forces have their own.
    """

    name: str
    forces: int
    records: int
    cases: int
    shared: int


_SIZES = (
    Size("village", 2, 1_500, 900, 0),
    Size("town", 2, 10_000, 6_000, 0),
    Size("region", 3, 300_000, 165_000, 1),
    Size("nation", 6, 1_500_000, 710_000, 2),
)
SIZES = {size.name: size for size in _SIZES}


def force_code(place: int) -> str:
    """`X01` for the first force."""
    return f"X{place + 1:02}"


def systems_of(size: Size) -> tuple[System, ...]:
    """The systems of a size: crime recording and custody in every force, the three other kinds in some."""
    found = [_own(force, style) for force in range(size.forces) for style in _styles_of(force)]
    return tuple(found + (_shared(size) if size.shared else _each_their_own(size)))


def _styles_of(force: int) -> tuple[Style, Style]:
    custody = CUSTODY_STYLES[force % len(CUSTODY_STYLES)]
    return CRIME_STYLES[force % len(CRIME_STYLES)], custody if force < len(CUSTODY_STYLES) else replace(
        custody, ending=".csv.gz"
    )


def _own(force: int, style: Style) -> System:
    return System(_system_name(force, style), force, (force,), style)


def _each_their_own(size: Size) -> list[System]:
    """Intelligence and care in every force, a major inquiry in the first."""
    own = [_own(force, style) for force in range(size.forces) for style in (INTELLIGENCE_STYLE, CARE_STYLE)]
    return [*own, _own(0, INQUIRY_STYLE)]


def _shared(size: Size) -> list[System]:
    """One system of each further kind for several forces together, kept by different forces."""
    width = size.forces // size.shared
    spans = [tuple(range(start, start + width)) for start in range(0, size.forces, width)]
    styles = (INTELLIGENCE_STYLE, INQUIRY_STYLE, CARE_STYLE)
    return [
        System(_system_name(span[n % width], style), span[n % width], span, style)
        for span in spans
        for n, style in enumerate(styles)
    ]


_SHORT = {CRIME: "crime", CUSTODY: "custody", INTELLIGENCE: "intel", INQUIRY: "inquiry", CARE: "care"}


def _system_name(force: int, style: Style) -> str:
    return f"{force_code(force).lower()}-{_SHORT[style.kind]}"
