"""A limit to what may go: looked at before anything is written."""

from __future__ import annotations

import pytest

from dedup.model.errors import DedupError
from dedup.model.outcome import check_removed
from tests.support.cli_process import OTHER, SENTENCE, Command
from tests.support.fake_kernel import run_bytes

REPEATED = f"{SENTENCE}\n{OTHER}\n{SENTENCE}\n"


@pytest.mark.parametrize(
    ("removed", "paragraphs", "limit", "refused"),
    [(1, 10, 0.1, False), (2, 10, 0.1, True), (1, 3, 0.0, True), (0, 0, 0.0, False), (3, 3, 1.0, False)],
)
def test_limit_is_the_largest_share_that_may_go(removed: int, paragraphs: int, limit: float, *, refused: bool) -> None:
    check_removed(removed, paragraphs, None)
    if not refused:
        check_removed(removed, paragraphs, limit)
        return
    with pytest.raises(DedupError, match=f"{removed} of {paragraphs} paragraphs would go.*nothing was written"):
        check_removed(removed, paragraphs, limit)


def test_above_the_limit_nothing_is_written(dedup: Command) -> None:
    (dedup.directory / "in.txt").write_text(REPEATED, encoding="utf-8")
    before = (dedup.directory / "in.txt").read_bytes()
    for args in (["in.txt"], ["-o", "out.txt", "in.txt"], ["--in-place", "--removed", "log", "in.txt"], ["-"]):
        done = dedup("--max-removed", "0.3", *args, stdin=before)
        assert (done.code, done.stdout) == (2, b"")
        assert "1 of 3 paragraphs would go, a share of 0.3333, and --max-removed is 0.3; nothing" in done.stderr
        assert " Hint: see what would go" in done.stderr
    assert [path.name for path in dedup.directory.iterdir() if path.name != ".git"] == ["in.txt"]
    assert (dedup.directory / "in.txt").read_bytes() == before


def test_below_the_limit_the_run_is_as_without(dedup: Command) -> None:
    done, free = dedup("--max-removed", "0.34", stdin=REPEATED.encode()), dedup(stdin=REPEATED.encode())
    assert done == free
    assert done.stdout.count(SENTENCE.encode()) == 1


def test_limit_is_of_all_inputs_together_and_problems_are_told_once(dedup: Command) -> None:
    (dedup.directory / "a.txt").write_text(REPEATED, encoding="utf-8")
    (dedup.directory / "b.jsonl").write_text('{"text": "One."}\n{"no": 1}\n', encoding="utf-8")
    done = dedup("--max-removed", "0.25", "-o", "out/", "a.txt", "b.jsonl")
    assert done.code == 2
    assert done.stderr.count("no field 'text'") == 1
    assert (dedup.directory / "out" / "a.txt").exists()


def test_limit_holds_for_marks_too() -> None:
    with pytest.raises(DedupError, match="nothing was written"):
        run_bytes(b'{"text": "%s"}' % REPEATED.replace("\n", "\\n").encode(), mark=True, max_removed=0.1)


def test_reading_twice_is_told_as_two_stages() -> None:
    assert run_bytes(b"One.\n", max_removed=1.0)[2].stages == [("looking", "bytes"), ("cleaning", "bytes")]
    assert run_bytes(b"One.\n")[2].stages == [("", "bytes")]


def test_limit_and_on_error_fail_go_together() -> None:
    with pytest.raises(DedupError, match="no field 'text'"):
        run_bytes(b'{"no": 1}\n', format="jsonl", max_removed=1.0, on_error="fail")
