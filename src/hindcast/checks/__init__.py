"""Three gates between raw and core tables; nothing is dropped or emptied silently."""

from hindcast import lazy

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

__getattr__ = lazy.exports(
    __name__,
    {
        "report": ("Report", "load", "release_table", "rule_table", "table_counts"),
        "rule": ("ChecksError", "Gate", "Rule"),
        "validation": ("emptiness", "validate"),
    },
)
