"""What particular spellings become, and the traps between lists that look alike."""

import pyarrow.parquet as pq
import pytest

from joinedup.codes import GROUPS, code_list, ethnic_group, observed_group
from joinedup.errors import CodeListError


def inside(name, text):
    return code_list(name).translate(text).code


def reason(name, text):
    return code_list(name).translate(text).reason


def test_case_spaces_and_kinds_of_dash_do_not_matter():
    assert inside("sde-text", " white –  IRISH ") == "W2"
    assert inside("force", "dyfed—powys") == "W15000004"


def test_nothing_is_not_recorded_and_something_unknown_is_unmapped():
    assert code_list("sex").translate(None) == (None, "not_recorded")
    assert code_list("sex").translate("  ") == (None, "not_recorded")
    assert code_list("sex").translate("purple") == (None, "unmapped")


def test_african_and_caribbean_change_places_between_pole_and_18_plus_1():
    assert [inside("sde-pole", number) for number in ("14", "15")] == ["B2", "B1"]
    assert [code_list("sde-pole").back(code) for code in ("B1", "B2")] == ["15", "14"]


def test_chinese_is_o1_and_other_in_16_plus_1_but_a4_and_asian_in_18_plus_1():
    assert inside("sde-16-plus-1", "O1") == "A4"
    assert code_list("sde-16-plus-1").back("A4") == "O1"
    assert inside("self-defined-ethnicity", "O1") is None
    assert ethnic_group("A4") == "Asian"
    assert inside("sde-hmpps", "O1") == inside("sde-hmpps", "A4") == "A4"


def test_groups_without_a_code_are_counted_under_another_in_the_shorter_lists():
    assert [code_list("sde-16-plus-1").back(code) for code in ("W3", "W5", "O2")] == ["W9", "W9", "O9"]
    assert [code_list("sde-18-plus-1").back(code) for code in ("W3", "W5", "O2")] == ["W3", "W9", "O2"]
    assert code_list("sde-pole").back("W5") == code_list("sde-pole").back("W9") == "4"


def test_roma_has_a_code_in_the_census_and_in_prisons_and_none_in_the_police_lists():
    assert inside("sde-census-2021", "16") == inside("sde-hmpps", "W5") == "W5"
    assert "W5" not in code_list("sde-18-plus-1").codes
    assert ethnic_group("W5") == "White"


def test_the_census_counts_bangladeshi_first_and_any_other_last():
    assert [inside("sde-census-2021", n) for n in ("1", "13", "19")] == ["A3", "W1", "O9"]
    assert reason("sde-census-2021", "-8") == "not_applicable"


def test_not_stated_is_a_refusal_and_not_an_unknown():
    assert reason("self-defined-ethnicity", "NS") == "refused"
    assert reason("sde-text", "Not Stated (NS)") == reason("sde-text", "Other ethnic group - Not stated") == "refused"
    assert code_list("sde-hmpps").label("NS") == "Prefer not to say"
    assert reason("sde-hmpps", "UN") == "not_known"
    assert reason("sde-hmpps", "Z1") == "not_recorded"


def test_the_four_police_reasons_for_no_answer_stay_apart():
    found = [reason("self-defined-ethnicity", f"N{n}") for n in (1, 2, 3, 4)]
    assert found == ["not_asked", "not_asked", "not_understood", "refused"]


def test_the_code_that_merges_refused_with_unknown_lays_nothing_on_the_person():
    assert reason("sde-pole", "19") == "not_known"


def test_observed_codes_have_an_unknown_of_their_own_in_each_list_and_a_mixed_only_in_pole():
    assert reason("observed-ethnicity", "0") == reason("ic-codes", "IC9") == "not_known"
    assert reason("ic-codes", "0") == reason("ic-codes", "IC7") == "unmapped"
    assert inside("observed-pole", "7") == "7"
    assert inside("ic-codes", "ic4") == "4"


def test_observed_codes_fall_in_five_groups_or_in_none():
    groups = ["White", "White", "Black", "Asian", "Asian", "Other", "Mixed", None]
    assert [observed_group(code) for code in "12345670"] == groups


def test_every_self_defined_code_is_in_one_of_five_groups_and_every_reason_in_none():
    codes = code_list("self-defined-ethnicity")
    assert {ethnic_group(code) for code in codes.substantive} == set(GROUPS)
    assert len({ethnic_group(code, groups=19) for code in codes.substantive}) == 19
    for code in set(codes.codes) - codes.substantive:
        with pytest.raises(CodeListError, match="in no group"):
            ethnic_group(code)


def test_ethnicity_is_grouped_in_5_or_19_only():
    with pytest.raises(CodeListError, match="5 or in 19"):
        ethnic_group("A1", groups=6)


@pytest.mark.parametrize("name", ["nationality-hmpps", "nationality-cjs", "nationality"])
def test_romanian_is_a_nationality_and_never_an_ethnicity(name):
    assert inside(name, "ROU" if name != "nationality-hmpps" else "ROMA") == "ROU"
    for ethnicity in ("self-defined-ethnicity", "sde-text", "sde-hmpps"):
        assert code_list(ethnicity).translate("ROMA").code is None


def test_kosovo_is_one_code_inside_whatever_it_was_sent_as():
    sent = [
        ("nationality-hmpps", "KOS"),
        ("nationality-hmpps", "KSV"),
        ("nationality", "XK"),
        ("nationality", "Kosovan"),
    ]
    assert {inside(name, text) for name, text in sent} == {"XXK"}
    assert reason("nationality-cjs", "XXK") == "unmapped"


def test_states_that_became_several_are_unmapped():
    assert reason("nationality-cjs", "SCG") == reason("nationality-cjs", "ANT") == "unmapped"
    assert reason("nationality-hmpps", "SECR") == reason("nationality-hmpps", "AN") == "unmapped"
    assert inside("nationality", "SRB") == "SRB"
    assert inside("nationality", "SSD") == "SSD"


def test_refused_stateless_and_unknown_nationality_stay_apart():
    assert code_list("nationality-hmpps").translate("REF") == (None, "refused")
    assert code_list("nationality-hmpps").translate("STATE") == ("STATELESS", None)
    assert code_list("nationality-hmpps").translate("UNKNOWN") == (None, "not_known")


@pytest.mark.parametrize("text", ["British", "UK", "ENGLISH", "Welsh", "SCOTTISH", "GB", "United Kingdom", "gbr"])
def test_british_nationality_is_found_in_its_common_spellings(text):
    assert inside("nationality", text) == "GBR"


@pytest.mark.parametrize("text", ["Congolese", "Dominican", "Korean"])
def test_an_adjective_that_two_states_share_names_neither(text):
    assert reason("nationality", text) == "unmapped"


@pytest.mark.parametrize("text", ["NA", "NO", "N/A"])
def test_a_spelling_of_nothing_is_no_country(text):
    assert reason("nationality", text) == "unmapped"


def test_nationality_has_every_current_iso_code_and_two_more():
    assert len(code_list("nationality").substantive) == 249 + len({"XXK", "STATELESS"})


def test_sex_not_specified_is_a_value_and_not_known_is_none():
    assert code_list("sex-cjs").translate("9") == ("9", None)
    assert code_list("sex-cjs").translate("0") == (None, "not_known")
    assert code_list("sex-pnc").translate("U") == (None, "not_known")
    assert code_list("sex-pnc").back("9") == "U"
    assert [inside("gender-pole", text) for text in ("Male", "Female", "Trans Male")] == ["M", "F", "9"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("column", "name"), [("self_defined_ethnicity", "sde-text"), ("officer_defined_ethnicity", "observed-text")]
)
def test_every_label_of_real_stop_and_search_records_maps(shared, column, name):
    labels = (
        pq.read_table(shared / "data/police/uk_stop_search_share.parquet", columns=[column])[column]
        .unique()
        .to_pylist()
    )
    assert {label for label in labels if code_list(name).translate(label).reason == "unmapped"} == set()
    assert len(labels) > 4


@pytest.mark.shared
def test_every_published_country_code_is_in_the_cjs_list(published):
    assert {row["cjsCode"] for row in published("country.csv")} == set(code_list("nationality-cjs").codes)
