"""Three gates between raw and core tables; nothing is dropped or emptied silently."""

from hindcast.checks.report import Report
from hindcast.checks.rule import ChecksError, Gate, Rule
from hindcast.checks.validation import validate

__all__ = ["ChecksError", "Gate", "Report", "Rule", "validate"]
