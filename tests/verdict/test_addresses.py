"""Addresses: what they spell out is no text, and what they lead to is in no text."""

from __future__ import annotations

import pytest

from tests.verdict.test_compare import judged

HEADLINES = (
    ("The old salt barge will stop running after the winter", "the-old-salt-barge-will-stop-running-after-the-winter"),
    (
        "Die alte Seilbahn am Steilhang bleibt bis zum Sommer zu",
        "die_alte_seilbahn_am_steilhang_bleibt_bis_zum_sommer_zu",
    ),
    (
        "Eski feribot kış sonunda boğazı geçmeyi bırakacak dedi müdür",
        "eski-feribot-kış-sonunda-boğazı-geçmeyi-bırakacak-dedi-müdür",
    ),
    (
        "Старый паром перестанет ходить через пролив после этой зимы",
        "старый-паром-перестанет-ходить-через-пролив-после-этой-зимы",
    ),
    ("Το παλιό φέρι θα σταματήσει να περνά τον πορθμό", "το-παλιό-φέρι-θα-σταματήσει-να-περνά-τον-πορθμό"),
)


@pytest.mark.parametrize(("headline", "slug"), HEADLINES)
@pytest.mark.parametrize("front", ["https://example.org/news/", "www.example.org/", "/2021/06/"])
def test_an_address_is_no_witness_for_the_headline_that_it_spells(headline: str, slug: str, front: str) -> None:
    """Nor is the headline one for the address."""
    assert not judged(front + slug, headline).covered
    assert not judged(headline, front + slug).covered


@pytest.mark.parametrize(("headline", "slug"), HEADLINES)
def test_one_that_holds_both_is_a_witness_for_either(headline: str, slug: str) -> None:
    """A link with its words."""
    link = f"[{headline}](https://example.org/news/{slug})"
    assert judged(link, headline).covered
    assert judged(f"{link} (in the archive of the paper)", link).covered


def test_an_address_covers_the_same_address() -> None:
    """As a part of what stands there."""
    address = "https://example.org/news/the-old-salt-barge-will-stop-running-after-the-winter"
    assert judged(f"Source: {address}", address).covered


def test_a_few_words_in_an_address_among_many_are_no_matter() -> None:
    """The others are in the text."""
    text = "The harbour office says that the old barge is too expensive to mend and that nobody has ordered a new one"
    assert judged(f"{text}: example.org/a/b/c/d/harbour/office", text).covered


@pytest.mark.parametrize(
    "both",
    [
        (
            "Whoever comes by the state-of-the-art ferry pays less here",
            "Whoever comes by the state of the art ferry pays less here",
        ),
        ("价格/日期/地点/时间/人数/备注 都写在港口的牌子上了", "价格/日期/地点/时间/人数/备注 都写在港口的牌子上了。"),
        (
            "Open on Mon/Tue/Wed/Thu only, by day, from nine to five",
            "Open on Mon, Tue, Wed, Thu only, by day, from nine to five",
        ),
    ],
)
def test_joined_words_are_no_addresses(both: tuple[str, str]) -> None:
    """A few, or those that both have."""
    assert judged(*both).covered
