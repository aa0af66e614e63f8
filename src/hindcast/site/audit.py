"""What every page must hold: links that lead somewhere, pictures in words, nothing from afar."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


@dataclass
class Read:
    """What one page holds of interest."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    pictures_without_words: list[str] = field(default_factory=list)
    headings: int = 0
    language: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.read = Read()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.read.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.read.links.append(given["href"])
        if (loaded := given.get(_LOADED.get(tag, ""))) and given.get("rel") != "canonical":
            self.read.loaded.append(loaded)
        words = {"img": "alt", "iframe": "title"}.get(tag)
        if words and not given.get(words, "").strip():
            self.read.pictures_without_words.append(loaded[:60] if loaded else tag)
        self.read.headings += tag == "h1"
        self.read.language = given.get("lang", "") if tag == "html" else self.read.language


def problems(site: Path) -> list[str]:
    """Return what is wrong with the pages of a site, one line each; empty where nothing is.

    Parameters
    ----------
    site
        Folder of HTML files. Checked are: links and their anchors inside the site, an alt text for
        each picture and a title for each frame, one main heading, a language, and that a page loads
        nothing from another place, so that it reads the same without a network.
    """
    pages = {path.resolve(): read(path) for path in sorted(site.rglob("*.html"))}
    told = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        told += [f"{name}: {problem}" for problem in _of_page(path, page, pages)]
    return told


def read(path: Path) -> Read:
    """Return what a page holds."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.read


def _of_page(path: Path, page: Read, pages: dict[Path, Read]) -> list[str]:
    told = [f"a picture or frame without words: {one}" for one in page.pictures_without_words]
    told += [f"loads {one} from another place" for one in page.loaded if _is_far(one)]
    near = (link for link in [*page.links, *page.loaded] if not _is_far(link))
    told += [f"leads nowhere: {link}" for link in near if _is_broken(path, link, pages)]
    if page.headings != 1:
        told.append(f"has {page.headings} main headings, expected one")
    if not page.language:
        told.append("does not say its language")
    return told


def _is_far(link: str) -> bool:
    return urlsplit(link).scheme in ("http", "https") or link.startswith("//")


def _is_broken(path: Path, link: str, pages: dict[Path, Read]) -> bool:
    parts = urlsplit(link)
    if parts.scheme:  # mailto:, data:
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target not in pages:
        return not target.is_file()
    named = {parts.fragment, unquote(parts.fragment)}  # browsers try both
    return bool(parts.fragment) and not named & pages[target].ids
