"""CSV text into raw tables: what is kept as it came, and what is refused with its line."""

import csv
import gzip
import io

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hindcast.sources import eadms_csv, tables, textfile
from hindcast.sources.base import Source, SourceError

EVENTS = b"ev_id,ev_date,ev_city\n2010X1,2010-05-01 00:00:00,Springfield \n"


def folder_of(tmp_path, **files):
    """Write TABLE=bytes as TABLE.csv and return them as one release."""
    for table, content in files.items():
        (tmp_path / f"{table}.csv").write_bytes(content)
    return Source("eadms_csv", "made", tuple(sorted(tmp_path.glob("*.csv"))))


def read(tmp_path, **files):
    out = tmp_path / "out"
    out.mkdir()
    notes = eadms_csv.read(folder_of(tmp_path, **files), out)
    return notes, {path.stem: pl.read_parquet(path) for path in out.glob("*.parquet")}


def test_values_stay_text_as_they_came_and_blanks_become_null(tmp_path):
    rows = b"ev_id,ev_date,ev_city,ev_time,wx_temp\n2010X1,05/01/10,BUS ,0730,57.0\n2010X2,,,,0\n"
    _, made = read(tmp_path, events=rows)
    assert made["events"].rows() == [
        ("2010X1", "05/01/10", "BUS ", "0730", "57.0", "made"),
        ("2010X2", None, None, None, "0", "made"),
    ]
    assert set(made["events"].dtypes) == {pl.String}


def test_headers_get_one_spelling_and_unknown_columns_stay(tmp_path):
    crew = b"ev_id,aircraft_key,CREW_NO,source_archive\n2010X1,1,1,box 7\n"
    _, made = read(tmp_path, events=EVENTS, flight_crew=crew)
    assert made["Flight_Crew"].columns == [
        "ev_id", "Aircraft_Key", "crew_no", "source_archive", "release",
    ]  # fmt: skip


def test_codes_stored_as_numbers_get_their_leading_zeros_back(tmp_path):
    rows = b"ev_id,Aircraft_Key,Occurrence_No,eventsoe_no\na,1,1,40\na,1,2,240\na,1,3,\na,1,4,UNK\n"
    _, made = read(tmp_path, events=EVENTS, Events_Sequence=rows)
    assert made["Events_Sequence"]["eventsoe_no"].to_list() == ["040", "240", None, "UNK"]


def test_newlines_commas_and_quotes_inside_a_field_are_kept(tmp_path):
    text = 'He said ""go"",\nand went'
    rows = f'ev_id,Aircraft_Key,narr_cause\n2010X1,1,"{text}"\n'.encode()
    _, made = read(tmp_path, events=EVENTS, narratives=rows)
    assert made["narratives"]["narr_cause"].to_list() == ['He said "go",\nand went']


field = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(field, field), min_size=1, max_size=8))
def test_whatever_a_csv_writer_writes_is_read_back(rows):
    """The property that matters: no text is changed, whatever is in it."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    batches = tables.batches(io.BytesIO(text.getvalue().encode()), ["a", "b"], "utf-8")
    found = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    assert found == [tuple(value or None for value in row) for row in rows]


def test_a_row_with_too_many_fields_is_refused_with_file_and_line(tmp_path):
    rows = b'ev_id,Aircraft_Key,narr_cause\na,1,"two\nlines"\nb,1,x,y\n'
    with pytest.raises(SourceError, match=r"narratives\.csv, line 4: 4 fields .* header has 3"):
        read(tmp_path, events=EVENTS, narratives=rows)


def test_an_error_does_not_show_the_row(tmp_path):
    rows = b"ev_id,ev_date,ev_city\nb,1,John Doe,Somewhere\n"
    with pytest.raises(SourceError) as error:
        read(tmp_path, events=rows)
    assert "Doe" not in str(error.value)


def test_a_row_with_too_few_fields_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"events\.csv, line 3: 1 fields"):
        read(tmp_path, events=EVENTS + b"2010X2\n")


def test_text_that_is_not_utf8_is_read_as_windows_1252_and_said(tmp_path):
    name = "Montr\xe9al \u2013 Sud"
    content = EVENTS.replace(b"Springfield ", name.encode("cp1252"))
    notes, made = read(tmp_path, events=content)
    assert made["events"]["ev_city"].item() == name
    assert notes.encodings == {"events.csv": "cp1252"}


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    _, made = read(tmp_path, events=b"\xef\xbb\xbf" + EVENTS)
    assert made["events"].columns[0] == "ev_id"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (EVENTS.decode().encode("utf-16"), "NUL bytes"),
        (EVENTS + b"2010X2,\x81\x8d,\xff\n", "neither UTF-8 nor Windows-1252"),
        (EVENTS + b'2010X2,,"cut off he', r"line \d+: .*not closed"),
        (gzip.compress(EVENTS * 50, mtime=0)[:-20], "cut-off gzip"),
        (b"ev_date,ev_city\n2010,x\n", "no key column ev_id"),
        (b"ev_id,ev_date,EV_ID\n1,2,3\n", "ev_id appears more than once"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, content, said):
    with pytest.raises(SourceError, match=said) as error:
        read(tmp_path, events=content)
    assert "events.csv" in str(error.value)


def test_a_file_with_a_header_alone_is_a_table_without_rows(tmp_path):
    _, made = read(tmp_path, events=EVENTS, engines=b"ev_id,Aircraft_Key,eng_no\n")
    assert made["engines"].height == 0


def test_gzip_is_known_by_its_bytes_not_its_name(tmp_path):
    _, made = read(tmp_path, events=gzip.compress(EVENTS))
    assert made["events"].height == 1


def test_there_must_be_an_events_table(tmp_path):
    with pytest.raises(SourceError, match=r"no events table; found aircraft"):
        read(tmp_path, aircraft=b"ev_id,Aircraft_Key\na,1\n")


def test_two_files_of_one_table_are_refused(tmp_path):
    (tmp_path / "EVENTS.csv.gz").write_bytes(EVENTS)
    (tmp_path / "events.csv").write_bytes(EVENTS)
    source = Source("eadms_csv", "made", tuple(sorted(tmp_path.iterdir())))
    with pytest.raises(SourceError, match="two files hold the same table"):
        eadms_csv.read(source, tmp_path)


def test_blocks_lose_no_row_and_memory_is_given_back_group_by_group(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BLOCK_BYTES", 200)
    monkeypatch.setattr(tables, "GROUP_BYTES", 2_000)
    rows = b"ev_id,ev_city\n" + b"".join(b'%d,"a\nb"\n' % n for n in range(500))
    _, made = read(tmp_path, events=rows)
    assert made["events"]["ev_id"].to_list() == [str(n) for n in range(500)]
    groups = pq.ParquetFile(tmp_path / "out" / "events.parquet").metadata.num_row_groups
    assert groups > 2


def test_header_reads_a_quoted_name(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b'"Event Id","a, b"\r\n1,2\r\n')
    assert textfile.header(textfile.checked(path)) == ["Event Id", "a, b"]
