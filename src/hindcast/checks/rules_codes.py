"""Gate 2, code lists: one rule for each column whose codes NTSB's dictionary lists."""

import polars as pl

from hindcast.checks import reference, schema
from hindcast.checks.rule import Gate, Rule

# NTSB adds codes to these as aircraft, rules and borders change: an unknown code may be a new one.
_OPEN = {
    "ev_state", "ev_tmzn", "far_part", "type_fly", "acft_category", "eng_type", "crew_category",
    "med_certf", "mr_faa_med_certf", "elt_type", "acft_reg_cls", "child_restraint", "bfr",
    "inj_person_category", "flight_craft", "flight_type", "injury_level",
}  # fmt: skip


def rules(table: str) -> list[Rule]:
    """Return the code rules of ``table``: spelling first, then whether the code exists."""
    listed = [
        (column, codes) for (name, column), codes in reference.code_lists().items() if name == table
    ]
    return [rule for column, codes in listed for rule in _rules(table, column, codes)]


def _rules(table: str, column: str, codes: tuple[str, ...]) -> list[Rule]:
    name = f"{table}.{column}"
    unknown = ~pl.col(column).is_in(codes)
    # A key cannot be blanked: its row would belong nowhere.
    keeps = column in _OPEN or column in schema.keys(table)
    checks = [
        Rule(
            f"{name}.unknown_code", Gate.DOMAIN, table, "note" if keeps else "blank", (column,),
            f"not one of the {len(codes)} codes that NTSB's code tables list for it", unknown,
        )
    ]  # fmt: skip
    if column not in schema.keys(table):
        checks.insert(0, _spelling(table, column, codes))
    return checks


def _spelling(table: str, column: str, codes: tuple[str, ...]) -> Rule:
    upper = pl.col(column).str.to_uppercase()
    return Rule(
        f"{table}.{column}.code_in_small_letters", Gate.DOMAIN, table, "blank", (column,),
        "the code is one of the list but for capital letters",
        ~pl.col(column).is_in(codes) & upper.is_in(codes),
        {column: upper},
    )  # fmt: skip
