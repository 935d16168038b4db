"""In invented data ethnicity says nothing about anyone: only whether it was recorded depends on it."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from joinedup.codes import code_list
from joinedup.synthetic.choosing import Choosers
from joinedup.synthetic.groups import Groups

BROAD = "WMABO"


def people_by(town, label):
    """Distinct (person, label) among true parts, as the counts of broad ethnic groups for each label."""
    ethnicity = dict(zip(*town.truth("people").select(["true_person", "ethnicity"]).to_pydict().values(), strict=True))
    rows = town.truth("parts").to_pylist()
    held = {(row["true_person"], label(row)) for row in rows if row["true_person"] and label(row) is not None}
    labels = sorted({name for _, name in held})
    counts = np.zeros((len(labels), len(BROAD)), dtype=int)
    for person, name in held:
        counts[labels.index(name), BROAD.index(ethnicity[person][0])] += 1
    return counts


@pytest.mark.parametrize(
    "label",
    [
        pytest.param(lambda row: row["role"], id="role"),
        pytest.param(lambda row: row["stage"], id="stage"),
        pytest.param(lambda row: row["kind"] if row["role"] == "suspect" else None, id="kind of offence, suspects"),
        pytest.param(lambda row: row["kind"] if row["role"] == "victim" else None, id="kind of offence, victims"),
        pytest.param(lambda row: row["ho_class"][:3] if row["role"] == "suspect" else None, id="offence class"),
        pytest.param(lambda row: (row["role"], row["group_id"] is not None), id="role in a group or not"),
    ],
)
def test_ethnicity_of_true_people_is_independent_of(town, label):
    counts = people_by(town, label)
    common = counts[counts.sum(axis=1) >= 60]
    assert len(common) >= 2
    assert chi2_contingency(common).pvalue > 0.01


def test_people_with_a_part_and_people_with_none_have_the_same_ethnicities(town):
    people = town.truth("people").to_pylist()
    counts = np.zeros((2, len(BROAD)), dtype=int)
    for person in people:
        counts[int(bool(person["roles"])), BROAD.index(person["ethnicity"][0])] += 1
    assert chi2_contingency(counts).pvalue > 0.01


def test_those_who_give_out_parts_cannot_see_ethnicity_nationality_or_names():
    seen = set(Choosers.__dataclass_fields__) | set(Groups.__dataclass_fields__)
    assert not {name for name in seen if "ethnic" in name or "national" in name or "name" in name or "origin" in name}


def test_every_ethnicity_of_the_list_is_held_by_somebody(town):
    held = set(town.truth("people")["ethnicity"].to_pylist())
    assert held == set(code_list("sde-18-plus-1").substantive)
