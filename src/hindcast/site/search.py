"""An index of the pages' text, as a script: a page opened from a disk may load no other file."""

import html
import json
import re
from dataclasses import asdict, dataclass

TEXT_LENGTH = 1500
"""Characters of a section that are searched."""
HEADING = re.compile(r'<h[12][^>]*\bid="([^"]*)"[^>]*>(.*?)</h[12]>', re.DOTALL)
HIDDEN = re.compile(r'<(style|script|details class="code").*?</(style|script|details)>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Entry:
    """A section of a page."""

    page: str
    heading: str
    href: str
    text: str


def entries(title: str, href: str, body: str) -> list[Entry]:
    """Return one entry for each heading of a page's HTML, code left out.

    Examples
    --------
    >>> entries("Trends", "t.html", '<h1 id="a">Trends</h1><p>By year</p><h2 id="b">Why?</h2>')
    [Entry(page='Trends', heading='Trends', href='t.html#a', text='By year'), \
Entry(page='Trends', heading='Why?', href='t.html#b', text='')]
    """
    _, *parts = HEADING.split(HIDDEN.sub(" ", body))
    return [
        Entry(title, plain(heading), f"{href}#{label}", plain(text)[:TEXT_LENGTH])
        for label, heading, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


def plain(markup: str) -> str:
    """Return HTML as words, without tags and pilcrows."""
    return " ".join(html.unescape(TAG.sub(" ", markup)).replace("¶", " ").split())


def script(found: list[Entry]) -> str:
    """Return the index as a script that the pages load."""
    told = json.dumps([asdict(entry) for entry in found], ensure_ascii=False)
    return "window.hindcastIndex = " + told.replace("</", "<\\/") + ";\n"
