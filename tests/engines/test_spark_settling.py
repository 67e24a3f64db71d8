"""On Spark, too, it is known before anything is written what stays for its neighbours, and all is decided again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dedup.engines.local import settling
from dedup.engines.removal.settle import Settled
from dedup.model.settings import Settings
from dedup.resolve.corpus.removals import BOILERPLATE, GOES, HELD, RETAINED, UNJUDGED, UNSETTLED, removal_type
from tests.conformance.cases import Case, lines
from tests.conformance.conftest import require_spark, session
from tests.conformance.engines import Result, locally, on_spark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dedup.engines.removal.task_decisions import Document
    from dedup.formats.parts import Work

pytest.importorskip("pyarrow")
pytestmark = [
    pytest.mark.filterwarnings("default"),  # Spark's own
    pytest.mark.xdist_group("spark"),
]

COUNT = "The reading room of the old library stays closed on Monday - and on Tuesday until noon - to count its books."
DASHES = COUNT.replace(" -", ",")
FERRY = "The ferry does not sail in winter while the ice lies on the lake between both of the islands."
MAPS = "Whoever has borrowed a map of the harbour is asked to bring it back before the count begins downstairs."
OWN = "The tram stops here since the bridge was built anew in spring, and it goes on to the market."
BREAD = "Bread is baked in this street every morning before the first boat leaves for the islands."
ARABIC = "تبقى قاعة المطالعة في المكتبة القديمة مغلقة يوم الاثنين - ويوم الثلاثاء حتى الظهر - لجرد الكتب."


def _heading(text: str, other: str, short: str, heading: str) -> list[str]:
    """Return two documents: in the second a text cannot leave what is below it behind, until the first one is cut."""
    return [f"{text}\n\n{other}\n\n{short}", f"## {heading}\n\n{text}\n\n{short}"]


HEADINGS = [
    *_heading(COUNT, DASHES, "Sport of the week", "Hours of opening"),
    *_heading(ARABIC, ARABIC.replace(" -", "،"), "رياضة الأسبوع", "ساعات العمل"),
]
# Without the notice both rows would be one table; what stands further below goes.
TABLES = [
    FERRY,
    f"| Fares 5 |\n{FERRY}\n| Taxes 7 |\n\n{OWN}\n\n{MAPS}",
    f"{BREAD}\n\n{FERRY}",
    f"| Tolls 2 |\n{FERRY}\n| Rents 9 |",
]
CASES = {
    "first": Case("first", {"r.jsonl": lines([MAPS]), "a.jsonl": lines(TABLES + HEADINGS)}, references=("r.jsonl",)),
    "none": Case("none", {"a.jsonl": lines([MAPS, *TABLES])}, settings={"keep": "none", "boilerplate": 3}),
}


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Yield a session of two threads on this machine."""
    require_spark()
    found = session("local[2]")
    yield found
    found.stop()


def _locally(case: Case, directory: Path, text: bytes | None = None) -> Result:
    """Run a case on one machine, on another text if one is given."""
    directory.mkdir()
    case = case if text is None else replace(case, files={**case.files, "a.jsonl": text})
    case.put(directory)
    return locally(case, directory, 1)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.usefixtures("spark")
def test_another_run_removes_nothing_on_either_engine(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes, log and counts as on one machine, where one round would have said something else."""
    with monkeypatch.context() as patch:
        patch.setattr(settling, "ROUNDS", 1)
        once = _locally(case, tmp_path / "once")
        if case.settings.get("keep") != "none":
            assert _locally(case, tmp_path / "later", once.text).text != once.text
    case.put(tmp_path)
    wanted = locally(case, tmp_path, 1)
    assert wanted.log != once.log
    assert b'"held"' in b"".join(wanted.log or ())
    assert _locally(case, tmp_path / "again", wanted.text).text == wanted.text
    assert on_spark(case, tmp_path) == wanted


def test_witnesses_that_go_later_are_followed_as_on_one_machine(spark: Any) -> None:
    """What was gone for went for the same bytes elsewhere: that is named in its place, however long the way."""
    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.engines.spark.stages.judge import JUDGED, NAMES
    from dedup.engines.spark.stages.settle import Settling

    rng = np.random.default_rng(7)
    removals = np.zeros(60, removal_type(0))
    removals["paragraph"] = np.sort(rng.choice(np.arange(1, 90), 60, replace=False))
    removals["witness"] = rng.integers(0, removals["paragraph"])
    removals["reason"] = rng.choice([0, 1, BOILERPLATE], 60, p=[0.6, 0.3, 0.1])
    removals["state"] = rng.choice([GOES, HELD, RETAINED], 60, p=[0.7, 0.2, 0.1])
    rows = [(*(row[name].item() for name in (*NAMES, "state")), True) for row in removals]
    settle = Settling(None, None, Settings(scope="corpus"), CheckpointStore(None), lambda gone: gone)
    found = settle._followed(spark.createDataFrame(rows, JUDGED))
    before = removals["witness"].copy()
    settling.follow_witnesses(removals)
    assert (removals["witness"] != before).sum() > 9
    wanted = zip(removals["paragraph"].tolist(), removals["witness"].tolist(), strict=True)
    assert {row.paragraph: row.witness for row in found.collect()} == dict(wanted)


def test_what_does_not_settle_later_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something of a document goes already, the rest is held back as before, or stays; blocks are numbered on."""
    import pyarrow as pa

    from dedup.engines.spark.stages import judge as module

    def unsettled(_: Work, documents: Sequence[Document]) -> list[Settled]:
        numbers = [int((one.removals["state"] == UNJUDGED).sum()) for one in documents]
        return [Settled(np.full(number, UNSETTLED, np.uint8), np.ones(number, bool)) for number in numbers]

    def row(document: int, index: int, state: int, block: int, *, held: bool = False) -> dict[str, Any]:
        number = (document << 28) + index
        blank = dict.fromkeys(("similarity", "coverage"), 1.0) | dict.fromkeys(module.NAMES[4:], 0)
        return {"paragraph": number, "witness": 1 << 28, **blank, "block": block, "state": state, "held": held}

    documents = [
        [row(1, 0, GOES, 0), row(1, 1, GOES, 0), row(1, 2, UNJUDGED, 0, held=True), row(1, 3, UNJUDGED, -1)],
        [row(2, 0, UNJUDGED, 0, held=True), row(2, 1, UNJUDGED, 0)],
    ]
    monkeypatch.setattr(module, "settled_documents", unsettled)
    spans = np.arange(8, dtype="<i4").tobytes()
    columns = {"document": [1, 2], "text": [b"text"] * 2, "spans": [spans] * 2, "removals": documents}
    (batch,) = module.judge(Settings(scope="corpus"), [pa.RecordBatch.from_pydict(columns)])
    assert batch.column("state").to_pylist() == [GOES, GOES, HELD, RETAINED, UNSETTLED, UNSETTLED]
    assert batch.column("block").to_pylist() == [0, 0, 1, -1, 0, 0]
    assert batch.column("asked").to_pylist() == [True] * 6
