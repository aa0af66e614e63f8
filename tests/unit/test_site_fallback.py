"""Without Quarto the same pages are there, in order, with figures numbered and links working."""

import json
import re
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hindcast import paths
from hindcast.site import fallback, qmd

CONFIG = {
    "project": {
        "output-dir": "reports/_site",
        "render": ["index.qmd", "reports/notebooks/*.ipynb"],
    },
    "website": {
        "title": "tiny",
        "navbar": {
            "left": [
                {"text": "Home", "href": "index.qmd"},
                {"text": "More", "menu": [{"text": "A", "href": "reports/notebooks/a.ipynb"}]},
            ]
        },
    },
}


@pytest.fixture
def project(tmp_path) -> Path:
    (tmp_path / "_quarto.yml").write_text(yaml.safe_dump(CONFIG))
    (tmp_path / "_variables.yml").write_text("{}")
    (tmp_path / "index.qmd").write_text(
        "---\ntitle: Front\n---\nSee [A](reports/notebooks/a.ipynb#fig-x) "
        "and [B](/reports/notebooks/a.ipynb).\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    cells = [
        new_markdown_cell("# Stage A\n\nA lead. See @fig-x."),
        new_code_cell("seed = 1", metadata={"tags": ["parameters", "remove-cell"]}),
        new_code_cell(
            '#| label: fig-x\n#| fig-cap: "A *fine* figure."\n#| fig-alt: "Bars & lines."\nplot()',
            outputs=[new_output("display_data", data={"image/png": "aGk="})],
        ),
    ]
    (tmp_path / "reports" / "notebooks").mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), tmp_path / "reports" / "notebooks" / "a.ipynb")
    return tmp_path


@pytest.fixture
def site(project) -> Path:
    fallback.render(project)
    return project / "reports" / "_site"


def test_every_listed_page_is_written(site):
    assert {str(path.relative_to(site)) for path in site.rglob("*.html")} == {
        "index.html",
        "reports/notebooks/a.html",
    }


def test_a_figure_has_number_caption_alt_text_and_a_reference(site):
    html = (site / "reports" / "notebooks" / "a.html").read_text()
    assert '<figure id="fig-x">' in html
    assert "Figure 1: A <em>fine</em> figure." in html
    assert re.search(r'alt="Bars (&amp;|&) lines\."', html)
    assert '<a href="#fig-x">Figure 1</a>' in html
    assert "#| label" not in html


def test_defaults_are_not_shown_and_code_is_folded(site):
    html = (site / "reports" / "notebooks" / "a.html").read_text()
    assert "seed" not in html
    assert html.count("<summary>Code</summary>") == 1


def test_every_link_of_the_site_leads_to_a_page(site):
    for page in site.rglob("*.html"):
        links = re.findall(r'<a [^>]*href="([^"#]+)', page.read_text())
        assert links
        assert all((page.parent / link).resolve().is_file() for link in links), (page, links)


def test_every_page_of_a_simulated_run_says_so(project):
    (project / "_variables.yml").write_text('source: {simulated: "true"}')
    fallback.render(project)
    assert "SIMULATED" in (project / "reports/_site/reports/notebooks/a.html").read_text()


def test_pages_of_real_records_do_not(site):
    assert "SIMULATED" not in (site / "reports" / "notebooks" / "a.html").read_text()


def test_tables_become_tables(site):
    assert "<td>2</td>" in (site / "index.html").read_text()


def test_a_failure_keeps_the_old_site(project, site):
    before = (site / "index.html").read_text()
    (project / "index.qmd").write_text("---\ntitle: Front\n---\nSee @fig-none.")
    with pytest.raises(qmd.PageError, match="fig-none"):
        fallback.render(project)
    assert (site / "index.html").read_text() == before


def test_the_projects_menu_names_pages_that_are_rendered():
    config = yaml.safe_load((paths.root() / "_quarto.yml").read_text())
    linked = re.findall(r"href: (\S+)", (paths.root() / "_quarto.yml").read_text())
    patterns = config["project"]["render"]
    assert all(any(Path(link).match(pattern) for pattern in patterns) for link in linked)
    for link in linked:
        source = paths.root() / link.replace("reports/notebooks", "notebooks")
        assert source.is_file(), link


def test_a_broken_link_or_a_picture_without_words_stops_the_site(project):
    (project / "index.qmd").write_text(
        "---\ntitle: Front\n---\n![](x.png) [gone](reports/none.qmd) "
        "[off](reports/notebooks/a.ipynb#none)"
    )
    with pytest.raises(fallback.SiteError) as found:
        fallback.render(project)
    for told in ("leads nowhere: reports/none.html", "a.html#none", "without words", "x.png"):
        assert told in str(found.value)


def test_resources_lie_in_the_site_where_they_lie_in_the_project(project):
    config = yaml.safe_load((project / "_quarto.yml").read_text())
    config["project"]["resources"] = ["reports/maps/*.html"]
    (project / "_quarto.yml").write_text(yaml.safe_dump(config))
    (project / "reports" / "maps").mkdir()
    (project / "reports" / "maps" / "m.html").write_text(
        '<html lang="en"><body><h1>Map</h1></body></html>'
    )
    fallback.render(project)
    assert (project / "reports/_site/reports/maps/m.html").is_file()


def test_the_search_finds_each_section(site):
    index = (site / "assets" / "search.js").read_text()
    told = json.loads(index.removeprefix("window.hindcastIndex = ").removesuffix(";\n"))
    assert {entry["page"] for entry in told} == {"Front", "Stage A"}
    assert any("A lead." in entry["text"] for entry in told)
    assert not any("plot" in entry["text"] for entry in told)


def test_pages_name_their_neighbours_their_notebook_and_how_to_cite_them(project):
    (project / "CITATION.cff").write_text("authors: [{name: them}]\ntitle: t\nversion: '1'\n")
    source = {"simulated": "false", "releases": "avall", "first": "2008", "last": "2021"}
    (project / "_variables.yml").write_text(yaml.safe_dump({"source": source}))
    fallback.render(project)
    html = (project / "reports/_site/reports/notebooks/a.html").read_text()
    assert re.search(r'rel="prev" href="../../index.html"', html)
    assert "notebooks/a.ipynb</code>" in html
    assert "them. Stage A. In: t. Version 1. Records: NTSB avall, 2008 to 2021." in html
