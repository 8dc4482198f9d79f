"""What an attacker can learn is said as it is, also where nothing is hidden."""

from components.attacker import in_short, in_words, panel, said


def test_where_no_number_is_hidden_there_is_no_empty_chart_or_table() -> None:
    drawn = panel({"0": 0, "10": 0, "unlimited": 0}, {"town": 0.0, "county": 0.0}, [], [], None)
    assert len(drawn) == 1 and "No number is hidden" in str(drawn) and "figure" not in str(drawn)
    assert in_short(675, 0) == "None of 675 numbers had to be hidden."
    assert in_words(675, 1, 11.0, 10)[0].endswith("1 of them is hidden.")
    assert said({"10": 1, "20": 2}).startswith("1 hidden number with a range 10 to 19 children wide; 2 hidden numbers")
    words = in_words(675, 0, None, 10)
    assert words[0] == "675 numbers were prepared for this publication. None of them had to be hidden."
    assert len(words) == 2 and not any("tried to work out" in sentence for sentence in words)


def test_the_kind_of_place_that_hides_most_is_named_in_grammar() -> None:
    assert "School districts hide most: 31" in str(panel({"10": 4}, {"district": 0.31, "county": 0.1}, [], [], 11.0))
    assert "The county hides most: 31" in str(panel({"10": 4}, {"district": 0.1, "county": 0.31}, [], [], 11.0))
