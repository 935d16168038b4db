"""The report on one screen: the same numbers, in plain lines for the prompt."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from joinedup.releases.inputs import ReportInput
from joinedup.releases.lookup import Figure, Material, material
from joinedup.releases.numbers import count, counted, has, interval, many, percent
from joinedup.releases.report import INVENTED
from joinedup.releases.sections.people import linked
from joinedup.releases.sections.shares import group_figure, groups, unknown
from joinedup.statistics.methods import JOINED, OWN

COLUMNS = 80
_GROUPS_SHOWN = 5


def summary(run: ReportInput) -> list[str]:
    """The run in at most 24 lines of at most 80 characters, with what nobody knows beside what is known.

    Raises StatisticsError when the run lacks a figure that the summary states.
    """
    written = material(run)
    paragraphs = [_title(run), _rows(written), _missing(written), *_doubts(run), *_gaps(written), _people(written)]
    lines = [line for paragraph in paragraphs for line in textwrap.wrap(paragraph, COLUMNS, subsequent_indent="  ")]
    return [*lines, *_shares(written)]


def _title(run: ReportInput) -> str:
    name = textwrap.shorten(" ".join(run.name.split()), 60, placeholder="…")
    return f"{name}. {INVENTED.upper()}." if run.invented else name


def _rows(written: Material) -> str:
    returned, marked = written.figures.one("returned"), written.figures.one("marked")
    systems = many(len(written.run.sources), "system")
    return (
        f"{many(returned.denominator, 'row')} from {systems}: {_of(returned)} returned with a reason, {_of(marked)} "
        "accepted and marked."
    )


def _missing(written: Material) -> str:
    ethnicity, nationality = (
        written.figures.one(f"missing-{name}") for name in ("self-defined-ethnicity", "nationality")
    )
    if not ethnicity.denominator:
        return "No role makes anybody a suspect, so no suspect could be counted, with or without ethnicity."
    return (
        f"{many(ethnicity.denominator, 'suspect record')}: {_of(ethnicity)} {has(ethnicity.numerator)} no self-defined "
        f"ethnicity, {_of(nationality)} {has(nationality.numerator)} no nationality."
    )


def _doubts(run: ReportInput) -> Iterator[str]:
    fields = {(one["sender"], one["column"]) for one in run.soundness.to_pylist()}
    if fields:
        senders = many(len({sender for sender, _ in fields}), "sender")
        yield f"Not to be relied on: {many(len(fields), 'field')} of {senders}; the report says why and what to ask."


def _gaps(written: Material) -> Iterator[str]:
    for name, word in (("self-defined-ethnicity", "ethnicities"), ("nationality", "nationalities")):
        filled = written.figures.one(f"gap-filled-{name}")
        disputed = written.figures.one(f"gap-conflict-{name}")
        if filled.denominator:
            left = filled.denominator - filled.numerator - disputed.numerator
            yield (
                f"Of the missing {word}, another system holds {_of(filled)}; systems disagree on {_of(disputed)}; "
                f"nobody holds {counted(left, filled.denominator)}."
            )


def _people(written: Material) -> str:
    everyone, suspected = written.figures.one("people"), written.figures.one("people-suspected")
    several = written.figures.one("people-in-several-systems")
    are = "is a suspect" if suspected.numerator == 1 else "are suspects"
    return (
        f"If the joining is right, {many(everyone.denominator, 'record')} are about "
        f"{many(everyone.numerator, 'person', 'people')}{linked(everyone)}, {_of(several)} in two or more systems; "
        f"{count(suspected.numerator)}{linked(suspected)} {are}. {_rightness(written.run)}"
    )


def _rightness(run: ReportInput) -> str:
    if run.truth is None:
        return "Nobody knows how many joins are wrong."
    return (
        f"As the records are invented, it is known that {percent(run.truth.precision)} of the joins are right and "
        f"{percent(run.truth.recall)} of those due were made."
    )


def _shares(written: Material) -> Iterator[str]:
    named = groups(written)
    if not named or not unknown(written, OWN).denominator:
        return
    own, joined = unknown(written, OWN), unknown(written, JOINED)
    yield f"{'Share of suspect records':<26}{'own record only':<24}joined, if that is right"
    yield f"  {'nobody knows of':<24}{_unknown(own):<24}{_unknown(joined)}"
    for group in named[:_GROUPS_SHOWN]:
        before, after = (group_figure(written, method, group) for method in (OWN, JOINED))
        label = textwrap.shorten(group, 23, placeholder="…")
        yield f"  {label:<24}{interval(*before.widest):<24}{interval(*after.widest)}"


def _unknown(figure: Figure) -> str:
    return counted(figure.unknown, figure.denominator)


def _of(figure: Figure) -> str:
    return counted(figure.numerator, figure.denominator)
