"""Gate 2, what happened and why: sequences, findings, narratives, administration."""

import polars as pl

from hindcast.checks import reference
from hindcast.checks.rule import Declared

c = pl.col
on = Declared("Events_Sequence")
_OLD, _NEW = c("_era") == "pre-2008", c("_era") == "2008+"
_OLD_PHASES, _NEW_PHASES = reference.phases("pre-2008"), reference.phases("2008+")
_OLD_CODES, _NEW_CODES = reference.occurrences("pre-2008"), reference.occurrences("2008+")
_DEFINING = c("Defining_ev").fill_null(False)
_OF_AIRCRAFT = ("ev_id", "Aircraft_Key")

SEQUENCE = (
    on.repair(
        "event_code_leading_zero", c("eventsoe_no").str.contains(r"^\d{1,2}$"),
        "event codes have three digits; a spreadsheet took the leading zero",
        eventsoe_no=c("eventsoe_no").str.zfill(3),
    ),
    on.repair(
        "occurrence_code_leading_zero", _NEW & c("Occurrence_Code").str.contains(r"^\d{5}$"),
        "occurrence codes since 2008 have six digits",
        Occurrence_Code=c("Occurrence_Code").str.zfill(6),
    ),
    on.blank(
        "phase_unknown_in_old_era", "phase_no", _OLD & ~c("phase_no").is_in(_OLD_PHASES),
        "not a phase of the scheme before 2008 (500 standing to 610)",
    ),
    on.blank(
        "phase_unknown_in_new_era", "phase_no", _NEW & ~c("phase_no").is_in(_NEW_PHASES),
        "not a phase of the scheme since 2008 (150 standing, 550 landing, ...)",
    ),
    on.blank(
        "occurrence_unknown_in_old_era", "Occurrence_Code",
        _OLD & ~c("Occurrence_Code").is_in(_OLD_CODES),
        "not an occurrence of the scheme before 2008 (three digits, 100 to 430)",
    ),
    on.blank(
        "occurrence_form_in_new_era", "Occurrence_Code",
        _NEW & ~c("Occurrence_Code").str.contains(r"^\d{6}$"),
        "since 2008 an occurrence is three digits of phase and three of event",
    ),
    on.note(
        "event_code_unknown", "eventsoe_no", _NEW & ~c("eventsoe_no").is_in(_NEW_CODES),
        "not an event code of NTSB's dictionary",
    ),
    on.note(
        "occurrence_parts_disagree", "Occurrence_Code phase_no eventsoe_no",
        c("Occurrence_Code").str.contains(r"^\d{6}$")
        & (c("Occurrence_Code") != c("phase_no") + c("eventsoe_no")),
        "the code is not its phase followed by its event",
    ),
    on.note(
        "occurrence_code_missing", "Occurrence_Code", c("Occurrence_Code").is_null(),
        "only the phase is known",
    ),
    on.note(
        "two_defining_events", "Defining_ev", _DEFINING & (_DEFINING.sum().over(_OF_AIRCRAFT) > 1),
        "one event of an aircraft's sequence defines the accident; the first is taken",
    ),
    on.note(
        "no_defining_event", "Defining_ev", ~_DEFINING.any().over(_OF_AIRCRAFT),
        "no event of this aircraft's sequence is marked as the defining one",
    ),
    on.note(
        "sequence_not_from_one", "Occurrence_No", c("Occurrence_No").min().over(_OF_AIRCRAFT) != 1,
        "a sequence starts with 1: its beginning is missing",
    ),
)  # fmt: skip

old = Declared("Occurrences")
OCCURRENCES = (
    old.blank(
        "old_occurrence_unknown", "Occurrence_Code", ~c("Occurrence_Code").is_in(_OLD_CODES),
        "not an occurrence of the scheme before 2008 (100 to 430)",
    ),
    old.blank(
        "old_phase_unknown", "Phase_of_Flight", ~c("Phase_of_Flight").is_in(_OLD_PHASES),
        "not a phase of the scheme before 2008 (500 to 610)",
    ),
    old.note(
        "old_occurrence_in_new_era", "Occurrence_Code", _NEW & c("Occurrence_Code").is_not_null(),
        "the table ends with 2007: its codes would be read by the wrong scheme",
    ),
)  # fmt: skip

cause = Declared("seq_of_events")
CAUSES = (
    cause.note(
        "cause_group_unknown", "group_code", ~c("group_code").is_between(1, 4),
        "findings before 2008 come in four groups",
    ),
    cause.blank(
        "cause_factor_unknown", "Cause_Factor", ~c("Cause_Factor").is_in(["C", "F"]),
        "a finding is a cause (C), a factor (F) or neither (blank)",
    ),
)  # fmt: skip

found = Declared("Findings")
_CODE = c("finding_code")


def _part(column: str, start: int) -> pl.Expr:
    return c(column).str.zfill(2) != _CODE.str.slice(start, 2)


_STARTS = {
    "category_no": 0,
    "subcategory_no": 2,
    "section_no": 4,
    "subsection_no": 6,
    "modifier_no": 8,
}

FINDINGS = (
    found.repair(
        "finding_code_leading_zero", _CODE.str.contains(r"^\d{9}$"),
        "finding codes are text of ten digits; read as a number they lose the leading zero",
        finding_code=_CODE.str.zfill(10),
    ),
    found.blank(
        "finding_code_form", "finding_code", ~_CODE.str.contains(r"^\d{10}$"),
        "finding codes have ten digits: category, subcategory, section, subsection, modifier",
    ),
    found.blank(
        "finding_category_unknown", "finding_code",
        ~_CODE.str.slice(0, 2).is_in(["01", "02", "03", "04", "05"]),
        "aircraft, personnel, environment, organisation, not determined: 01 to 05",
    ),
    *(
        found.note(
            f"finding_{column}_disagrees", f"finding_code {column}", _part(column, start),
            f"digits {start + 1} and {start + 2} of the code are its {column}",
        )
        for column, start in _STARTS.items()
    ),
    found.note("finding_code_missing", "finding_code", _CODE.is_null(), "a finding without a code"),
    found.note(
        "finding_before_2008", "finding_code", _OLD & _CODE.is_not_null(),
        "findings of this form exist since 2008",
    ),
    found.blank(
        "finding_factor_unknown", "Cause_Factor", ~c("Cause_Factor").is_in(["C", "F"]),
        "a finding is a cause (C), a factor (F) or neither (blank)",
    ),
    found.note(
        "finding_factor_after_2020", "Cause_Factor",
        c("Cause_Factor").is_not_null() & (c("_ev_date").dt.year() > 2020),
        "NTSB stopped marking causes and factors in 2020",
    ),
)  # fmt: skip

told = Declared("narratives")
NARRATIVES = (
    told.note(
        "narrative_empty", "narr_cause", c("narr_cause").is_null(), "no probable cause is told yet",
    ),
    told.note(
        "narrative_repeated", "narr_cause",
        pl.when(c("narr_cause").str.len_chars() > 200).then(c("narr_cause").is_duplicated()),
        "two events with one long text: copied, or one event entered twice",
    ),
)  # fmt: skip

admin = Declared("NTSB_Admin")
ADMIN = (
    admin.note(
        "record_status_unknown", "rec_stat", ~c("rec_stat").is_in(["B", "F", "P", "I"]),
        "records are preliminary (P), factual (F) or with probable cause (B)",
    ),
    admin.note(
        "record_preliminary", "rec_stat", c("rec_stat") == "P",
        "a preliminary report may still change its fields and its label",
    ),
    admin.blank(
        "approved_before_event", "approval_date", c("approval_date") < c("_ev_date"),
        "a report is approved after its event",
    ),
    admin.note(
        "final_without_approval", "rec_stat approval_date",
        (c("rec_stat") == "B") & c("approval_date").is_null(),
        "a final report has a date of approval",
    ),
)  # fmt: skip
