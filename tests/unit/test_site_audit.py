"""The check of the pages finds what a reader would stumble over, and nothing else."""

import pytest

from hindcast.site import audit

FINE = """<!DOCTYPE html><html lang="en"><body><h1 id="top">A</h1>
<img src="a.png" alt="A line."><a href="#top">up</a><a href="b.html#x%20y">b</a>
<a href="https://example.org/">away</a><a href="mailto:a@example.org">m</a></body></html>"""
B = '<!DOCTYPE html><html lang="en"><body><h1>B</h1><p id="x y">b</p></body></html>'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "a.html").write_text(FINE)
    (tmp_path / "b.html").write_text(B)
    (tmp_path / "a.png").touch()
    return tmp_path


def test_a_sound_site_has_no_problem(site):
    assert audit.problems(site) == []


@pytest.mark.parametrize(
    ("found", "put", "told"),
    [
        ('alt="A line."', "", "without words: a.png"),
        ('alt="A line."', 'alt=" "', "without words: a.png"),
        ("#top", "#bottom", "leads nowhere: #bottom"),
        ("x%20y", "z", "leads nowhere: b.html#z"),
        ("b.html#x%20y", "c.html", "leads nowhere: c.html"),
        ("a.png", "https://example.org/a.png", "loads https://example.org/a.png"),
        ("a.png", "gone.png", "leads nowhere: gone.png"),
        ('<h1 id="top">A</h1>', '<p id="top">A</p>', "0 main headings"),
        (' lang="en"', "", "does not say its language"),
        ("</body>", '<iframe src="b.html"></iframe></body>', "without words: b.html"),
    ],
)
def test_each_fault_is_told_with_its_page(site, found, put, told):
    (site / "a.html").write_text(FINE.replace(found, put))
    (problem,) = audit.problems(site)
    assert problem.startswith("a.html: ")
    assert told in problem
