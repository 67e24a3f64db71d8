"""The library: one text, a stream of documents, typed results, and errors that say what to do."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

import dedup
from dedup import Cleaned, CleanedRecord, UsageError, clean, clean_documents
from dedup.api.documents import BATCH_DOCUMENTS
from dedup.model.decisions import Compared, Reason
from dedup.model.errors import InputError
from tests.support.cli_process import CLEANED, OTHER, REPEATED, SENTENCE

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_text_comes_back_without_its_repeats() -> None:
    done = clean(REPEATED)
    assert done.text == CLEANED
    assert (done.paragraphs, done.kept, done.removed) == (3, 2, 1)
    assert done.counts == {Reason.EXACT: 1, Reason.NEAR: 0, Reason.BLOCK: 0, Reason.BOILERPLATE: 0}
    (removal,) = done.removals
    assert (
        removal.paragraph,
        removal.text,
        removal.reason,
        removal.compared,
    ) == (2, SENTENCE, Reason.EXACT, Compared.IDENTICAL)
    assert SENTENCE == REPEATED[removal.start : removal.end] == removal.witnesses[0].text
    at, cut = removal.cut_start, REPEATED[removal.cut_start : removal.cut_end]
    assert done.text[:at] + cut + done.text[at:] == REPEATED
    assert (removal.similarity, removal.coverage) == (1.0, 1.0)


def test_a_text_without_repeats_is_the_same_object() -> None:
    text = f"{SENTENCE}\r\n{OTHER}"
    done = clean(text)
    assert text is done.text
    assert done.removals == ()


def test_settings_are_those_of_the_command_line() -> None:
    short = "Far too short.\nSome other words.\n" + f"{SENTENCE}\n" + "Far too short.\n"
    assert short == clean(short).text
    assert clean(REPEATED, min_words=100, split="line").text in (REPEATED, CLEANED)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"treshold": 0.5}, "unknown setting 'treshold'. Hint: Did you mean 'threshold'?"),
        ({"output": "x"}, "unknown setting 'output'. Hint: settings are split, threshold"),
        ({"threshold": "0.5"}, "threshold must be a number, not the string '0.5'"),
        ({"threshold": 2}, "threshold must be from 0 to 1, not 2"),
        ({"min_words": 0}, "min_words must be at least 1, not 0"),
        ({"exact": "no"}, "exact must be true or false, not the string 'no'"),
        ({"guard": "loose"}, "guard must be 'strict' or 'numbers' or 'off', not 'loose'"),
    ],
)
def test_a_setting_that_does_not_fit_is_a_usage_error(settings: dict[str, Any], message: str) -> None:
    """For both calls, and for the stream before anything is read."""
    with pytest.raises(UsageError) as caught:
        clean(REPEATED, **settings)
    assert str(caught.value).startswith(message)
    with pytest.raises(UsageError):
        clean_documents(iter(()), **settings)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(UsageError, match="the text is of type bytes"):
        clean(b"bytes")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"call clean\(\)"):
        clean_documents(REPEATED)


def test_documents_are_compared_with_themselves_alone() -> None:
    done = list(clean_documents([REPEATED, SENTENCE, SENTENCE]))
    assert [each.text for each in done] == [CLEANED, SENTENCE, SENTENCE]
    assert all(type(each) is Cleaned for each in done)


def test_records_keep_their_other_fields() -> None:
    first = {"id": 1, "page": {"body": REPEATED, "url": "u"}, "tags": ["x"]}
    second = {"id": 2, "page": {"body": SENTENCE}}
    one, two = clean_documents([first, second], field="page.body")
    assert isinstance(one, CleanedRecord)
    assert one.record == {"id": 1, "page": {"body": CLEANED, "url": "u"}, "tags": ["x"]}
    assert list(first) == list(one.record)
    assert first["page"]["body"] == REPEATED, "the record that came in is left alone"  # type: ignore[index]
    assert second is two.record


def test_a_stream_is_read_as_it_is_needed() -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield REPEATED

    done = clean_documents(endless())
    assert read == 0
    assert next(done).text == CLEANED
    assert read <= BATCH_DOCUMENTS
    assert [each.text for each in itertools.islice(done, 1000)] == [CLEANED] * 1000
    assert read < 1001 + 2 * BATCH_DOCUMENTS


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"body": "x"}, "document 1: there is no field 'text'. Hint: name another one with field="),
        ({"text": 3}, "document 1: the field 'text' holds no string, but int"),
        (b"bytes", "document 1: it is neither a string nor a record, but bytes"),
        (None, "document 1: it is neither a string nor a record, but NoneType"),
    ],
)
def test_a_bad_document_is_named_after_those_before_it(bad: Any, message: str) -> None:
    done = clean_documents([{"text": REPEATED}, bad])
    assert next(done).text == CLEANED
    with pytest.raises(InputError) as caught:
        next(done)
    assert str(caught.value).startswith(message)


def test_exported_members() -> None:
    assert sorted(dedup.__all__) == dedup.__all__
    for name in dedup.__all__:
        assert getattr(dedup, name) is not None
        assert name in dir(dedup)
    public = {name for name in vars(dedup) if not name.startswith("_")} - set(dedup.__all__)
    assert all(type(vars(dedup)[name]).__name__ in {"module", "_Feature", "bool"} or name == "Any" for name in public)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = dedup.nothing


def test_a_record_whose_text_is_none_stays() -> None:
    """There is nothing to clean in it, in either scope."""
    records: list[dict[str, Any]] = [{"text": "one"}, {"text": None, "id": 2}]
    for done in (list(clean_documents(records)), list(clean_documents(records, scope="corpus"))):
        assert [one.record for one in done] == records
        assert (done[1].text, done[1].paragraphs) == ("", 0)
