"""Words over probable causes, and trees of filters."""

import html
import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hindcast.serve.problems import Problem
from hindcast.serve.records import phrases
from hindcast.serve.schemas.search import SearchPage
from hindcast.serve.schemas.tree import DEEPEST, FIELDS, MOST_CONDITIONS

SEARCH, ADVANCED = "/api/v1/search", "/api/v1/search/advanced"
QUICK = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def found(client, q: str, **asked) -> list[dict]:
    answer = client.get(SEARCH, params={"q": q, "limit": 100, **asked})
    assert answer.status_code == 200, answer.text
    SearchPage.model_validate_json(answer.content)
    return answer.json()["items"]


@pytest.mark.parametrize(
    ("q", "marked"),
    [
        ("crosswind", {"crosswinds"}),
        ("GUSTY crosswinds", {"gusty", "crosswinds"}),
        ('"engine power"', {"engine power"}),
        ("exhau*", {"exhaustion"}),
        ("resulted -fuel", {"resulted"}),
    ],
)
def test_what_matches_is_marked(searching, q, marked):
    items = found(searching, q)
    assert items
    for one in items:
        assert {m.lower() for m in re.findall("<mark>(.*?)</mark>", one["highlight"])} == marked


@pytest.mark.parametrize("q", ["power engine -fuel", '"power engine"', "exhau", "nosuchword"])
def test_what_does_not_match_is_not_found(searching, q):
    assert found(searching, q) == []


def test_text_is_escaped_around_the_marks(searching):
    one = found(searching, "instrument")[0]["highlight"]
    assert "&lt;b&gt;<mark>instrument</mark>&lt;/b&gt; conditions &amp; low" in one
    assert "<b>" not in one
    assert "<b>" in html.unescape(one)


def test_a_registration_mark_is_neither_shown_nor_found(searching):
    assert found(searching, "N4567B") == []
    assert "[registration]" in found(searching, "exhaustion")[0]["highlight"]


@pytest.mark.parametrize(
    "asked",
    [
        {"state": "AK"},
        {"is_fatal": True},
        {"bbox": "-180,30,180,50"},
        {"to": "2018-12-31"},
        {"severity": "none", "on_airport": True},
        {"population": "all", "country": "AL"},
    ],
)
def test_filters_are_those_of_events(searching, asked):
    ids = {one["ev_id"] for one in found(searching, "pilot", **asked)}
    whole = searching.get("/api/v1/events", params={**asked, "limit": 500}).json()["items"]
    told = {one["ev_id"] for one in whole if int(one["ev_id"][5:]) % 4 in (0, 2)}
    assert ids == told and ids


def test_pages_of_a_search_hold_each_event_once_best_first(searching):
    items, cursor = [], None
    while True:
        asked = {"q": "the", "limit": 9, **({"cursor": cursor} if cursor else {})}
        page = searching.get(SEARCH, params=asked).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len({one["ev_id"] for one in items}) == len(items) == page["n_matching"]
    scores = [one["score"] for one in items]
    assert scores == sorted(scores, reverse=True)
    other = {"q": "engine", "limit": 9, "cursor": "AAAA"}
    assert searching.get(SEARCH, params=other).status_code == 422


@QUICK
@given(st.text(min_size=1, max_size=60))
def test_no_text_is_an_operator_or_an_error(searching, q):
    assert searching.get(SEARCH, params={"q": q}).status_code in (200, 422)


@QUICK
@given(st.lists(st.sampled_from([*"\"*-^():+{}\x00'; ORNEAT", "OR", "NOT", "NEAR("]), max_size=30))
def test_no_operator_of_fts5_gets_through(searching, parts):
    assert searching.get(SEARCH, params={"q": "".join(parts) or "-"}).status_code in (200, 422)


@pytest.mark.parametrize("q", ["-fuel", '""', "*", "- -", "a " * 21])
def test_nothing_to_look_for_says_how_to_ask(q):
    with pytest.raises(Problem, match="Words must all occur"):
        phrases.match(q)


# A tree of filters, against the same tree computed in Python.

_VALUES = {
    "text": st.sampled_from(["AK", "tx", "VMC", "IMC", "CESSNA", "Landing", "a%_'", "\\"]),
    "number": st.one_of(st.integers(-3, 12), st.floats(-200, 200)),
    "date": st.dates(date(2018, 1, 1), date(2020, 6, 1)).map(date.isoformat),
}
_TEXT_OPS = ("eq", "ne", "contains", "starts_with")
_ORDER_OPS = ("eq", "ne", "lt", "le", "gt", "ge")


def _field(kind: str):
    names = [name for name, one in FIELDS.items() if one == kind and name != "probable_cause"]
    return st.sampled_from(names)


def _leaves(kind: str):
    if kind == "flag":
        flag = st.fixed_dictionaries({"op": st.just("eq"), "value": st.booleans()})
        return st.builds(lambda f, rest: {"field": f, **rest}, _field(kind), flag)
    value, ops = _VALUES[kind], _TEXT_OPS if kind == "text" else _ORDER_OPS
    rests = [
        st.fixed_dictionaries({"op": st.sampled_from(ops), "value": value}),
        st.fixed_dictionaries(
            {"op": st.just("in"), "value": st.lists(value, min_size=1, max_size=3)}
        ),
        st.fixed_dictionaries({"op": st.just("is_null"), "value": st.booleans()}),
    ]
    if kind != "text":
        rests.append(
            st.fixed_dictionaries(
                {"op": st.just("between"), "value": st.lists(value, min_size=2, max_size=2)}
            )
        )
    return st.builds(lambda f, rest: {"field": f, **rest}, _field(kind), st.one_of(rests))


TREES = st.recursive(
    st.one_of([_leaves(kind) for kind in ("text", "number", "date", "flag")]),
    lambda nodes: st.one_of(
        st.builds(lambda n: {"and": n}, st.lists(nodes, min_size=1, max_size=3)),
        st.builds(lambda n: {"or": n}, st.lists(nodes, min_size=1, max_size=3)),
        st.builds(lambda n: {"not": n}, nodes),
    ),
    max_leaves=5,
)


def holds(node: dict, event: dict) -> bool | None:
    """What SQL says: true, false, or unknown where a field is missing."""
    if "and" in node:
        each = [holds(one, event) for one in node["and"]]
        return False if False in each else None if None in each else True
    if "or" in node:
        each = [holds(one, event) for one in node["or"]]
        return True if True in each else None if None in each else False
    if "not" in node:
        inner = holds(node["not"], event)
        return None if inner is None else not inner
    return _compares(node["op"], event[node["field"]], node["value"])


def _compares(op: str, told, value) -> bool | None:
    if op == "is_null":
        return (told is None) == value
    if told is None:
        return None
    if isinstance(told, str):
        told = told.upper()
        value = [v.upper() for v in value] if isinstance(value, list) else value.upper()
    return {
        "eq": lambda: told == value,
        "ne": lambda: told != value,
        "lt": lambda: told < value,
        "le": lambda: told <= value,
        "gt": lambda: told > value,
        "ge": lambda: told >= value,
        "in": lambda: told in value,
        "between": lambda: value[0] <= told <= value[1],
        "contains": lambda: value in told,
        "starts_with": lambda: told.startswith(value),
    }[op]()


@QUICK
@given(TREES)
def test_a_tree_leaves_the_events_that_python_says(searching, tree):
    whole = searching.get("/api/v1/events", params={"limit": 500, "population": "all"}).json()[
        "items"
    ]
    answer = searching.post(ADVANCED, json={"where": tree, "limit": 500, "population": "all"})
    if answer.status_code == 422:
        assert "nested" in answer.text
        return
    ids = [one["ev_id"] for one in answer.json()["items"]]
    assert ids == [one["ev_id"] for one in whole if holds(tree, one) is True]


def test_pages_of_a_tree(searching):
    asked = {"where": {"field": "vis_sm", "op": "ge", "value": 0}, "limit": 20}
    items, cursor = [], None
    while True:
        page = searching.post(ADVANCED, json={**asked, "cursor": cursor}).json()
        items += [one["ev_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(set(items)) == len(items) == page["n_matching"]


def test_the_cause_may_be_asked_for(searching):
    asked = {"where": {"field": "probable_cause", "op": "contains", "value": "FUEL"}, "limit": 3}
    assert searching.post(ADVANCED, json=asked).json()["n_matching"] > 10


def nested(depth: int) -> dict:
    tree = {"field": "vis_sm", "op": "lt", "value": 3}
    for _ in range(depth - 1):
        tree = {"not": tree}
    return tree


LEAF = {"field": "vis_sm", "op": "lt", "value": 3}


@pytest.mark.parametrize(
    "where",
    [
        None, [], {}, "1=1", 3, {"field": "regis_no", "op": "eq", "value": "N1"},
        {"field": "crew_age", "op": "lt", "value": 30},
        {"field": "vis_sm; DROP TABLE event", "op": "lt", "value": 3},
        {**LEAF, "op": "or 1=1"}, {**LEAF, "value": "3"}, {**LEAF, "value": True},
        {**LEAF, "value": None}, {**LEAF, "value": [1]}, {**LEAF, "value": 1e300},
        {"field": "vis_sm", "op": "lt"}, {"field": "vis_sm", "op": "between", "value": [1]},
        {"field": "make", "op": "eq", "value": False}, {"field": "make", "op": "in", "value": []},
        {"field": "make", "op": "in", "value": ["x"] * 101},
        {"field": "ev_date", "op": "lt", "value": "yesterday"},
        {"field": "ev_date", "op": "lt", "value": 0},
        {"field": "ev_date", "op": "in", "value": [0]},
        {"field": "is_fatal", "op": "eq", "value": 1}, {"and": []}, {"or": [LEAF, 3]},
        {"not": [LEAF]}, {"and": [LEAF], "or": [LEAF]}, {"sql": "1=1"},
        nested(DEEPEST + 1), {"or": [LEAF] * (MOST_CONDITIONS + 1)}, nested(400),
    ],
)  # fmt: skip
def test_a_wrong_tree_is_refused_with_what_was_expected(searching, where):
    refused = searching.post(ADVANCED, json={"where": where})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_tree_that_is_not_said_to_be_json_is_415(searching, kind):
    headers = {"Content-Type": kind} if kind else {}
    body = b'{"where": {"field": "make", "op": "eq", "value": "CESSNA"}}'
    refused = searching.post(ADVANCED, content=body, headers=headers)
    assert refused.status_code == 415 and "application/json" in refused.json()["detail"]
    as_json = {"Content-Type": "application/json; charset=utf-8"}
    assert searching.post(ADVANCED, content=body, headers=as_json).status_code == 200


def test_the_largest_tree_is_answered(searching):
    assert searching.post(ADVANCED, json={"where": nested(DEEPEST)}).status_code == 200
    widest = {"or": [LEAF] * (MOST_CONDITIONS - 1)}
    assert searching.post(ADVANCED, json={"where": widest}).status_code == 200


def test_a_tree_of_any_depth_is_a_client_error(searching):
    body = '{"where":' + '{"not":' * 100_000 + "1" + "}" * 100_000 + "}"
    answer = searching.post(ADVANCED, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)


# Injection: whatever stands in a parameter is a value.

PATHS = (
    "/events", "/events.geojson", "/search", "/stats/summary", "/stats/yearly", "/stats/by-state",
    "/stats/by-aircraft", "/stats/by-phase", "/analytics/time-series", "/analytics/clusters",
)  # fmt: skip
PARAMETERS = (
    "from", "to", "country", "state", "severity", "is_fatal", "acft_category", "make", "model",
    "far_part", "purpose", "phase", "occurrence", "weather", "light", "homebuilt", "on_airport",
    "bbox", "population", "sort", "limit", "cursor", "by", "degrees", "min_events", "q",
)  # fmt: skip
ATTEMPTS = (
    "' OR '1'='1", "'; DROP TABLE event; --", '" UNION SELECT * FROM about --', "1); ATTACH 'x'",
    "../../etc/passwd", "%00", "\x00", "${warehouse}", "{{7*7}}", "read_text('/etc/passwd')",
    "9" * 400, "-1", "NaN", "1e309", "٣", "\U0001f600" * 50, "a' || (SELECT 1) || '",
)  # fmt: skip


@QUICK
@given(
    path=st.sampled_from(PATHS),
    asked=st.dictionaries(
        st.sampled_from(PARAMETERS), st.sampled_from(ATTEMPTS) | st.text(max_size=30), max_size=4
    ),
)
def test_no_parameter_is_sql_or_a_path(searching, path, asked):
    answer = searching.get(f"/api/v1{path}", params=asked)
    assert answer.status_code in (200, 422), (path, asked, answer.text)
    assert "root:" not in answer.text


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_at_injection_matches_no_event_and_changes_none(searching, attempt):
    if len(attempt) <= 60:
        tried = searching.get("/api/v1/events", params={"make": attempt})
        assert tried.status_code == 200 and tried.json()["n_matching"] == 0
    assert searching.get("/api/v1/events", params={"population": "all"}).json()["n_matching"] == 120
