"""Every engine gives the same bytes, the same log and the same counts."""

from __future__ import annotations

import bz2
import gzip
from typing import TYPE_CHECKING

import pytest

from dedup.engines.run import run
from dedup.model.job import Job
from dedup.model.settings import Settings
from tests.conformance.cases import Case, articles, cases, lines
from tests.conformance.conftest import ALL
from tests.conformance.engines import locally, on_spark
from tests.support.fake_kernel import Recorder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command


_CHOSEN = {case.name for case in cases() if ALL or not (case.more or case.name in {"planted", "boilerplate"})}
"""Planted repeats are also what the test of one file has, and the cluster; boilerplate is in `test_clean`, too."""


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_two_workers_give_what_one_gives(case: Case, tmp_path: Path) -> None:
    case.put(tmp_path)
    assert locally(case, tmp_path, 2) == locally(case, tmp_path, 1)


@pytest.mark.spark
@pytest.mark.parametrize("case", [case for case in cases() if case.name in _CHOSEN], ids=lambda case: case.name)
@pytest.mark.usefixtures("spark", "small_parts")
def test_spark_gives_what_one_machine_gives(case: Case, tmp_path: Path) -> None:
    case.put(tmp_path)
    assert on_spark(case, tmp_path) == locally(case, tmp_path, 1)


@pytest.mark.spark
@pytest.mark.usefixtures("spark", "small_parts")
def test_one_file_and_its_log_are_those_of_one_machine(tmp_path: Path) -> None:
    """Also the lines of the log that open and close the output, with the digests of all of it."""
    case = next(case for case in cases() if case.name == "planted")
    case.put(tmp_path)
    found, wanted = on_spark(case, tmp_path, single=True), locally(case, tmp_path, 1)
    assert found == wanted
    assert (tmp_path / "spark-log.jsonl").read_bytes() == (tmp_path / "local-1.log").read_bytes()


@pytest.mark.spark
@pytest.mark.usefixtures("spark", "small_parts")
def test_parts_go_back_to_what_was_read(dedup: Command, tmp_path: Path) -> None:
    """Packed parts, with the last line in a part of its own, for it has no line end."""
    first, second = lines(articles(1, 60)), lines(articles(2, 40))[:-1]
    case = Case("packed", {"a.jsonl.bz2": first, "b.jsonl.bz2": second})
    case.put(tmp_path)
    assert on_spark(case, tmp_path).code == 0
    parts = sorted(path.name for path in (tmp_path / "spark").iterdir())
    assert parts == [f"part-{number:05d}.jsonl.bz2" for number in range(len(parts))]
    assert len(parts) > 3
    assert dedup("--restore", "spark-log", "-o", "back", "spark").code == 0
    back = b"".join(bz2.decompress((tmp_path / "back" / name).read_bytes()) for name in parts)
    assert back == first + second


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    case = Case("small", {"a.jsonl": lines(articles(1, 9))})
    case.put(tmp_path)
    (tmp_path / "spark").mkdir()
    assert "is there already" in (on_spark(case, tmp_path).error or ("",))[0]
    (tmp_path / "spark").rmdir()
    (tmp_path / "spark-log").mkdir()
    assert "is there already" in (on_spark(case, tmp_path).error or ("",))[0]
    assert not (tmp_path / "spark").exists()


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_a_file_that_is_damaged_or_hides_that_it_is_packed_ends_the_run(tmp_path: Path) -> None:
    packed = gzip.compress(lines(articles(1, 60)))
    for name, data, said in (
        ("cut.jsonl.gz", packed[:-9], "was cut off"),
        ("hidden.jsonl", packed, "is compressed, and its name does not say so"),
        ("wide.txt", "ab".encode("utf-16"), "cannot be written in lines of bytes"),
    ):
        (tmp_path / name).write_bytes(data)
        found = on_spark(Case("bad", {}, inputs=(name,)), tmp_path)
        assert found.error is not None
        assert said in found.error[0]
        assert found.text is None


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_a_directory_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    """Partition-like names are names like others; what begins with a dot or a line is not Spark's to read."""
    files = {
        name: lines(articles(seed, 9))
        for seed, name in enumerate(("b=1/z.jsonl", "b=1.jsonl", "a/x.jsonl.gz", "a.txt"))
    }
    files["a.txt"] = b"One line of a text.\nAnother line of it.\n"
    case = Case("tree", files)
    top = tmp_path / "in"
    case.put(top)
    (top / "_log.jsonl").write_bytes(b"{}\n")
    (top / "other.csv").write_bytes(b"1\n")
    found = on_spark(Case("tree", {}, inputs=("in",)), tmp_path)
    local = run(
        Job(
            inputs=(str(top),),
            include=("[!_]*.jsonl", "*.txt"),
            settings=Settings(scope="corpus"),
            output=tmp_path / "tree",
        ),
        Recorder(),
    )
    assert found.counts is not None
    assert found.counts["files"] == local.counts.files == 4
    order = ("a/x.jsonl.gz", "a.txt", "b=1/z.jsonl", "b=1.jsonl")
    wanted = [
        gzip.decompress(data) if name.endswith(".gz") else data
        for name in order
        for data in [(tmp_path / "tree" / name).read_bytes()]
    ]
    assert found.text == b"".join(wanted)
