"""What schemathesis is told of this API: values that only another answer can give.

Without these nearly every request would be refused for one parameter, and try nothing else.
"""

from typing import get_origin

import schemathesis

from hindcast.serve.records.filters import RecordFilter

LISTS = {
    name for name, told in RecordFilter.model_fields.items() if get_origin(told.annotation) is list
}
"""Parameters that may be sent several times."""
AREA = "-125,32,-114,42"


@schemathesis.hook
def filter_query(_context, query):
    """Leave out what is wrong only until it is sent: the wire tells it from no right value."""
    return not query or not any(_is_lost(*one) for one in query.items())


def _is_lost(name, value):
    """Return whether a value is null, or one in place of a list of one, or the reverse."""
    if isinstance(value, list):
        return name not in LISTS and len(value) == 1
    return value is None or name in LISTS


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """Put what makes sense where a request is meant to be right; wrong ones stay as they are."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    if isinstance(case.body, dict):
        case.body.pop("cursor", None)
    if not case.query:
        return
    # a cursor belongs to one question, days and an area's sides to each other, a version to a shelf
    case.query.pop("cursor", None)
    if "bbox" in case.query:
        case.query["bbox"] = AREA
    if "from" in case.query and "to" in case.query:
        case.query["from"], case.query["to"] = sorted((case.query["from"], case.query["to"]))
    if "/predictions/" in case.path and "model" in case.query:
        case.query["model"] = "champion"
