"""What the past is counted by: one normalised key for each, declared in one line.

The same make and model are written in many ways (case, hyphens, blanks, company endings); counts
by the raw text would split one past into several. Amateur-built aircraft carry their builder's
name as make: they are one make here, which is what the builders have in common, and it keeps
people's names out of what is counted. What is stored are digests of the normalised text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import polars as pl

from hindcast import paths
from hindcast.features import airframes
from hindcast.features.columns import pick
from hindcast.features.declare import crosswalk

AMATEUR_BUILT = "AMATEUR BUILT"
COMPANY_WORDS = (
    "INC INCORPORATED CORP CORPORATION COR CO COMPANY LLC LTD LIMITED GMBH SPA SRO SPOL SAS SA AG "
    "PTY ACFT AIRCRAFT AIRPLANE AIRPLANES HELICOPTER HELICOPTERS AVN MFG IND INDUSTRIES USA"
)
_COMPANY_ENDING = re.compile(rf"(?: (?:{'|'.join(COMPANY_WORDS.split())}))+$")
_UNKNOWN = frozenset({"", "UNK", "UNKNOWN", "NONE", "N A"})

Text = str | None
_WITHIN, _BETWEEN = re.compile(r"['.]"), re.compile(r"[^A-Z0-9]+")
_SHORT = 64


def words(text: Text) -> Text:
    """Return text in capitals with every run of punctuation and blanks as one blank.

    Blank text and the codes for unknown give None.

    Examples
    --------
    >>> words("Van's  Aircraft, Inc. ")
    'VANS AIRCRAFT INC'
    >>> words(" Unk ") is None
    True
    """
    return _words(text) if text is None or len(text) <= _SHORT else _plain(text)


def _plain(text: Text) -> Text:
    plain = _BETWEEN.sub(" ", _WITHIN.sub("", (text or "").upper())).strip()
    return None if plain in _UNKNOWN else plain


_words = lru_cache(maxsize=1 << 13)(_plain)  # one make comes in a thousand rows


def make(acft_make: Text, homebuilt: Text) -> Text:
    """Return the maker under its common name: company endings dropped, known spellings joined.

    Examples
    --------
    >>> make("Cessna Aircraft Co.", "N"), make("BEECHCRAFT", None), make("Somebody", "Y")
    ('CESSNA', 'BEECH', 'AMATEUR BUILT')
    """
    plain = words(acft_make)
    if plain is None:
        return None
    if (words(homebuilt) or "").startswith("Y"):
        return AMATEUR_BUILT
    short = _COMPANY_ENDING.sub("", plain)
    return _spellings().get(short, short)


def model(acft_model: Text, acft_make: Text, homebuilt: Text) -> Text:
    """Return the make and the model without its punctuation.

    Examples
    --------
    >>> model("PA-18-150", "PIPER", "N") == model("Pa 18 150", "Piper Aircraft Inc", None)
    True
    """
    maker, design = make(acft_make, homebuilt), words(acft_model)
    return None if maker is None or design is None else f"{maker}|{design.replace(' ', '')}"


def far_part(text: Text) -> Text:
    """Return the regulation flown under, 91 and 091 being one.

    Examples
    --------
    >>> far_part("091 ")
    '91'
    """
    plain = words(text)
    return None if plain is None else plain.lstrip("0") or None


def family(acft_model: Text, acft_make: Text, homebuilt: Text) -> Text:
    """Return the airframe family (``airframe_families.csv``): all variants of a type together.

    Examples
    --------
    >>> family("TU206G", "Cessna", "N"), family("RV-7A", "SMITH JOHN", "Y")
    ('CESSNA 206', 'RV7')
    """
    craft = airframes.find(make(acft_make, homebuilt), words(acft_model))
    return craft and craft.family


def phase(era: Text, phase_no: Text) -> Text:
    """Return the phase of flight under the name that both eras share.

    Examples
    --------
    >>> phase("2008+", "551"), phase("pre-2008", "570"), phase("2008+", "990")
    ('Landing', 'Landing', None)
    """
    named = crosswalk("phase_codes", ("era", "phase_no"), "phase_group")
    group = named.get(f"{era or '2008+'}:{(phase_no or '').strip()}")
    return None if group == "Unknown" else group


def occurrence(era: Text, eventsoe_no: Text) -> Text:
    """Return the defining occurrence's name; see ``occurrence_groups.csv``."""
    named = crosswalk("occurrence_groups", "key", "occurrence")
    return named.get(f"{era or '2008+'}:{(eventsoe_no or '').strip()}")


def _joined(*texts: Text) -> Text:
    return None if None in texts else "|".join(text for text in texts if text)


def operation(far_part_text: Text, type_fly: Text) -> Text:
    """Return the kind of operator: regulation and purpose of flight together.

    Examples
    --------
    >>> operation("091", "PERS "), operation("091", None) is None
    ('91|PERS', True)
    """
    return _joined(far_part(far_part_text), words(type_fly))


def family_purpose(acft_model: Text, acft_make: Text, homebuilt: Text, type_fly: Text) -> Text:
    """Return family and purpose: the same type trains, sprays and tours."""
    return _joined(family(acft_model, acft_make, homebuilt), words(type_fly))


def phase_family(
    era: Text, phase_no: Text, acft_model: Text, acft_make: Text, homebuilt: Text
) -> Text:
    """Return phase and family: a stall kills in a fast type, a landing in hardly any."""
    return _joined(phase(era, phase_no), family(acft_model, acft_make, homebuilt))


def occurrence_phase(era: Text, eventsoe_no: Text, phase_no: Text) -> Text:
    """Return the defining occurrence and its phase."""
    return _joined(occurrence(era, eventsoe_no), phase(era, phase_no))


@dataclass(frozen=True)
class Key:
    """What the past is counted by.

    Attributes
    ----------
    name
        As in ``fatal_share_<name>_past``.
    normal
        From the inputs' text to the key's; None for unknown.
    inputs
        eADMS columns.
    is_counted
        Whether the number of past accidents, ``n_<name>_past``, is given too.
    has_prior
        Whether ``fatal_share_<name>_since_1982``, drawn towards the key's share of 1982-2007
        (:mod:`hindcast.features.prior`), is given too.
    """

    name: str
    normal: Callable[..., Text]
    inputs: tuple[str, ...]
    is_counted: bool = False
    has_prior: bool = False


_TYPE = ("acft_model", "acft_make", "homebuilt")
_PHASE = ("era", "defining_phase_no")
KEYS: tuple[Key, ...] = (
    Key("make", make, ("acft_make", "homebuilt"), is_counted=True, has_prior=True),
    Key("model", model, _TYPE, is_counted=True, has_prior=True),
    Key("state", words, ("ev_state",)),
    Key("far_part", far_part, ("far_part",)),
    Key("purpose", words, ("type_fly",)),
    Key("family", family, _TYPE, is_counted=True, has_prior=True),
    Key("operation", operation, ("far_part", "type_fly")),
    Key("family_purpose", family_purpose, (*_TYPE, "type_fly"), has_prior=True),
    Key("airport", words, ("nearest_airport_id",)),
    Key("phase_family", phase_family, (*_PHASE, *_TYPE), has_prior=True),
    Key("occurrence_phase", occurrence_phase, ("era", "defining_eventsoe_no", _PHASE[1])),
)
NAMES: tuple[str, ...] = tuple(key.name for key in KEYS)


def columns() -> tuple[str, ...]:
    """Return the names of the columns that a history gives for the keys."""
    return (
        *(f"fatal_share_{key.name}_past" for key in KEYS),
        *(f"n_{key.name}_past" for key in KEYS if key.is_counted),
        *(f"fatal_share_{key.name}_since_1982" for key in KEYS if key.has_prior),
    )


def digests(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one Int64 column per key: a digest of its text, null where it is unknown.

    48 bits: enough to tell some 10,000 makes and models apart, and exact in any JSON reader.

    Parameters
    ----------
    frame
        Has the keys' columns; one that is absent counts as blank.

    Examples
    --------
    >>> two = pl.DataFrame({"acft_make": ["CESSNA", "Cessna Aircraft Co."]})
    >>> digests(two)["make"].n_unique()
    1
    """
    inputs = {name for key in KEYS for name in key.inputs}
    texts = pick(frame, dict.fromkeys(sorted(inputs), pl.String)).to_dict(as_series=False)
    columns = {key.name: _digested(key, texts) for key in KEYS}
    return pl.DataFrame(columns, schema=dict.fromkeys(NAMES, pl.Int64))


def digest(key: Key, values: Sequence[Text]) -> int | None:
    """Return the digest of one row's values of ``key.inputs``, None where the key is unknown."""
    text = key.normal(*values)
    return None if text is None else digested(text)


def _digested(key: Key, texts: dict[str, list[Text]]) -> list[int | None]:
    values = zip(*(texts[name] for name in key.inputs), strict=True)
    return [_digest(key.normal, value) for value in values]


@lru_cache(maxsize=1 << 16)
def _digest(normal: Callable[..., Text], value: tuple[Text, ...]) -> int | None:
    text = normal(*value)
    return None if text is None else digested(text)


def digested(text: str) -> int:
    """Return the digest of a key's text: what a history stores in its place."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest())


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    table = pl.read_csv(paths.reference() / "make_spellings.csv", columns=["spelling", "make"])
    return dict(table.iter_rows())
