"""What the past is counted by: one normalised key for each, declared in one line.

The same make and model are written in many ways (case, hyphens, blanks, company endings); counts
by the raw text would split one past into several. Amateur-built aircraft carry their builder's
name as make: they are one make here, which is what the builders have in common, and it keeps
people's names out of what is counted. In what is stored, keys are digests of the normalised text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import blake2b

import polars as pl

from hindcast import paths
from hindcast.features.columns import pick

AMATEUR_BUILT = "AMATEUR BUILT"
COMPANY_WORDS = (
    "INC INCORPORATED CORP CORPORATION COR CO COMPANY LLC LTD LIMITED GMBH SPA SRO SPOL SAS SA AG "
    "PTY ACFT AIRCRAFT AIRPLANE AIRPLANES HELICOPTER HELICOPTERS AVN MFG IND INDUSTRIES USA"
)
_UNKNOWN = ("", "UNK", "UNKNOWN", "NONE", "N A")


def words(column: str) -> pl.Expr:
    """Return text in capitals with every run of punctuation and blanks as one blank.

    Examples
    --------
    >>> pl.DataFrame({"make": ["Van's  Aircraft, Inc. "]}).select(words("make")).item()
    'VANS AIRCRAFT INC'
    """
    capitals = pl.col(column).str.to_uppercase().str.replace_all(r"['.]", "")
    return _known(capitals.str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars())


def make() -> pl.Expr:
    """Return the maker under its common name: company endings dropped, known spellings joined."""
    endings = rf"(?: (?:{'|'.join(COMPANY_WORDS.split())}))+$"
    short = words("acft_make").str.replace(endings, "")
    is_amateur_built = words("homebuilt").str.starts_with("Y").fill_null(value=False)
    named = pl.when(is_amateur_built & short.is_not_null()).then(pl.lit(AMATEUR_BUILT))
    return named.otherwise(short.replace(_spellings()))


def model() -> pl.Expr:
    """Return the make and the model without its punctuation: PA-18-150 is PA 18 150."""
    bare = words("acft_model").str.replace_all(" ", "")
    return pl.concat_str(make(), bare, separator="|")


def far_part() -> pl.Expr:
    """Return the regulation flown under, 91 and 091 being one."""
    return _known(words("far_part").str.strip_chars_start("0"))


@dataclass(frozen=True)
class Key:
    """What the past is counted by, and whether the number of past accidents is itself an input."""

    name: str
    expr: Callable[[], pl.Expr]
    is_counted: bool = False


KEYS: tuple[Key, ...] = (
    Key("make", make, is_counted=True),
    Key("model", model, is_counted=True),
    Key("state", partial(words, "ev_state")),
    Key("far_part", far_part),
    Key("purpose", partial(words, "type_fly")),
)
NAMES: tuple[str, ...] = tuple(key.name for key in KEYS)


def digests(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one column per key: a digest of its normalised text, null where it is unknown.

    Parameters
    ----------
    frame
        Has the keys' eADMS columns; one that is absent gives an unknown key.

    Examples
    --------
    >>> two = pl.DataFrame({"acft_make": ["CESSNA", "Cessna Aircraft Co."]})
    >>> digests(two)["make"].n_unique()
    1
    """
    expressions = _expressions()
    inputs = sorted({name for expr in expressions for name in expr.meta.root_names()})
    texts = pick(frame, dict.fromkeys(inputs, pl.String)).select(expressions)
    return pl.DataFrame([_digested(text) for text in texts])


@lru_cache(maxsize=1)
def _expressions() -> tuple[pl.Expr, ...]:
    return tuple(key.expr().alias(key.name) for key in KEYS)


def _digested(text: pl.Series) -> pl.Series:
    plain = text.drop_nulls().unique(maintain_order=True)
    short = [blake2b(value.encode(), digest_size=8).hexdigest() for value in plain]
    return text.replace_strict(plain, pl.Series(short, dtype=pl.String), return_dtype=pl.String)


def _known(text: pl.Expr) -> pl.Expr:
    return pl.when(~text.is_in(_UNKNOWN)).then(text)


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    table = pl.read_csv(paths.reference() / "make_spellings.csv", columns=["spelling", "make"])
    return dict(table.iter_rows())
