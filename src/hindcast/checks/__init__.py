"""Three gates between raw and core tables; nothing is dropped or emptied silently."""

from hindcast.checks.report import Report, load, release_table, rule_table, table_counts
from hindcast.checks.rule import ChecksError, Gate, Rule
from hindcast.checks.validation import emptiness, validate

__all__ = [
    "ChecksError",
    "Gate",
    "Report",
    "Rule",
    "emptiness",
    "load",
    "release_table",
    "rule_table",
    "table_counts",
    "validate",
]
