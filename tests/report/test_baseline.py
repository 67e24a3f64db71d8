"""What a baseline accepts: a copy more fails, a copy less does not, and where files stand makes no difference."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup.report.baseline import baseline_file
from dedup.report.baseline.baseline_file import Entry
from dedup.report.findings.text_fingerprint import fingerprint, normalised
from tests.support.cli_inprocess import Done, run
from tests.support.cli_process import OTHER, SENTENCE
from tests.support.strategies import documents

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

LONG = "Another sentence about the harbour that is long enough to be judged alone on any day."
SCOPES = ("document", "corpus")


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def check(*more: str, scope: str = "document") -> Done:
    """Check the directory `in` against a baseline."""
    # What is drawn may look like text in another encoding.
    return run(["--check", "--binary-as-text", "--workers", "1", "--scope", scope, "--baseline", "b", *more, "in"])


def accept(scope: str = "document") -> bytes:
    """Accept all that repeats now; return the baseline."""
    done = check("--update-baseline", scope=scope)
    assert done.code == 0, done.stderr
    return Path("b").read_bytes()


def written(*texts: str, directory: str = "in") -> None:
    """Write files 0.txt, 1.txt and so on, in place of all that is there."""
    Path(directory).mkdir(exist_ok=True)
    for old in Path(directory).iterdir():
        old.unlink()
    for number, text in enumerate(texts):
        Path(directory, f"{number}.txt").write_bytes(text.encode("utf-8", "surrogatepass"))


def article(*paragraphs: str) -> str:
    return "".join(f"{one}\n\n" for one in paragraphs)


REPEATS = {
    "document": (article(SENTENCE, LONG, SENTENCE), article(OTHER, OTHER)),
    "corpus": (article(SENTENCE, LONG), article(OTHER, SENTENCE), article(OTHER)),
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_copy_more_fails_and_a_copy_less_passes(scope: str) -> None:
    """Of a block that is accepted; the one that is new is told, and that some are gone is told, too."""
    written(*REPEATS[scope])
    accept(scope)
    done = check("-v", scope=scope)
    assert done.code == 0
    assert b"removed," not in done.stderr
    assert b"2 of 2 repeats accepted by b, 0 new" in done.stderr
    Path("in/9.txt").write_text(article(SENTENCE, SENTENCE) if scope == "document" else article(SENTENCE))
    done = check("-v", scope=scope)
    assert done.code == 1
    assert b"2 of 3 repeats accepted by b, 1 new" in done.stderr
    assert done.stderr.count(b"removed,") == 1
    assert b"in/9.txt:" in done.stderr
    Path("in/9.txt").unlink()
    Path("in/1.txt").write_text(article(LONG if scope == "document" else OTHER))
    done = check(scope=scope)
    assert done.code == 0
    assert b"1 of 1 repeat accepted by b, 0 new; 2 places that it accepts are there no longer: --update-baseline" in (
        done.stderr
    )


@pytest.mark.parametrize("scope", SCOPES)
def test_it_makes_no_difference_where_files_stand(scope: str) -> None:
    """Neither what they are called, nor in which order they come."""
    written(*REPEATS[scope])
    before = accept(scope)
    written(*REPEATS[scope][::-1])
    done = check(scope=scope)
    assert (done.code, b"no longer" in done.stderr) == (0, False)
    Path("in/sub").mkdir()
    Path("in/0.txt").rename("in/sub/moved.txt")
    assert check(scope=scope).code == 0
    assert accept(scope) == before


def test_a_changed_word_makes_another_text() -> None:
    """A near-duplicate has a fingerprint of its own, and another one is new; case and punctuation make none."""
    near = SENTENCE.replace("repairs", "repairrs")
    written(article(SENTENCE, OTHER, near))
    accept()
    written(article(SENTENCE, OTHER, near.upper().replace(" ", "  ")))
    assert check().code == 0
    written(article(SENTENCE, OTHER, SENTENCE.replace("the old", "this old")))
    assert check().code == 1


def test_moving_text_to_another_file_is_no_repeat_of_its_own() -> None:
    """Moved text stays accepted, also where another copy is the one that stays."""
    written(article(SENTENCE, LONG, SENTENCE), article(OTHER))
    accept()
    written(article(LONG), article(OTHER, SENTENCE, LONG, SENTENCE))
    assert check().code == 0


@given(st.lists(documents(most=8), min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_any_names_give_the_same_baseline(texts: list[str], rng: random.Random) -> None:
    """Byte for byte, in scope document, whatever the documents are; and right after it was written, a check passes."""
    written(*texts)
    before = accept()
    assert check().code == 0
    written(*rng.sample(texts, len(texts)))
    for file in sorted(Path("in").iterdir()):
        file.rename(file.with_name(f"{rng.randrange(10**9)}-{file.name}"))
    assert check().code == 0
    assert accept() == before


@given(
    st.lists(
        st.lists(st.sampled_from([SENTENCE, OTHER, LONG, SENTENCE.upper(), f"{LONG}!"]), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_copies_in_a_corpus_give_the_same_baseline_in_any_order(
    articles: Sequence[Sequence[str]], rng: random.Random
) -> None:
    """Which of them stays depends on the order; what is accepted does not."""
    texts = [article(*one) for one in articles]
    written(*texts)
    before = accept("corpus")
    assert check(scope="corpus").code == 0
    written(*rng.sample(texts, len(texts)))
    assert check(scope="corpus").code == 0
    assert accept("corpus") == before


def test_records_are_counted_as_documents_are() -> None:
    """Two records of one file, in each of which a text stands three times: six places, whichever copy stays."""
    Path("in").mkdir()
    records = [
        json.dumps({"text": article(SENTENCE, LONG, SENTENCE, OTHER, SENTENCE), "id": number}) + "\n"
        for number in range(2)
    ]
    Path("in/a.jsonl").write_text("".join(records))
    assert f"{fingerprint(SENTENCE)}   6  # ".encode() in accept()
    assert f"{fingerprint(SENTENCE)}   6  # ".encode() in accept("corpus")


def test_boilerplate_is_counted_once_for_each_place() -> None:
    """No copy of it stays, and its witness is another copy that is told by itself."""
    written(*[article(SENTENCE)] * 3)
    more = ("--keep", "none", "--boilerplate", "2")
    assert check("--update-baseline", *more, scope="corpus").code == 0
    assert f"{fingerprint(SENTENCE)}   3  # ".encode() in Path("b").read_bytes()
    assert check(*more, scope="corpus").code == 0


def test_the_fingerprint_is_what_the_documentation_says() -> None:
    """SHA-256 of the normalised text: anyone can compute it, and no version may change it."""
    assert normalised("“The  Ferry” costs 5 €,\nNOT ﬁve-and-twenty!") == "the ferry costs 5 not five and twenty"
    assert normalised(" * * * ") == "* * *"
    assert fingerprint("The ferry.") == hashlib.sha256(b"the ferry").hexdigest()[:32]
    assert fingerprint("\udcff") != fingerprint("\udcfe")


@given(st.text())
def test_forms_and_case_make_no_other_fingerprint(text: str) -> None:
    assert fingerprint(normalised(text)) == fingerprint(text)
    assert fingerprint(unicodedata.normalize("NFD", text)) == fingerprint(unicodedata.normalize("NFC", text))
    assert fingerprint(f"  {text.replace(' ', '   ')} ") == fingerprint(text)


@given(
    st.dictionaries(st.text("0123456789abcdef", min_size=32, max_size=32), st.integers(1, 10**9), max_size=8),
    st.text(st.characters(codec=None), max_size=20),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(entries: dict[str, int], text: str) -> None:
    """Whatever is quoted beside it, and with the line ends of another system."""
    from dedup.report.terminal import sanitise

    lines = list(
        baseline_file.lines({name: Entry(places, sanitise(text)) for name, places in entries.items()}, "corpus")
    )
    for end in (b"\n", b"\r\n"):
        Path("x").write_bytes(b"".join(line.removesuffix(b"\n") + end for line in lines))
        assert baseline_file.read(Path("x"), "corpus") == entries
    assert all(byte >= 0x20 or byte == 0x0A for line in lines for byte in line)


GOOD = "# dedup-baseline 1, scope document: fingerprint, places, text (a comment)\n"
ENTRY = f"{'0' * 31}1   2  # a\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "is empty, and no baseline"),
        ("notes of mine\n", "is no baseline: its first line does not begin with"),
        (GOOD.replace(" 1,", " 2,"), "is a baseline of version 2, and this program knows version 1"),
        (GOOD.replace("document", "corpus"), "is a baseline of scope corpus, and this run has scope document"),
        (f"{GOOD}<<<<<<< HEAD\n{ENTRY}=======\n>>>>>>> other\n", "b:2: a conflict of a merge is left in the baseline"),
        (f"<<<<<<< HEAD\n{GOOD}", "b:1: a conflict of a merge is left in the baseline"),
        (f"{GOOD}{ENTRY}{ENTRY}", "b:3: the fingerprint stands in line 2, too"),
        (f"{GOOD}{ENTRY.replace(' 2 ', ' 0 ')}", "b:2: this line is no entry of a baseline"),
        (f"{GOOD}{ENTRY.replace(' 2 ', ' -1 ')}", "b:2: this line is no entry of a baseline"),
        (f"{GOOD}{ENTRY.replace('01 ', '0 ')}", "b:2: this line is no entry of a baseline"),
        (f"{GOOD}{'x' * (1 << 17)}\n", "b:2: this line is no entry of a baseline"),
        (None, "there is no such baseline; nothing was checked"),
    ],
)
def test_a_baseline_that_cannot_be_relied_on_is_an_error(data: str | None, said: str) -> None:
    """Each says where, and what to do; nothing was checked, and nothing is changed."""
    written(article(SENTENCE, SENTENCE))
    if data is not None:
        Path("b").write_text(data)
    done = check()
    assert (done.code, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert "Hint: " in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert data is None or Path("b").read_text() == data


def test_comments_and_blank_lines_are_passed_over() -> None:
    written(article(SENTENCE, SENTENCE))
    accept()
    data = Path("b").read_text()
    Path("b").write_text("\ufeff" + data + "\n# we know of this one\n")
    assert check().code == 0


def test_only_a_baseline_is_written_over() -> None:
    """Nothing else, and one with a conflict is made anew."""
    written(article(SENTENCE, SENTENCE))
    Path("b").write_text("notes of mine\n")
    done = check("--update-baseline")
    assert (done.code, Path("b").read_text()) == (2, "notes of mine\n")
    assert b"is there, and is no baseline; nothing was read or written" in done.stderr
    Path("b").write_text(f"{GOOD}<<<<<<< HEAD\n")
    assert check("--update-baseline").code == 0
    assert check().code == 0


def test_it_is_not_written_where_an_input_cannot_be_read() -> None:
    """What that holds would be lost from it; the old one stays."""
    written(article(SENTENCE, SENTENCE))
    before = accept()
    done = run(["--check", "--baseline", "b", "--update-baseline", "in", "missing"])
    assert done.code == 2
    assert b"dedup: b was not written, as not all of the inputs could be read" in done.stderr
    assert Path("b").read_bytes() == before
    assert {path.name for path in Path().iterdir()} == {"b", "in"}


def test_the_baseline_is_no_input() -> None:
    written(article(SENTENCE, SENTENCE))
    accept()
    done = run(["--check", "--baseline", "b", "in", "b"])
    assert done.code == 2
    assert b"the file of the baseline is one of the inputs" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--baseline", "b"], "--baseline is for --check"),
        (["--diff", "--baseline", "b"], "--baseline is for --check"),
        (["--check", "--update-baseline"], "--update-baseline needs to know which file to write"),
        (["--check", "--baseline", ""], "--baseline is an empty name"),
        (["--check", "--baseline", "s3://x/y"], "--baseline is an address"),
        (["--check", "--baseline", "b", "--since", "HEAD"], "--baseline and --since do not go together"),
    ],
)
def test_what_makes_no_sense_is_refused(options: list[str], said: str) -> None:
    written(article(SENTENCE))
    done = run([*options, "in"])
    assert done.code == 2
    assert said in done.stderr.decode()


def test_reports_and_annotations_are_of_what_is_new() -> None:
    """The accepted ones are marked in reports, and not annotated."""
    written(article(SENTENCE, LONG, SENTENCE))
    accept()
    Path("in/1.txt").write_text(article(OTHER, OTHER))
    done = check("-q", "--annotate", "github", "--report", "o.json", "--report", "o.sarif")
    assert done.code == 1
    assert done.stdout.count(b"::warning ") == 1
    assert b"file=in/1.txt" in done.stdout
    report = json.loads(Path("o.json").read_bytes())
    assert {one["at"]["file"]: one["accepted"] for one in report["findings"]} == {"in/0.txt": True, "in/1.txt": False}
    assert report["baseline"] == {"file": "b", "accepted": 1, "new": 1}
    states = [one["baselineState"] for one in json.loads(Path("o.sarif").read_bytes())["runs"][0]["results"]]
    assert states == ["new", "unchanged"]


def test_with_keep_longest_the_order_of_a_corpus_makes_no_difference_to_near_duplicates() -> None:
    """With --keep first it does, with or without a baseline: what says more is kept beside what says less."""
    longer = SENTENCE.replace(".", ", and nobody knows who pays.")
    baselines = []
    for texts in ([SENTENCE, longer], [longer, SENTENCE]):
        written(*(article(text, LONG.replace("any", f"day {number} or any")) for number, text in enumerate(texts)))
        assert check("--update-baseline", "--keep", "longest", scope="corpus").code == 0
        baselines.append(Path("b").read_bytes())
    assert baselines[0] == baselines[1]
    assert fingerprint(SENTENCE).encode() in baselines[0]
