"""Invented towns, streets and postcodes.

Postcode areas are two letters that begin with X, `XA1 1AA`: no postcode area of the United Kingdom begins so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.synthetic.naming import in_fixed_disorder
from joinedup.synthetic.numbers import Text, Whole

_TOWN_STEMS = (
    "Quill", "Ombel", "Tarrow", "Vesk", "Hobrin", "Mirrow", "Skerrin", "Dunnock", "Yarl", "Pell", "Corvin", "Thraw",
    "Bexil", "Ullin", "Fenner", "Grisk", "Jorrel", "Lasken", "Nettle", "Orrin", "Prosk", "Rumbel", "Sedgin", "Wint",
)  # fmt: skip
_TOWN_ENDS = ("haven", "mere", "wick", "stow", "combe", "fold")
TOWNS_A_FORCE = 12
_STREET_STEMS = (
    "Tallow", "Cooper's", "Lantern", "Weaver", "Almond", "Bittern", "Cinder", "Drover", "Elmfold", "Fiddler", "Gannet",
    "Hatter", "Ivory", "Juniper", "Kestrel", "Larch", "Marlin", "Nailer", "Osier", "Plover", "Quarry", "Ropewalk",
    "Saddler", "Tanner", "Umber", "Vetch", "Walnut", "Yarrow", "Zinnia", "Bellman", "Chandler", "Dyer", "Fuller",
    "Glazier", "Hawthorn", "Lapwing", "Mason", "Pewter", "Rowan", "Thatcher",
)  # fmt: skip
_STREET_ENDS = ("Road", "Street", "Lane", "Avenue", "Close", "Row", "Way", "Terrace", "Drive", "Court", "Grove", "Walk")
_INWARD_LETTERS = np.array(list("ABDEFGHJLNPQRSTUWXYZ"), dtype=object)

PREMISES = (
    "dwelling",
    "hotel",
    "takeaway",
    "car park",
    "vehicle",
    "park",
    "licensed premises",
    "taxi office",
    "flat over shop",
)


@dataclass(frozen=True)
class Places:
    """Addresses by number. force: place in the list of forces. Lines as an officer would type them."""

    force: Whole
    line: Text
    town: Text
    postcode: Text


def towns(force: int) -> list[str]:
    """The invented towns of the force at place `force` in the list of forces."""
    numbers = range(force * TOWNS_A_FORCE, (force + 1) * TOWNS_A_FORCE)
    stems = len(_TOWN_STEMS)
    return [_TOWN_STEMS[n % stems] + _TOWN_ENDS[(n + n // stems) % len(_TOWN_ENDS)] for n in numbers]


def draw_places(rng: np.random.Generator, count: int, forces: int) -> Places:
    """Invent `count` addresses over `forces` forces, a street's side to a postcode."""
    force = np.arange(count) % forces
    town = rng.integers(TOWNS_A_FORCE, size=count)
    streets_used = max(24, min(len(_STREET_STEMS) * len(_STREET_ENDS), count // (forces * TOWNS_A_FORCE * 12)))
    street = rng.integers(streets_used, size=count)
    number = rng.integers(1, 121, size=count)
    names = np.array([towns(f) for f in range(forces)], dtype=object)
    line = number.astype(str).astype(object) + " " + _street_names()[street]
    return Places(force, line, names[force, town], _postcodes(force, town, street * 2 + number % 2))


def addresses_in(rng: np.random.Generator, places: Places, force: Whole) -> Whole:
    """The number of any address of each force in `force`."""
    forces = int(places.force.max()) + 1
    return rng.integers(len(places.force) // forces, size=len(force)) * forces + force


def _street_names() -> Text:
    pairs = [f"{stem} {end}" for end in _STREET_ENDS for stem in _STREET_STEMS]
    return np.array(in_fixed_disorder(pairs), dtype=object)


def _postcodes(force: Whole, town: Whole, side: Whole) -> Text:
    area = np.array([f"X{chr(ord('A') + n)}" for n in range(int(force.max()) + 1)], dtype=object)[force]
    letters = len(_INWARD_LETTERS)
    inward = _INWARD_LETTERS[side // letters % letters] + _INWARD_LETTERS[side % letters]
    return (
        area
        + (town + 1).astype(str).astype(object)
        + " "
        + (side // letters**2 + 1).astype(str).astype(object)
        + inward
    )
