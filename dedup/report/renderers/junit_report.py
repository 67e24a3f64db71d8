"""The report for whatever shows results of tests: JUnit's XML, as Jenkins and GitLab read it (``X.junit.xml``).

A suite for each file in which something repeats, and a failure for each paragraph that would go; one that a baseline
accepts is a test that was skipped. A suite of the whole run says what is not listed.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from dedup.report.renderers.base import MARK, Renderer
from dedup.report.renderers.locations import relative_path
from dedup.report.renderers.wording import excerpt, in_order, message, named
from dedup.report.summary import line
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.explanation import Explanation
    from dedup.report.renderers.base import Told

MOST_CASES = 5000
"""Removals that are listed: what shows them reads the whole file at once."""
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")


def render(told: Told) -> Iterator[bytes]:
    """Yield the report."""
    removed = [found for found in in_order(told.findings) if found.removed]
    listed = removed[:MOST_CASES]
    # By file again: what is new came first.
    listed.sort(key=lambda found: (found.at.file, found.at.line or 0, found.at.paragraph))
    failures = sum(not found.accepted for found in listed)
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {MARK} -->\n'.encode()
    yield f'<testsuites name="dedup" tests="{len(listed) + 1}" failures="{failures}" errors="0">\n'.encode()
    yield _whole(told, len(listed)).encode()
    for file, group in groupby(listed, key=lambda found: found.at.file):
        yield from _suite(relative_path(file), list(group), told)
    yield b"</testsuites>\n"


def _whole(told: Told, listed: int) -> str:
    said = line(told.counts, told.job.mode)
    if listed < told.findings.removed:
        said += f" {listed:,} of {told.findings.removed:,} repeats are listed here."
    return (
        f'  <testsuite name="dedup" tests="1" failures="0" errors="0" time="{told.seconds:.3f}" '
        f'timestamp="{told.started:%Y-%m-%dT%H:%M:%S}">\n'
        f'    <testcase name="the run" classname="dedup"/>\n'
        f"    <system-out>{content(said)}</system-out>\n"
        f"  </testsuite>\n"
    )


def _suite(name: str, findings: list[Explanation], told: Told) -> Iterator[bytes]:
    skipped = sum(bool(found.accepted) for found in findings)
    yield (
        f'  <testsuite name={attribute(name)} tests="{len(findings)}" failures="{len(findings) - skipped}" '
        f'errors="0" skipped="{skipped}" timestamp="{told.started:%Y-%m-%dT%H:%M:%S}">\n'
    ).encode()
    for found in findings:
        yield _case(name, found).encode()
    yield b"  </testsuite>\n"


def _case(name: str, found: Explanation) -> str:
    where = f"paragraph {found.at.paragraph}" if found.at.line is None else f"line {found.at.line}"
    if found.numbered:
        where += f", paragraph {found.at.paragraph}"
    head = f"    <testcase name={attribute(f'{where}: {excerpt(found.text)}')} classname={attribute(name)}>\n"
    if found.accepted:
        return f"{head}      <skipped>accepted by the baseline</skipped>\n    </testcase>\n"
    body = f"{message(found)}\n\n{excerpt(found.text)}\n\nWhat stays:\n{excerpt(found.witness)}\n"
    kind = attribute(named(found.reason).title)
    return (
        f"{head}      <failure type={kind} message={attribute(message(found))}>{content(body)}</failure>\n"
        f"    </testcase>\n"
    )


def content(text: str) -> str:
    """Return a text as the content of an element; what XML 1.0 has no place for is made visible."""
    return escape("\n".join(_allowed(each) for each in text.split("\n")))


def attribute(text: str) -> str:
    """Return a text as the value of an attribute, with its quotation marks; likewise."""
    return quoteattr(_allowed(text))


def _allowed(text: str) -> str:
    return _NONCHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", sanitise(text))


RENDERER = Renderer("JUnit XML", render)
