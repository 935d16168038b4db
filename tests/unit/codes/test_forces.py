"""Forces: 43 and one, under every name they go by; shared systems, other bodies and invented forces."""

import pytest

from joinedup.codes import code_list, force
from joinedup.errors import CodeListError


def test_there_are_43_areas_and_british_transport_police_without_one():
    forces = [force(code) for code in code_list("force").codes]
    areas = [found.area for found in forces if found.area]
    english = [f"E230000{n:02d}" for n in range(1, 39 + 1)]
    welsh = [f"W1500000{n}" for n in range(1, 4 + 1)]
    assert areas == english + welsh
    assert len(areas) == 43
    assert [found.code for found in forces if not found.area] == ["BTP"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E23000005", "E23000005"),
        ("Greater Manchester Police", "E23000005"),
        ("GMP", "E23000005"),
        ("metropolitan police service", "E23000001"),
        ("Metropolitan", "E23000001"),
        ("London, City of", "E23000034"),
        ("Devon & Cornwall", "E23000035"),
        ("Devon and Cornwall Constabulary", "E23000035"),
        ("Hampshire", "E23000030"),
        ("Hampshire and Isle of Wight", "E23000030"),
        ("Dyfed Powys", "W15000004"),
        ("British Transport Police", "BTP"),
    ],
)
def test_a_force_is_found_by_every_name_it_goes_by(text, code):
    assert force(text).code == code


def test_numbers_lead_to_forces_and_the_metropolitan_has_two():
    numbers = code_list("force-cjs")
    assert numbers.translate("01").code == numbers.translate("2").code == "E23000001"
    assert numbers.back("E23000001") == "01"
    assert numbers.translate("93").code == "BTP"
    assert force("Metropolitan").numeric == ("01", "02")


def test_a_shared_system_does_not_tell_whose_a_record_is():
    assert code_list("force-cjs").translate("00") == (None, "not_known")
    with pytest.raises(CodeListError, match="not a police force"):
        force("Athena Forces")


@pytest.mark.parametrize("text", ["Action Fraud", "CIFAS", "UK Finance", "National Crime Agency", "00", ""])
def test_other_bodies_are_not_forces(text):
    with pytest.raises(CodeListError, match="not a police force"):
        force(text)


def test_a_mistyped_force_is_answered_with_the_nearest_and_not_repeated():
    with pytest.raises(CodeListError) as refused:
        force("Lancashre")
    assert "Did you mean `Lancashire`?" in str(refused.value)
    assert "Lancashre" not in str(refused.value)


def test_an_invented_force_is_refused_in_a_real_project():
    with pytest.raises(CodeListError, match="`X01` is an invented force") as refused:
        force("X01")
    assert refused.value.rule == "invented-force"


def test_an_invented_force_says_so_in_an_invented_project():
    found = force("x03", invented=True)
    assert found.invented
    assert found.area is None
    assert "(invented)" in found.name


def test_every_invented_name_says_that_it_is_invented_and_is_no_real_force():
    for code in code_list("force-invented").codes.values():
        assert code.label.endswith("(invented)")
        assert code_list("force").translate(code.label).code is None


@pytest.mark.shared
def test_every_published_number_is_in_the_list(published):
    assert {row["code"] for row in published("forces.csv")} == set(code_list("force-cjs").codes)
