"""Make and model as they are written, to one maker and one type family."""

import polars as pl

from hindcast.features import keys
from hindcast.features.declare import code, crosswalk
from hindcast.features.shared import shared

_NUMBERED_MAKES = ("CESSNA", "BEECH")
_ENGINE_WORDS = f"{keys.COMPANY_WORDS} ENGINES ENGINE MOTORS"


def company(column: str, endings: str, spellings: dict[str, str]) -> pl.Expr:
    """Return a company under its common name: punctuation and endings dropped, spellings joined.

    Examples
    --------
    >>> from hindcast.features.shared import needed_by, with_shared
    >>> named = company("acft_make", "CORP DESIGN", {"CIRRUS": "Cirrus"})
    >>> written = pl.DataFrame({"acft_make": ["Cirrus Design Corp.", "Van's"]})
    >>> with_shared(written, needed_by(named)).select(named)["acft_make"].to_list()
    ['Cirrus', 'VANS']
    """
    plain = code(column).str.replace_all(r"['.]", "").str.replace_all(r"[^A-Z0-9]+", " ")
    ending = rf"(?: (?:{endings.replace(' ', '|')}))+$"
    return plain.str.strip_chars().str.replace(ending, "").replace(spellings).alias(column)


def make() -> pl.Expr:
    """Return the maker as the history counts it: amateur-built aircraft are one make.

    Their record names the builder, a person; what they have in common is that one built them.
    """
    spellings = crosswalk("make_spellings", "spelling", "make")
    named = company("acft_make", keys.COMPANY_WORDS, spellings)
    amateur = code("homebuilt").is_in(("Y", "YES")).fill_null(value=False) & named.is_not_null()
    return shared("~make", pl.when(amateur).then(pl.lit(keys.AMATEUR_BUILT)).otherwise(named))


def engine_make() -> pl.Expr:
    """Return the engine's maker, written one way."""
    return company("eng_mfgr", _ENGINE_WORDS, crosswalk("engine_makes", "written", "make"))


def displacement() -> pl.Expr:
    """Return the displacement (cu in) that American piston engines carry in their name.

    Examples
    --------
    >>> from hindcast.features.shared import needed_by, with_shared
    >>> told = pl.DataFrame({"eng_model": ["O-320-H2AD", "TSIO-520", "PT6A-34", "R-985"]})
    >>> with_shared(told, needed_by(displacement())).select(displacement()).to_series().to_list()
    [320.0, 520.0, None, 985.0]
    """
    size = code("eng_model").str.extract(r"^(?:[A-Z]{0,4}[O0]|R)[- ]?(\d{3,4})(?:\D|$)", 1)
    return size.cast(pl.Float64)


def turbocharged() -> pl.Expr:
    """Return whether a piston engine's name opens with T (TO, TIO, TSIO, LTIO, GTSIO).

    Null where the name is not of that kind.
    """
    prefix = code("eng_model").str.extract(r"^([A-Z]{0,4}[O0])[- ]?\d{3}", 1)
    return prefix.str.contains("T")


def family() -> pl.Expr:
    """Return the type family: maker and number, or the number alone where it names the type.

    PA-28-140 and PA28R are PA28; T210N and P210 are CESSNA 210; an RV-7 is an RV7 whoever built
    it. Models without a number keep their first word.

    Examples
    --------
    >>> from hindcast.features.shared import needed_by, with_shared
    >>> told = pl.DataFrame({
    ...     "acft_make": ["PIPER", "Cessna", "SMITH JOHN", "BELL", "Doe"],
    ...     "acft_model": ["PA-28-140", "TU206G", "RV-7A", "206B", "Kitfox IV"],
    ...     "homebuilt": ["N", "N", "Y", "N", "Y"],
    ... })
    >>> with_shared(told, needed_by(family())).select(f=family())["f"].to_list()
    ['PA28', 'CESSNA 206', 'RV7', 'BELL 206', 'KITFOX']
    """
    model, maker = code("acft_model"), make()
    letters = shared("~model_letters", model.str.extract(r"^([A-Z]{0,4})[ \-]?\d", 1))
    digits = shared("~model_digits", model.str.extract(r"^[A-Z]{0,4}[ \-]?(\d{1,4})", 1))
    by_maker = (letters == "") | maker.is_in(_NUMBERED_MAKES)
    named = (
        pl.when(digits.is_null())
        .then(model.str.extract(r"^([A-Z]+)", 1))
        .when(by_maker)
        .then(pl.concat_str(maker, digits, separator=" "))
        .otherwise(letters + digits)
    )
    return shared("~type_family", named)
