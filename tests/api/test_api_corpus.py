"""The library over a whole corpus: the command's decisions, with documents and references told apart, nothing left."""

from __future__ import annotations

import json
import tempfile
import threading
from collections import UserDict
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import CleanedRecord, UsageError, clean_documents
from dedup.engines.local.in_memory_run import PickleSpool, _put
from dedup.model.decisions import Reason
from dedup.model.errors import DedupError, InputError, OutputError
from tests.promises.test_corpus import corpora, kept
from tests.support.fake_kernel import run_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.settings import Settings
    from tests.promises.test_corpus import Line

BRIDGE = "The council closed the old bridge on Monday for repairs that will take until the end of next summer."
SHOPS = "Shops on both sides of the river fear for their trade, and say that nobody had told them of the plan."
DENIED = BRIDGE.replace("closed", "has not closed")
FERRY = "Until then a ferry takes passengers and bicycles from one bank to the other, every half an hour."
DOCUMENTS = [f"{BRIDGE}\n\n{FERRY}", f"{SHOPS}\n\n{BRIDGE}", f"{DENIED}\n\n{SHOPS}", ""]


@pytest.fixture(autouse=True)
def leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every file that a call makes is gone after it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


@given(corpora(), kept, st.integers(1, 2))
def test_the_library_leaves_what_the_command_leaves(lines: list[Line], settings: Settings, workers: int) -> None:
    records = [{**json.loads(line.before + b'""' + line.after), "text": line.text} for line in lines]
    out = run_bytes(b"".join(line.whole for line in lines), format="jsonl", settings=settings)[0]
    left = [json.loads(line.decode("utf-8", "surrogateescape"))["text"] for line in out.splitlines() if line]
    texts = [line.text for line in lines]
    done = list(clean_documents(records, workers=workers, **asdict(settings)))
    assert [one.text for one in done] == left
    for number, one in enumerate(done):
        assert one.paragraphs == one.kept + one.removed
        for removal in one.removals:
            assert removal.text == texts[number][removal.start : removal.end]
            for witness in removal.witnesses:
                stands = texts[number if witness.document is None else witness.document]
                assert witness.text == stands[witness.start : witness.end]
                assert witness.document != number


def test_witnesses_say_in_which_document_or_reference_they_stand() -> None:
    first, second, third, nothing = clean_documents(DOCUMENTS, scope="corpus", against=[FERRY, SHOPS], explain=True)
    assert [one.text for one in (first, second, third, nothing)] == [BRIDGE, "", DENIED, ""]
    (ferry,) = first.removals
    assert [(w.document, w.reference, w.text) for w in ferry.witnesses] == [(None, 0, FERRY)]
    shops, bridge = second.removals
    assert [(w.document, w.reference, w.text) for w in shops.witnesses] == [(None, 1, SHOPS)]
    assert [(w.document, w.reference, w.text) for w in bridge.witnesses] == [(0, None, BRIDGE)]
    (denied,) = third.kept_near
    assert (denied.kinds, denied.witness.document) == (("turn",), 0)
    assert [denied.text[a - denied.start : b - denied.start] for a, b in denied.new] == ["not"]


@pytest.mark.parametrize("lasting", [True, False])
def test_records_come_back_whole(lasting: bool) -> None:  # noqa: FBT001
    records = [{"id": n, "page": {"body": text}, "seen": {n}} for n, text in enumerate(DOCUMENTS)]
    given = records if lasting else iter(records)
    done = list(clean_documents(given, field="page.body", scope="corpus"))
    assert all(isinstance(one, CleanedRecord) for one in done)
    assert [one.record["id"] for one in done] == [0, 1, 2, 3]
    assert done[1].record == {"id": 1, "page": {"body": SHOPS}, "seen": {1}}
    assert (done[0].record is records[0]) == lasting
    assert records[1]["page"] == {"body": DOCUMENTS[1]}


def test_only_records_of_a_group_are_compared() -> None:
    records = [UserDict(text=text, site=site) for text, site in zip(DOCUMENTS, "aba", strict=False)]
    assert [one.removed for one in clean_documents(records, scope="corpus", within="site")] == [0, 0, 0]
    assert [one.removed for one in clean_documents(records, scope="corpus")] == [0, 1, 1]
    with pytest.raises(InputError, match="reference 0: the field 'site' cannot be compared"):
        next(clean_documents(records, scope="corpus", within="site", against=[{"text": "", "site": object()}]))


def test_boilerplate_goes_from_everywhere() -> None:
    done = list(clean_documents([BRIDGE] * 3 + [SHOPS], scope="corpus", keep="none", boilerplate=3))
    assert [one.text for one in done] == ["", "", "", SHOPS]
    assert [removal.reason for one in done for removal in one.removals] == [Reason.BOILERPLATE] * 3
    assert {removal.documents for one in done for removal in one.removals} == {3}


def test_nothing_is_left_behind_by_who_stops_early() -> None:
    found = clean_documents(iter(DOCUMENTS), scope="corpus", workers=2)
    assert next(found).text == DOCUMENTS[0]
    assert isinstance(found, Generator)
    found.close()
    assert list(found) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"workers": 0, "scope": "corpus"}, "workers must be a number from 1 on, not 0"),
        ({"workers": True, "scope": "corpus"}, "not True"),
        ({"workers": 2}, "workers is for scope 'corpus'"),
        ({"against": [BRIDGE]}, "against is for scope 'corpus'"),
        ({"against": BRIDGE, "scope": "corpus"}, "the references are one str"),
    ],
)
def test_wrong_arguments_are_refused_by_the_call(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        clean_documents([], **arguments)


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([BRIDGE, 7], "document 1: it is neither a string nor a record"),
        ([{"text": BRIDGE}, {"body": BRIDGE}], "document 1: there is no field 'text'"),
        ([{"text": BRIDGE, "lock": threading.Lock()}], "document 0: it cannot be kept while the others are read"),
    ],
)
def test_a_bad_document_is_named_before_anything_is_yielded(documents: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        next(clean_documents(iter(documents), scope="corpus"))


def test_errors_of_whoever_gives_the_documents_are_theirs() -> None:
    def documents() -> Iterator[str]:
        yield BRIDGE
        raise OSError(5, "their disk")

    with pytest.raises(OSError, match="their disk") as caught:
        next(clean_documents(documents(), scope="corpus"))
    assert not isinstance(caught.value, DedupError)


def test_a_full_disk_is_said_to_be_full() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OutputError, match="No space left on device"):
        _put(full, bytearray(b"x"))
    with ExitStack() as stack, Path("/dev/full").open("wb", buffering=0) as full:
        some = PickleSpool(stack)
        some._file = full
        with pytest.raises(OutputError, match="No space left on device"):
            some.add("x")
