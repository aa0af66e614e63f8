"""From a text as written to the terms that may be counted and shown.

What is left out is listed, with the reason, in ``data/reference/narrative_words.csv``. Names and
marks never become terms: whatever holds a digit (registrations, models, part numbers) is masked,
and so are words that are mostly written with a capital inside a sentence.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from hindcast import paths

MASK = "#"
LONGEST = 3
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[a-z]+|[^\w\s-]")
_NAMED = re.compile(r"(?<![.;:!?])\s([A-Z][a-z]{2,}|[a-z]{3,})(?!\w)")
_QUOTES = str.maketrans("\u2019\u2018\u00b4\u201c\u201d\u2013\u2014", "'''\"\"-,")


@dataclass(frozen=True)
class Rules:
    """What is left out of the texts.

    Attributes
    ----------
    boilerplate
        Phrases that say nothing of the accident.
    edges
        Words that no term begins or ends with.
    outcome
        Words that say how it ended.
    """

    boilerplate: re.Pattern[str]
    edges: frozenset[str]
    outcome: re.Pattern[str]

    def clean(self, text: str) -> str:
        """Return the text in lower case without boilerplate, possessives and odd characters."""
        plain = unicodedata.normalize("NFKC", text).translate(_QUOTES).lower()
        return re.sub(r"'s?\b", "", self.boilerplate.sub(" . ", plain)).strip()


def rules() -> Rules:
    """Return the rules of ``data/reference/narrative_words.csv``."""
    table = pd.read_csv(paths.reference() / "narrative_words.csv", dtype="str")
    of = {kind: rows["text"].to_list() for kind, rows in table.groupby("kind")}
    return Rules(
        boilerplate=re.compile("|".join(f"(?:{one})" for one in of["boilerplate"])),
        edges=frozenset(of["stop word"] + of["template word"]),
        outcome=re.compile(rf"\b(?:{'|'.join(of['outcome'])})\b"),
    )


def words(cleaned: str) -> list[str]:
    """Return the words of a cleaned text; punctuation and what holds a digit are masked.

    Examples
    --------
    >>> words("the pilot of n123ab, a pa-28, stalled in a nose-up attitude")
    ['the', 'pilot', 'of', '#', 'a', '#', 'stalled', 'in', 'a', 'nose', 'up', 'attitude']
    """
    found = []
    for chunk in cleaned.split():
        parts = [MASK] if _DIGIT.search(chunk) else _WORD.findall(chunk)
        found += [one if one.isalpha() else MASK for one in parts]
    return found


def terms(cleaned: str, edges: frozenset[str], masked: frozenset[str] = frozenset()) -> list[str]:
    """Return the terms of a text: one to three words in a row, whole phrases only.

    Parameters
    ----------
    cleaned
        Of `Rules.clean`.
    edges
        Words that may stand inside a term, but not at its ends.
    masked
        Words that may not stand in a term at all.

    Examples
    --------
    >>> terms("loss of control, n123ab", frozenset({"of"}))
    ['loss', 'loss of control', 'control']
    """
    row = [MASK if one in masked else one for one in words(cleaned)]
    told = []
    for at, first in enumerate(row):
        if first == MASK or first in edges or len(first) < 2:
            continue
        for length in range(1, LONGEST + 1):
            span = row[at : at + length]
            if len(span) < length or MASK in span:
                break
            if span[-1] not in edges:
                told.append(" ".join(span))
    return told


def names(texts: Iterable[str], vocabulary: frozenset[str]) -> frozenset[str]:
    """Return the words that are mostly written with a capital inside a sentence, in lower case.

    Parameters
    ----------
    texts
        As written.
    vocabulary
        Words of NTSB's code tables, which are no names however they are written.
    """
    capital, seen = Counter[str](), Counter[str]()
    for text in texts:
        for one in _NAMED.findall(text.translate(_QUOTES)):
            seen[one.lower()] += 1
            capital[one.lower()] += one[0].isupper()
    return frozenset(w for w, n in capital.items() if 2 * n > seen[w] and w not in vocabulary)


def vocabulary() -> frozenset[str]:
    """Return the words of NTSB's tables of occurrences, phases, purposes and findings."""
    tables = {"occurrence_codes": "occurrence", "phase_codes": "phase"}
    tables |= {"flight_purposes": "purpose", "finding_modifiers": "modifier"}
    tables |= {f"finding_{part}": part[:-1] for part in ("sections", "subsections")}
    told: set[str] = set()
    for table, column in tables.items():
        meanings = pd.read_csv(paths.reference() / f"{table}.csv", dtype="str")[column]
        told.update(re.findall(r"[a-z]+", " ".join(meanings.fillna("")).lower()))
    return frozenset(told)
