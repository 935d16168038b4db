"""How right the joining was, where the truth is known, in all and for every group."""

from __future__ import annotations

from collections.abc import Iterable

from joinedup.releases import colours
from joinedup.releases.drawing import PERCENT_TICKS, Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.inputs import (
    FEWEST_TRUE_PAIRS,
    MOST_FALSE_ABOVE,
    MOST_RECALL_BELOW,
    GroupShare,
    GroupTruth,
    Truth,
)
from joinedup.releases.lookup import Material, label_of
from joinedup.releases.numbers import count, interval, many, percent
from joinedup.releases.parts import Exhibit, Grid, Section, grid

FEW = "too few to tell"

SPLITS = {
    "ethnic group": ("ethnic group", "ethnic group, in five"),
    "ethnicity": ("ethnic group", "ethnic group, in eighteen"),
    "name origin": ("origin of the name", "origin of the name"),
    "sex": ("sex", "sex"),
    "age": ("age", "age at the end of the cases"),
    "force": ("force", "force"),
    "system": ("system", "system"),
}
"""What a group is one of: in brackets after its name, and at the end of a title."""

_LISTS = {"ethnicity": "self-defined-ethnicity", "sex": "sex"}
_LIMITS = (100 * MOST_RECALL_BELOW, 100 * MOST_FALSE_ABOVE)
_HALF_MARK = 0.008
_NEAR, _FAR = 0.05, 0.1
"""How far a picture reaches on either side of the whole: the second when a group lies beyond the first."""

_LEGEND = (
    ("Recall: promised from −2 to the right", colours.JOINED),
    ("False links: promised from +1 to the left", colours.DISPUTED),
    ("95% interval", colours.NOBODY),
)


def truth_section(material: Material) -> Section | None:
    """Precision, recall, people found against people there are, and every group's; None when nobody knows."""
    truth = material.run.truth
    if truth is None:
        return None
    return Section(
        "truth",
        "How right the joining was",
        truth_sentence(material, truth),
        (_people_sentence(material, truth), *_fairness_sentences(material, truth)),
        points=tuple(_broken_point(material, group) for group in truth.groups if not group.fair),
        points_heading="" if all(group.fair for group in truth.groups) else "Groups for which a promise is broken",
        notes=(_INVENTED_ONLY, *(_FAIRNESS_NOTES if truth.groups else ())),
        exhibits=(_exhibit(material, truth), *_group_exhibits(material, truth)),
    )


_INVENTED_ONLY = "This can be said only of invented records. Of real ones, nobody has the list of who is who."
_FAIRNESS_NOTES = (
    "Recall is the share of the pairs of records of one person that were joined; false links are the joined pairs that "
    "are of two people. A pair counts for a group if either of its records does, so one pair may count for several.",
    f"Promised of every group with at least {FEWEST_TRUE_PAIRS} true pairs: recall at most "
    f"{100 * MOST_RECALL_BELOW} points below the whole, and a share of false links at most {100 * MOST_FALSE_ABOVE} "
    "point above it. A promise is judged by the share itself, not by its interval. The interval takes the pairs for "
    "independent; those of one person are not, so it is rather too narrow.",
    "Ethnicity is never an input to joining. The groups are read from the truth, after joining, only to be counted.",
)


def truth_sentence(material: Material, truth: Truth) -> str:
    """Precision and recall over pairs of records, and their harmonic mean."""
    return (
        f"These records are invented, so the truth is known: **{percent(truth.precision)}** of the pairs of records "
        f"that were joined are about one person, and **{percent(truth.recall)}** of the pairs about one person were "
        f"joined (F1 {truth.f1:.3f})."
    )


def _people_sentence(material: Material, truth: Truth) -> str:
    found = material.figures.one("people").numerator
    return f"Joining counted {many(found, 'person', 'people')}; there are {count(truth.people)}."


def _fairness_sentences(material: Material, truth: Truth) -> tuple[str, ...]:
    """The group with the lowest recall, that with the most false links, and how many groups are as promised."""
    if not truth.groups:
        return ()
    judged = [group for group in truth.groups if group.judged]
    if not judged:
        return (f"No group has {FEWEST_TRUE_PAIRS} true pairs: {FEW} whether the joining was fair.",)
    lowest = min(judged, key=lambda group: group.recall.difference)
    most = max(judged, key=lambda group: group.false_links.difference)
    return (
        f"Recall is lowest for {_name(material, lowest)}: {_recall_words(lowest)}; the promise is at most "
        f"{100 * MOST_RECALL_BELOW}.",
        f"The share of false links is highest for {_name(material, most)}: {_false_words(most)}; the promise is at "
        f"most {100 * MOST_FALSE_ABOVE}.",
        _verdict(truth, len(judged)),
    )


def _verdict(truth: Truth, judged: int) -> str:
    broken = sum(not group.fair for group in truth.groups)
    few = len(truth.groups) - judged
    kept = "Both promises hold for every one of" if not broken else f"A promise is broken for **{broken}** of"
    rest = f" {many(few, 'further group')}: fewer than {FEWEST_TRUE_PAIRS} true pairs, {FEW}." if few else ""
    return f"{kept} **{many(judged, 'group')}**.{rest}"


def _broken_point(material: Material, group: GroupTruth) -> str:
    """A group and the promises that are broken for it, each with its interval."""
    recall, false = group.recall, group.false_links
    said = [f"recall {_recall_words(group)}, 95% interval {_range(recall)}"] * (recall.kept is False)
    said += [f"false links {_false_words(group)}, 95% interval {_range(false)}"] * (false.kept is False)
    return f"{_name(material, group)}: {'; '.join(said)}."


def _recall_words(group: GroupTruth) -> str:
    return f"{percent(group.recall.share)}, {_away(group.recall)} the whole"


def _false_words(group: GroupTruth) -> str:
    return f"{percent(group.false_links.share)}, {_away(group.false_links)} the whole"


def _away(share: GroupShare) -> str:
    """``1.8 points below``."""
    return f"{_size(share)} points {'below' if share.difference < 0 else 'above'}"


def _size(share: GroupShare) -> str:
    """Points from the whole to one decimal. One that breaks a promise is never rounded to one that keeps it."""
    size = 100 * abs(share.difference)
    over = share.kept is False and round(size, 1) in _LIMITS and size > round(size, 1)
    return f"{'over ' * over}{size:.1f}"


def _name(material: Material, group: GroupTruth) -> str:
    return f"**{_label(material, group)}** ({SPLITS[group.by][0]})"


def _label(material: Material, group: GroupTruth) -> str:
    if group.by == "force":
        return material.force(group.group)
    if group.by in _LISTS:
        return label_of(_LISTS[group.by], group.group)
    return group.group.capitalize() if group.by == "name origin" else group.group


def _range(share: GroupShare) -> str:
    return interval(share.lower, share.upper)


def _exhibit(material: Material, truth: Truth) -> Exhibit:
    parts = [
        ("Joined pairs that are right (precision)", truth.precision),
        ("True pairs that were joined (recall)", truth.recall),
    ]
    rows = [Row(label, (Strip((Segment(0, share, colours.JOINED),), percent(share)),)) for label, share in parts]
    says = "; ".join(f"{label}: {percent(share)}" for label, share in parts)
    caption = Caption("How right the joining was", f"{says}.", (), PERCENT_TICKS, material.run.invented)
    found = material.figures.one("people").numerator
    table = grid(
        "How right the joining was",
        ("What", "Value"),
        [
            *((label, percent(share)) for label, share in parts),
            ("F1, the harmonic mean of the two", f"{truth.f1:.3f}"),
            ("People counted by joining", count(found)),
            ("People there are", count(truth.people)),
        ],
    )
    return Exhibit(table, draw_rows(rows, caption), "beside")


def _group_exhibits(material: Material, truth: Truth) -> Iterable[Exhibit]:
    """A picture with its table for each way of parting the pairs."""
    for by, (_, words) in SPLITS.items():
        groups = [group for group in truth.groups if group.by == by]
        if groups:
            yield _of_groups(material, f"Recall and false links by {words}", groups)


def _of_groups(material: Material, title: str, groups: list[GroupTruth]) -> Exhibit:
    reach = _reach(groups)
    rows = [Row(_label(material, group), _strips(group, reach)) for group in groups]
    says = "; ".join(f"{_label(material, group)}: {_spoken(group)}" for group in groups)
    caption = Caption(title, f"Points from the whole. {says}.", _LEGEND, _ticks(reach), material.run.invented)
    return Exhibit(_table(material, title, groups), draw_rows(rows, caption))


def _reach(groups: list[GroupTruth]) -> float:
    furthest = max((abs(s.difference) for g in groups if g.judged for s in (g.recall, g.false_links)), default=0.0)
    return _NEAR if furthest <= _NEAR else _FAR


def _ticks(reach: float) -> tuple[tuple[float, str], ...]:
    """The whole in the middle, what each promise allows, and both ends."""
    ends = f"{100 * reach:.0f} points"
    least, most = -float(MOST_RECALL_BELOW), float(MOST_FALSE_ABOVE)
    inner = [(_at(least, reach), f"−{-100 * least:.0f}"), (0.5, "0"), (_at(most, reach), f"+{100 * most:.0f}")]
    return ((0.0, f"−{ends}"), *inner, (1.0, f"+{ends}"))


def _at(difference: float, reach: float) -> float:
    """Where a difference stands on a strip; one that lies beyond stands at the end."""
    return min(max(0.5 + difference / (2 * reach), 0.0), 1.0)


def _strips(group: GroupTruth, reach: float) -> tuple[Strip, ...]:
    if not group.judged:
        return (Strip((), "too few"),)
    return (_strip(group.recall, reach, colours.JOINED), _strip(group.false_links, reach, colours.DISPUTED))


def _strip(share: GroupShare, reach: float, fill: str) -> Strip:
    """The interval, and a mark where the share itself stands."""
    whole = share.share - share.difference
    lower, upper = (_at(end - whole, reach) for end in (share.lower, share.upper))
    middle = min(max(_at(share.difference, reach), _HALF_MARK), 1 - _HALF_MARK)
    mark = Segment(middle - _HALF_MARK, middle + _HALF_MARK, fill)
    return Strip((Segment(lower, upper, colours.NOBODY), mark), _signed(share), fill=fill)


def _signed(share: GroupShare) -> str:
    """``−1.8`` for 1.8 points below the whole."""
    return f"{'−' if share.difference < 0 else '+'}{100 * abs(share.difference):.1f}"


def _spoken(group: GroupTruth) -> str:
    if not group.judged:
        return FEW
    return f"recall {_signed(group.recall)}, false links {_signed(group.false_links)}"


def _table(material: Material, title: str, groups: list[GroupTruth]) -> Grid:
    columns = (
        "Group",
        "Promises",
        "True pairs",
        "Recall",
        "95% interval",
        "Points from the whole",
        "Joined pairs",
        "False links",
        "95% interval",
        "Points from the whole",
    )
    rows = [(_label(material, group), _kept(group), *_cells(group)) for group in groups]
    return grid(title, columns, rows, numeric=8)


def _kept(group: GroupTruth) -> str:
    if not group.judged:
        return FEW.capitalize()
    broken = [
        word for word, share in (("recall", group.recall), ("false links", group.false_links)) if share.kept is False
    ]
    return f"Broken: {' and '.join(broken)}" if broken else "Kept"


def _cells(group: GroupTruth) -> tuple[str, ...]:
    pairs = group.pairs
    return (
        count(pairs.true),
        *_share_cells(group.recall, pairs.true),
        count(pairs.joined),
        *_share_cells(group.false_links, pairs.joined),
    )


def _share_cells(share: GroupShare, total: int) -> tuple[str, str, str]:
    return (percent(share.share), _range(share), _signed(share)) if total else ("–", "–", "–")
