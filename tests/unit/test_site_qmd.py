"""A .qmd page is read whole, or refused with the reason."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from hindcast.site import qmd

FRONT = "---\ntitle: A page\n---\n"


@pytest.fixture
def page(tmp_path):
    def _page(body: str):
        path = tmp_path / "page.qmd"
        path.write_text(FRONT + body)
        return path

    return _page


@pytest.fixture
def notebook(tmp_path):
    cell = new_code_cell(
        '#| label: fig-a\n#| fig-cap: "What it shows: all."\nplot(secret)',
        outputs=[new_output("display_data", data={"image/png": "aGk="})],
    )
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    return tmp_path / "a.ipynb"


def text(notebook) -> str:
    return "\n".join(cell.source for cell in notebook.cells)


def test_variables_are_looked_up_by_their_dotted_name(page):
    variables = {"fatal": {"event": {"roc_auc": "0.92"}}}
    title, content = qmd.read(page("AUC {{< var fatal.event.roc_auc >}}."), variables)
    assert title == "A page"
    assert "AUC 0.92." in text(content)


def test_an_unknown_variable_is_an_error(page):
    with pytest.raises(qmd.PageError, match=r"no variable 'fatal\.b'"):
        qmd.read(page("{{< var fatal.b >}}"), {"fatal": {"a": 1}})


def test_an_included_file_may_use_variables_and_callouts(page, tmp_path):
    (tmp_path / "_b.md").write_text('::: {.callout-warning title="Look"}\n{{< var a >}}\n:::\n')
    _, content = qmd.read(page("{{< include _b.md >}}"), {"a": "here"})
    assert '<div class="callout callout-warning">' in text(content)
    assert "**Look.** here" in text(content)


def test_a_file_that_is_not_there_is_named(page):
    with pytest.raises(qmd.PageError, match=r"_none\.md is not there"):
        qmd.read(page("{{< include _none.md >}}"), {})


def test_an_embed_brings_the_output_and_the_caption_without_the_code(page, notebook):
    _, content = qmd.read(page("before\n\n{{< embed a.ipynb#fig-a >}}\n\nafter"), {})
    before, cell, after = content.cells[-3:]
    assert (before.source.strip(), after.source.strip()) == ("before", "after")
    assert cell.outputs[0].data["image/png"] == "aGk="
    assert "secret" not in cell.source
    assert qmd.options(cell.source)["fig-cap"] == "What it shows: all."


def test_an_embed_of_a_label_that_is_not_there_is_named(page, notebook):
    with pytest.raises(qmd.PageError, match="fig-b"):
        qmd.read(page("{{< embed a.ipynb#fig-b >}}"), {})


def test_a_shortcode_that_only_quarto_knows_is_refused(page):
    with pytest.raises(qmd.PageError, match="video"):
        qmd.read(page("{{< video a.mp4 >}}"), {})


def test_a_page_without_front_matter_is_refused(tmp_path):
    (tmp_path / "page.qmd").write_text("# no")
    with pytest.raises(qmd.PageError, match="front matter"):
        qmd.read(tmp_path / "page.qmd", {})


def test_tabs_stand_under_one_another(page):
    body = "::: {.panel-tabset}\n\n### curl\n\nhere\n\n### Python\n\nthere\n\n:::\n\nafter\n"
    _, content = qmd.read(page(body), {})
    assert ":::" not in text(content)
    told = "# A page ### curl here ### Python there after"
    assert " ".join(text(content).split()) == told
