"""Reports for programs: as their schemas have them, true, bounded, and safe whatever the text and the names are."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dedup.model.explanation import Explanation, Standing
from dedup.model.job import Job
from dedup.model.outcome import Counts
from dedup.report.findings.findings import CHARACTERS, Findings
from dedup.report.findings.text_fingerprint import fingerprint
from dedup.report.renderers import junit_report, markdown_report, sarif_report
from dedup.report.renderers.base import HEAD, MARK, Told
from dedup.report.renderers.markdown_report import code
from dedup.report.renderers.registry import SUFFIXES, renderer_of
from dedup.report.terminal import sanitise
from tests.support.cli_inprocess import run
from tests.support.cli_process import OTHER, SENTENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMAS = Path(__file__).parent / "schemas"
OURS = json.loads((files("dedup.report") / "data" / "report-1.schema.json").read_text(encoding="utf-8"))
SARIF = json.loads((SCHEMAS / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
PROGRAMS = (".json", ".junit.xml", ".md", ".sarif")
HOSTILE = (
    "</script><script>alert(1)</script> ]]> <!-- --> &amp; `code` ``two`` | bar \\| [link](http://x.example) @user #1 "
    "\x1b[31mred\x1b[0m \x00\x0b\x7f\x9b \u202eover \ufffe\uffff \udcff \u2028 ::set-output name=x::y %0A ##[error] "
    "\n# heading\n- list\n</details>"
)
ODD = st.text(st.characters(codec=None), max_size=40) | st.sampled_from([HOSTILE, "`", "``` `", "|", "\\", "]]>", " "])


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)


def found(number: int = 1, **more: object) -> Explanation:
    """Return a finding."""
    members: dict[str, object] = {
        "at": Standing("a.txt", number + 1, 1),
        "document": "a.txt",
        "removed": True,
        "reason": "exact",
        "text": SENTENCE,
        "witness": SENTENCE,
        "beside": Standing("a.txt", 1),
        "similarity": 1.0,
        "coverage": 1.0,
    }
    return Explanation(**{**members, **more})  # type: ignore[arg-type]


def told(findings: Sequence[Explanation], **job: Any) -> Told:
    """Return a run that found these."""
    from datetime import datetime, timezone

    collected = Findings()
    for one in findings:
        collected.add(one)
    goes = sum(one.removed for one in findings)
    counts = Counts(files=1, documents=1, paragraphs=2 * goes, exact=goes)
    return Told(Job(mode="check", **job), counts, collected, datetime.now(timezone.utc), 0.5, 1)


def rendered(suffix: str, run_told: Told) -> bytes:
    return b"".join(renderer_of(f"x{suffix}").render(run_told))


def checked_json(data: bytes) -> dict[str, Any]:
    jsonschema = pytest.importorskip("jsonschema")
    report: dict[str, Any] = json.loads(data.decode("ascii"))
    jsonschema.validate(report, OURS, format_checker=jsonschema.FormatChecker())
    assert (
        report["sample"]["drawn"] == len(report["findings"]) == sum(one["drawn"] for one in report["sample"]["strata"])
    )
    return report


def checked_sarif(data: bytes) -> dict[str, Any]:
    jsonschema = pytest.importorskip("jsonschema")
    report: dict[str, Any] = json.loads(data.decode("ascii"))
    jsonschema.Draft7Validator(SARIF).validate(report)
    for result in report["runs"][0]["results"]:
        rules = report["runs"][0]["tool"]["driver"]["rules"]
        assert "ruleIndex" not in result or rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for place in (*result["locations"], *result["relatedLocations"]):
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*", uri)
    return report


def checked_junit(data: bytes) -> Any:
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "jenkins-junit.xsd")))
    tree = etree.fromstring(data)
    schema.assertValid(tree)
    suites = tree.findall("testsuite")
    assert int(tree.get("tests")) == sum(int(suite.get("tests")) for suite in suites)
    assert int(tree.get("failures")) == len(tree.findall(".//failure"))
    for suite in suites:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("skipped", "0")) == len(suite.findall(".//skipped"))
    return tree


def checked_markdown(data: bytes) -> list[Any]:
    """Return the tokens of a report of which only our own words are markup."""
    text = data.decode("utf-8")
    assert len(data) <= markdown_report.LARGEST < 65_536
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    html = [token.content for token in tokens if token.type == "html_block"]
    assert all(
        re.fullmatch(r"(?:<!-- dedup-report -->|<details><summary>(?:New r|R)epeats</summary>|</details>)\s*", each)
        for each in html
    ), html
    inner = [child.type for token in tokens for child in token.children or ()]
    assert set(inner) <= {"text", "code_inline", "softbreak", "strong_open", "strong_close"}, inner
    assert {token.tag for token in tokens if token.type == "heading_open"} == {"h3"}
    return tokens


CHECKS = {".json": checked_json, ".sarif": checked_sarif, ".junit.xml": checked_junit, ".md": checked_markdown}


def inputs(directory: Path) -> list[str]:
    """Write articles and records that repeat something, all reasons but boilerplate among them."""
    long = "Another sentence about the harbour that is long enough to be judged alone on any day."
    (directory / "a b#.txt").write_text(f"{SENTENCE}\n{OTHER}\n{long}\n\n{SENTENCE}\n{OTHER}\n", encoding="utf-8")
    records = [
        {"id": 7, "url": "https://one.example/a", "text": f"{SENTENCE}\n{OTHER}\n{SENTENCE}"},
        {"text": f"{SENTENCE}\n{SENTENCE.replace('Monday', 'Friday')}\n{SENTENCE.replace('repairs', 'repiars')}"},
    ]
    (directory / "r.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return ["a b#.txt", "r.jsonl"]


def test_all_reports_of_a_run_are_as_their_schemas_have_them(tmp_path: Path) -> None:
    """All formats at once, of one run, and all of them tell of the same removals."""
    given_inputs = inputs(tmp_path)
    names = [f"out{suffix}" for suffix in PROGRAMS]
    done = run(["--quiet", "--check", *(part for name in names for part in ("--report", name)), *given_inputs])
    assert (done.code, done.stdout, done.stderr) == (1, b"", b"")
    report = checked_json((tmp_path / "out.json").read_bytes())
    removed = [one for one in report["findings"] if one["removed"]]
    assert report["reasons"]["block"] == 2
    assert {one["reason"] for one in report["findings"]} == {"block", "exact", "near", "new"}
    assert report["counts"]["removed"] == len(removed) == 4
    results = checked_sarif((tmp_path / "out.sarif").read_bytes())["runs"][0]["results"]
    assert len(results) == len(removed)
    tree = checked_junit((tmp_path / "out.junit.xml").read_bytes())
    assert tree.get("failures") == str(len(removed))
    assert [suite.get("name") for suite in tree.findall("testsuite")] == ["dedup", *given_inputs]
    checked_markdown((tmp_path / "out.md").read_bytes())
    assert "4 paragraphs would be removed" in (tmp_path / "out.md").read_text(encoding="utf-8")


def test_places_of_articles_and_of_records(tmp_path: Path) -> None:
    """Lines of a file from its beginning to its end; of a record its own line, and the paragraph beside it."""
    (tmp_path / "two.txt").write_text(
        f"{SENTENCE}\n{OTHER}\n\nBetween them.\n\n{SENTENCE}\n{OTHER}\n", encoding="utf-8"
    )
    inputs(tmp_path)
    command = ["-q", "--check", "--split", "blank", "--report", "o.sarif", "--report", "o.json", "two.txt"]
    assert run(command).code == 1
    [result] = checked_sarif((tmp_path / "o.sarif").read_bytes())["runs"][0]["results"]
    [place] = result["locations"]
    assert place["physicalLocation"]["region"] == {"startLine": 6, "endLine": 7}
    assert result["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    [one] = checked_json((tmp_path / "o.json").read_bytes())["findings"]
    assert one["at"] == {"file": "two.txt", "line": 6, "end_line": 7, "paragraph": 2}
    assert one["fingerprint"] == fingerprint(f"{SENTENCE} {OTHER}".upper())
    assert run(["-q", "--check", "--report", "o.sarif", "r.jsonl", "a b#.txt"]).code == 1
    results = checked_sarif((tmp_path / "o.sarif").read_bytes())["runs"][0]["results"]
    regions = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: one["locations"][0] for one in results
    }
    assert set(regions) == {"a%20b%23.txt", "r.jsonl"}
    assert "record 2, paragraph 2" in {one["locations"][0]["logicalLocations"][0]["name"] for one in results}
    assert regions["r.jsonl"]["physicalLocation"]["region"] == {"startLine": 2}


def test_what_differs_and_what_is_new_is_marked(tmp_path: Path) -> None:
    inputs(tmp_path)
    assert run(["-q", "--check", "--report", "o.json", "r.jsonl"]).code == 1
    report = checked_json((tmp_path / "o.json").read_bytes())
    by_reason = {one["reason"]: one for one in report["findings"]}
    near, new = by_reason["near"], by_reason["new"]
    assert [near["text"][a:b] for a, b in near["differing"]["text"]] == ["repiars"]
    assert [near["witness"]["text"][a:b] for a, b in near["differing"]["witness"]] == ["repairs"]
    assert [new["text"][a:b] for a, b in new["new"]] == ["Friday"]
    assert "differing" not in by_reason["exact"]
    assert by_reason["exact"]["at"]["site"] == "one.example"
    assert report["kinds"] == {"removed": {"spelling": 1}, "stayed": {"words": 1}}
    assert sum(report["similarities"]["removed"]) == sum(report["similarities"]["stayed"]) == 1
    assert report["most_repeated"]["texts"][0]["text"] == SENTENCE


def test_the_paths_are_those_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the root that the service names, wherever the command runs."""
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    source = tmp_path / "sub" / "a.txt"
    source.write_text(f"{SENTENCE}\n{OTHER}\n{SENTENCE}\n", encoding="utf-8")
    for name in ("a.txt", str(source), "../sub/a.txt"):
        run(["-q", "--check", "--report", "o.sarif", name])
        [result] = checked_sarif((tmp_path / "sub" / "o.sarif").read_bytes())["runs"][0]["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sub/a.txt", name


def test_one_that_is_clean_has_empty_reports(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{SENTENCE}\n", encoding="utf-8")
    names = [f"out{suffix}" for suffix in PROGRAMS]
    assert run(["-q", "--check", *(part for name in names for part in ("--report", name)), "a.txt"]).code == 0
    for suffix, name in zip(PROGRAMS, names, strict=True):
        CHECKS[suffix]((tmp_path / name).read_bytes())
    assert "Nothing repeats" in (tmp_path / "out.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", PROGRAMS)
def test_a_report_is_known_again_by_its_beginning(suffix: str) -> None:
    """Else a second run would refuse to write over it, or would write over anything."""
    assert MARK.encode() in rendered(suffix, told([found()]))[:HEAD]
    assert suffix in SUFFIXES


@pytest.mark.parametrize("suffix", PROGRAMS)
@given(text=ODD, witness=ODD, file=ODD, reason=st.sampled_from(["exact", "near", "boilerplate", "new", "odd"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_text_and_names_are_data(suffix: str, text: str, witness: str, file: str, reason: str) -> None:
    """Whatever it is, the report is valid, and nothing of it is markup."""
    one = found(text=text, witness=witness, reason=reason, removed=reason != "new", at=Standing(file, 3, 1))
    CHECKS[suffix](rendered(suffix, told([one, found()])))


@pytest.mark.parametrize("suffix", [".md", ".junit.xml"])
def test_nothing_steers_a_terminal(suffix: str) -> None:
    data = rendered(suffix, told([found(text=HOSTILE, witness=HOSTILE, at=Standing(HOSTILE, 1, 0))])).decode("utf-8")
    assert not set(data) & {"\x1b", "\x00", "\x7f", "\x9b", "\u202e", "\u2028"}
    assert "\\x1b[31mred" in data


def test_a_bar_in_a_table_does_not_end_its_cell() -> None:
    """The most repeated texts are in a table of three columns, whatever is in them."""
    text = "a | b \\| c `x` || <b>"
    tokens = checked_markdown(
        rendered(".md", told([found(1, text=text, witness=text), found(2, text=text, witness=text)]))
    )
    cells = [number for number, token in enumerate(tokens) if token.type == "td_open"]
    assert len(cells) == 3 + 3
    last = tokens[cells[-1] + 1]
    assert [(child.type, child.content) for child in last.children] == [("code_inline", text)]


@given(ODD)
def test_a_code_span_is_one_whatever_is_in_it(text: str) -> None:
    """All of it is code, and what it shows is the text but for white space and what steers terminals."""
    [token] = [one for one in MarkdownIt("commonmark").parse(f"a {code(text)} b") if one.type == "inline"]
    shown = " ".join(sanitise(text.replace("\n", " ")).split())
    types = [(child.type, child.content) for child in token.children or ()]
    expected = [("text", "a "), ("code_inline", shown), ("text", " b")]
    assert types == (expected if shown else [("text", "a (no text) b")])


def test_a_comment_is_bounded_and_says_what_it_leaves_out() -> None:
    """GitHub refuses a comment of more than 65,536 characters."""
    number = 3000
    data = rendered(".md", told([found(each, text=f"{SENTENCE} {each} " + "|`é" * 40) for each in range(number)]))
    checked_markdown(data)
    shown = data.decode().count("\n- `a.txt:")
    assert 100 < shown < number
    assert f"… and {number - shown:,} more" in data.decode()


@pytest.mark.parametrize("suffix", [".sarif", ".junit.xml"])
def test_long_lists_are_cut_and_say_so(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_report, "MOST_RESULTS", 10)
    monkeypatch.setattr(junit_report, "MOST_CASES", 10)
    data = rendered(suffix, told([found(each) for each in range(25)]))
    CHECKS[suffix](data)
    assert re.search(rb"10 of 25 (results|repeats) are (here|listed)", data)
    assert data.count(b"ruleId" if suffix == ".sarif" else b"<failure") == 10


def test_github_takes_the_largest_report() -> None:
    """No more than 5,000 results, and far below 10 MB as gzip packs it, however odd the texts."""
    import gzip
    import random

    rng = random.Random(1)  # noqa: S311 - texts are no secret
    texts = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz é東", k=300)) for _ in range(6000)]
    data = rendered(".sarif", told([found(number, text=text, witness=text) for number, text in enumerate(texts)]))
    assert len(json.loads(data)["runs"][0]["results"]) == 5000
    assert len(gzip.compress(data, 6)) < 10_000_000


def test_the_second_copy_in_a_file_is_another_result() -> None:
    """Fingerprints tell results apart, and do not change where a line is put in above them."""
    one = told([found(1), found(2)])
    moved = told([found(11), found(12)])
    prints = [
        [result["partialFingerprints"] for result in json.loads(rendered(".sarif", run))["runs"][0]["results"]]
        for run in (one, moved)
    ]
    assert prints[0] == prints[1]
    assert prints[0][0] != prints[0][1]


def test_what_a_baseline_accepts_is_told_apart(tmp_path: Path) -> None:
    """Accepted ones are unchanged, or skipped, or left out; new ones come first."""
    run_told = told([found(1, accepted=True), found(2, text=OTHER, accepted=False)], baseline=tmp_path / "b")
    states = [one["baselineState"] for one in checked_sarif(rendered(".sarif", run_told))["runs"][0]["results"]]
    assert states == ["new", "unchanged"]
    tree = checked_junit(rendered(".junit.xml", run_told))
    assert (tree.get("failures"), len(tree.findall(".//skipped"))) == ("1", 1)
    report = checked_json(rendered(".json", run_told))
    assert report["baseline"] == {"file": str(tmp_path / "b"), "accepted": 1, "new": 1}
    assert [one["accepted"] for one in report["findings"]] == [True, False]
    text = rendered(".md", run_told).decode()
    assert "### dedup: 1 new repeat\n" in text
    assert OTHER in text.partition("<details>")[2]
    assert "`a.txt:2`" not in text


def test_the_fingerprint_of_a_long_text_is_of_all_of_it() -> None:
    """What is shown of it is shorter."""
    texts = ["word " * CHARACTERS + end for end in ("one", "two")]
    report = checked_json(rendered(".json", told([found(text=text, witness=text) for text in texts])))
    assert [one["fingerprint"] for one in report["findings"]] == [fingerprint(text) for text in texts]
    assert len({one["fingerprint"] for one in report["findings"]}) == 2
    assert all(len(one["text"]) == CHARACTERS for one in report["findings"])
