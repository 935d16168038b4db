"""One screen of plain English."""

from __future__ import annotations

from dataclasses import replace

import pytest

from joinedup.releases import summary


def said(run) -> str:
    return " ".join(" ".join(summary(run)).split())


def test_the_summary_says_what_is_known_and_what_nobody_knows_in_one_breath(run):
    words = said(run)
    assert "2,675 rows from 2 systems: 125 (4.7%) returned with a reason, 50 (1.9%) accepted and marked." in words
    assert (
        "1,000 suspect records: 600 (60.0%) have no self-defined ethnicity, 700 (70.0%) have no nationality." in words
    )
    assert "another system holds 240 (40.0%); systems disagree on 30 (5.0%); nobody holds 330 (55.0%)." in words
    assert "2,500 records are about 1,500 people, 450 (30.0%) in two or more systems; 640 are suspects." in words
    assert "nobody knows of 600 (60.0%) 360 (36.0%)" in words
    assert "Asian 6.0% to 66.0% 11.0% to 47.0%" in words


def test_invented_records_are_said_to_be_so_and_how_right_the_joining_was(run):
    assert summary(run)[0].startswith("Smallshire. INVENTED REGION")
    assert "98.1% of the joins are right and 95.2% of those due were made" in said(run)
    real = said(replace(run, invented=False, truth=None))
    assert "invented" not in real.lower() and "Nobody knows how many joins are wrong." in real


@pytest.mark.parametrize("factor", [0, 1, 1_000, 100_000])
@pytest.mark.parametrize("name", ["Small", "A name\nthat will not end " * 40, "W" * 300])
def test_it_fits_a_screen_of_24_lines_by_80(run, times, factor, name):
    lines = summary(replace(times(run, factor), name=name))
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_a_changed_figure_changes_the_summary(run, with_figure):
    assert "601 (60.1%) have no self-defined ethnicity" in said(with_figure("missing-self-defined-ethnicity", 601))
