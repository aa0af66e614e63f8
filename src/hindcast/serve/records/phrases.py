"""What people type into a search, as FTS5 understands it; no operator of FTS5 gets through."""

import re

from hindcast.serve.problems import Problem

SYNTAX = (
    "Words must all occur, in any of their forms (`landing` finds `landed`); "
    '`"a phrase"` must occur as it stands; `engin*` finds words that begin so; `-word` or '
    '`-"a phrase"` must not occur. Case and accents do not matter; there are no other operators.'
)
_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_MOST = 20


def match(asked: str) -> str:
    r"""Return the FTS5 query of what was typed.

    Raises
    ------
    Problem
        422: nothing to look for, or too many words.

    Examples
    --------
    >>> match('engine fail* "fuel exhaustion" -water')
    '("engine" AND "fail" * AND "fuel exhaustion") NOT "water"'
    >>> match("engine OR NEAR(x) col:umn")
    '("engine" AND "OR" AND "NEAR(x)" AND "col:umn")'
    """
    terms = [one for one in map(_term, _TERM.finditer(asked)) if one]
    wanted = [text for text, is_wanted in terms if is_wanted]
    if not wanted or len(terms) > _MOST:
        what = "nothing to look for" if not wanted else f"{len(terms)} terms, at most {_MOST}"
        raise Problem(422, f"q: {what}. {SYNTAX}", errors=[{"where": "query.q", "what": what}])
    without = "".join(f" NOT {text}" for text, is_wanted in terms if not is_wanted)
    return f"({' AND '.join(wanted)}){without}"


def _term(found: re.Match[str]) -> tuple[str, bool] | None:
    """Return a term as an FTS5 string, and whether it must occur; None where it has no letter."""
    told = found["word"] if found["phrase"] is None else found["phrase"]
    plain = "".join(one if one.isprintable() else " " for one in told)
    if not any(one.isalnum() for one in plain):
        return None
    star = " *" if found["word"] and plain.endswith("*") else ""
    return f'"{plain.rstrip("*") if star else plain}"{star}', not found["minus"]
