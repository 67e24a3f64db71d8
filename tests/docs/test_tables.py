"""The page about tables shows what really happens; each section where the libraries are that it uses."""

from __future__ import annotations

import doctest
import importlib.util
import re
from typing import TYPE_CHECKING, Any

import pytest

from dedup import clean
from tests.api.test_tables import BRIDGE, FERRY
from tests.support.update_docs import DOCS

if TYPE_CHECKING:
    from pathlib import Path

PAGE = DOCS / "tables.md"
SECTIONS = re.split(r"^(?=## )", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
IMPORTED = re.compile(r"^(?:>>> )?(?:import|from) (\w+)", re.MULTILINE)
RECIPE = re.compile(r"^```python\n((?!>>>).*?)^```$", re.MULTILINE | re.DOTALL)
TWICE = f"{BRIDGE}\n\n{FERRY}\n\n{BRIDGE}"


def _needs(section: str) -> None:
    """Skip the test if something is not installed."""
    for name in IMPORTED.findall(section):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"needs {name}")


def _recipe(title: str) -> dict[str, Any]:
    """Return what a recipe of the page defines."""
    [section] = [section for section in SECTIONS if section.startswith(f"## {title}")]
    _needs(section)
    [code] = RECIPE.findall(section)
    defined: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(code, PAGE.name, "exec"), defined)  # noqa: S102 - this is what the page tells its readers to do
    return defined


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.partition("\n")[0].strip("# "))
def test_the_examples_of_a_section_are_true(section: str) -> None:
    examples = doctest.DocTestParser().get_doctest(section, {}, "section", str(PAGE), 0)
    if examples.examples:
        _needs(section)
        assert doctest.DocTestRunner().run(examples).failed == 0


def test_most_sections_have_examples() -> None:
    assert sum(">>> " in section for section in SECTIONS) >= 4
    assert len(RECIPE.findall(PAGE.read_text(encoding="utf-8"))) == 2


@pytest.mark.filterwarnings("default")  # what a library warns of is its own affair
def test_the_recipe_for_data_sets_cleans_them() -> None:
    """In memory and as a stream; what is missing stays so."""
    recipe = _recipe("In `datasets.map`")
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    rows = {"id": [1, 2, 3], "text": [TWICE, None, ""]}
    dataset = datasets.Dataset.from_dict(rows)
    left = [clean(TWICE).text, None, ""]
    done = recipe["clean_dataset"](dataset)
    assert done[:] == {**rows, "text": left}
    assert done.features == dataset.features
    assert [row["text"] for row in recipe["clean_dataset"](dataset.to_iterable_dataset())] == left


@pytest.mark.filterwarnings("default")  # likewise
def test_the_recipe_for_datatrove_cleans_documents(tmp_path: Path) -> None:
    """As a step between others; all else of a document stays."""
    recipe = _recipe("As a step of datatrove")
    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor

    step = recipe["RemoveRepeats"](min_words=5)
    found: list[Any] = []

    def last(data: Any, _rank: int, _world_size: int) -> Any:
        for document in data:
            found.append(document)
            yield document

    texts = [TWICE, "Short.", ""]
    documents = [Document(text=text, id=str(number), metadata={"url": "u"}) for number, text in enumerate(texts)]
    LocalPipelineExecutor([documents, step, last], logging_dir=str(tmp_path)).run()
    assert [(one.text, one.id, one.metadata) for one in found] == [
        (clean(text).text, str(number), {"url": "u"}) for number, text in enumerate(texts)
    ]
