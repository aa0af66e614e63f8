"""Rows of a batch read and told of column by column: as each would be alone."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.serve.forecast import about_many, fields, reading, reading_many
from hindcast.serve.forecast import engine as engines
from hindcast.serve.forecast.answer import about_fields
from hindcast.serve.forecast.asking import NOTHING
from hindcast.serve.forecast.many import WORTH_A_FRAME

URL = "/api/v1/predictions/severity"
NEEDED = {"ev_date": "2024-06-14", "ev_state": "CO", "acft_category": "AIR"}
EXAMPLES = {name: field.example for name, field in fields.declared().items()} | NEEDED
ODD = [
    None,
    0,
    1,
    -1,
    730,
    2460,
    1e9,
    2**70,
    0.5,
    True,
    "",
    "UNK",
    "x\x00",
    "2024-06-14",
    [],
    ["x"],
]


def given_alone(rows):
    return [reading.read(copy.deepcopy(row)) for row in rows]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*EXAMPLES]), st.one_of(st.just(...), st.sampled_from(ODD)), max_size=8
        ),
        min_size=1,
        max_size=4,
    )
)
def test_rows_are_read_as_each_alone_or_left_to_that(drawn):
    rows = [
        NEEDED | {name: EXAMPLES[name] if value is ... else value for name, value in of.items()}
        for of in drawn
    ]
    alone = given_alone(rows)
    together = reading_many.read(copy.deepcopy(rows))
    if together is None:
        return
    assert not any(faults for _, faults in alone)
    assert together.rows == [told for told, _ in alone]
    kinds = [{name: type(value) for name, value in row.items()} for row in together.rows]
    assert kinds == [{name: type(value) for name, value in told.items()} for told, _ in alone]
    for name, column in together.columns.items():
        assert list(column) == [told.get(name) for told, _ in alone]


def test_good_rows_are_read_together():
    rows = [NEEDED, EXAMPLES, NEEDED | {"vis_sm": 3}, NEEDED | {"vis_sm": None, "ev_time": 730.0}]
    found = reading_many.read(copy.deepcopy(rows))
    assert found is not None
    assert found.rows == [told for told, _ in given_alone(rows)]
    assert found.rows[3].keys() == NEEDED.keys() | {"ev_time"}


BAD = {
    "no object": 5,
    "unknown": NEEDED | {"nonsense": 1},
    "lacking": {"ev_state": "CO"},
    "beyond": NEEDED | {"vis_sm": 9999},
    "of another type": NEEDED | {"vis_sm": "far"},
    "true for one": NEEDED | {"vis_sm": True},
    "no time": NEEDED | {"ev_time": 1275},
    "before the records": NEEDED | {"ev_date": "1950-01-01"},
    "in the future": NEEDED | {"ev_date": "2999-01-01"},
    "half a place": NEEDED | {"dec_latitude": 39.0},
    "another state": NEEDED | {"dec_latitude": 61.0, "dec_longitude": -150.0},
    "nowhere": NEEDED | {"dec_latitude": 0.0, "dec_longitude": 0.0},
    "too damp": NEEDED | {"wx_temp": 10.0, "wx_dew_pt": 12.0},
    "a review too early": NEEDED | {"bfr_date": "1960-01-01"},
    "hours beyond hours": NEEDED | {"hours_l90d_all": 10.0, "hours_l30d_all": 20.0},
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_a_row_at_fault_is_left_to_who_names_the_fault(row):
    assert reading_many.read([dict(NEEDED), row, dict(EXAMPLES)]) is None
    if isinstance(row, dict):
        assert reading.read(row)[1]


def test_what_did_not_count_is_told_as_of_each_alone(models_folder):
    engine = engines.load(models_folder, "event")
    rows = [
        NEEDED, NEEDED | {"era": "pre-2008"}, NEEDED | {"far_part": "no such part"},
        NEEDED | {"damage": "DEST", "acft_fire": "GRD"}, EXAMPLES,
        NEEDED | {"ev_date": "2004-02-01", "defining_phase_no": "540"},
        NEEDED | {"finding_codes": ["0206304044", "9999999999"]},
    ]  # fmt: skip
    read = [told for told, _ in given_alone(rows)]
    columns = reading_many.columns_of(read)
    told = about_many.about(read, columns, engine.view, engine.horizon)
    for row, one in zip(read, told, strict=True):
        alone = about_fields(row, engine, NOTHING)
        assert one == {name: alone[name] for name in ("n_missing", "ignored", "unknown_codes")}
    assert told[2]["unknown_codes"]
    assert told[3]["ignored"]


def test_a_large_batch_over_http_is_its_rows_one_by_one(steady, accident):
    rows = [accident | {"vis_sm": at % 12} for at in range(WORTH_A_FRAME + 1)]
    rows[7] = NEEDED | {"far_part": "no such part", "vis_sm": None}
    told = steady.post(f"{URL}/batch?horizon=event", json={"rows": rows}).json()["rows"]
    for at in (0, 5, 7, WORTH_A_FRAME):
        alone = steady.post(f"{URL}?horizon=event", json=rows[at]).json()
        assert told[at]["row"] == at
        for name in ("fatal", "classes", "answer_set", "unusual"):
            assert told[at][name] == alone[name]
        for name in ("n_missing", "ignored", "unknown_codes"):
            assert told[at]["fields"][name] == alone["fields"][name]
    store = steady.app.state.services.store
    logged = [
        steady.portal.call(store.prediction, one["prediction_id"]) for one in (told[5], told[17])
    ]
    assert logged[0].inputs_sha256 == logged[1].inputs_sha256
    assert logged[0].fatal == told[5]["fatal"]
