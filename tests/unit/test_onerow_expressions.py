"""What an expression gives over a frame, it gives over a row."""

import datetime as dt
import math

import polars as pl
import pytest

from hindcast.features.onerow.translate import TranslationError, translate

a, b, i, texts_of = pl.col("a"), pl.col("b"), pl.col("i"), pl.col("t")
EXPRESSIONS = [
    a + b, a - b, a * b, a / b, a // b, a % b, a / 7, a // 7.5, a % 7.3, 7 / a, a / 0, a == b,
    a != b, a > b, a >= b, a < b, a <= b, (a / b) > 1, a.is_between(0, 3), (a > 0) & (b > 0),
    (a > 0) | (b > 0), ~(a > 0), a.abs(), a.exp(), a.log1p(), a.sqrt(), a.sin(), a.cos(), a.floor(),
    a.ceil(), a.round(0), a.round(1), a.clip(0, None), a.clip(0, 2), a.fill_null(5), a.is_null(),
    pl.when((a - b).is_between(-3, 3)).then(a - b), pl.when(a.is_between(0, 3)).then(a - b),
    pl.when((a / b).is_between(0, b)).then(a / b).otherwise(a), pl.when((a > 0) & (b > 0)).then(a),
    pl.when(pl.when((a - b).is_between(-3, 3)).then(a - b).is_between(0, 1)).then(i), (a / b) <= 1,
    pl.when((a > 0) | ((b > 0) & (i > 0))).then(a).otherwise(b), (a / b) < 1, (a / b) >= 1,
    a.is_not_null(), pl.coalesce(a, b), pl.min_horizontal(a, b), pl.max_horizontal(a, b),
    pl.any_horizontal(a > 0, b > 0), pl.all_horizontal(a > 0, b > 0), a.cast(pl.Int64),
    a.is_in([0.5, 3.0]), a.replace_strict({0.5: "x"}, default=None, return_dtype=pl.String),
    pl.when(a > 0).then(a).when(b > 0).then(b), pl.when(a > 0).then(a).otherwise(b),
    texts_of.str.strip_chars(), texts_of.str.to_uppercase(), texts_of.str.to_lowercase(),
    texts_of.str.len_chars(), texts_of.str.starts_with("a"), texts_of.str.ends_with("b"),
    texts_of.str.slice(1, 2), texts_of.str.slice(-2, 1), texts_of.str.split(", ").list.first(),
    texts_of.str.split(", ").list.len(), texts_of.str.extract(r"(\d+)$", 1),
    texts_of.str.contains("a|b$"), texts_of.str.contains("a.", literal=True),
    texts_of.str.replace("a", "-"), texts_of.str.replace_all("a", "-"),
    texts_of.str.replace_all("a", "-", literal=True), texts_of.replace({"ab": "c"}),
    pl.concat_str(texts_of, texts_of, separator=":"), pl.format("<{}|{}>", texts_of, texts_of),
    pl.col("l").list.len(), pl.col("l").list.first(), pl.col("l").list.last(),
    pl.col("l").list.get(1, null_on_oob=True), pl.col("l").list.contains("a"),
    pl.col("l").list.unique().list.len(), pl.col("l").list.eval(pl.element().str.slice(0, 1)),
    pl.col("l").list.set_intersection(pl.lit(["a", "b"], dtype=pl.List(pl.String))).list.len(),
    pl.col("d").dt.date(), pl.col("d").dt.year(), pl.col("d").dt.month(), pl.col("d").dt.day(),
    pl.col("d").dt.hour(), pl.col("d").dt.minute(), pl.col("d").dt.weekday(),
    pl.col("d").dt.ordinal_day(), (pl.col("d") - pl.col("e")).dt.total_days(),
    pl.col("d").dt.date().cast(pl.Datetime("us")) + pl.duration(hours=3, minutes=20),
]  # fmt: skip
LATE, LEAP = dt.datetime(2015, 7, 4, 13, 5), dt.datetime(2000, 2, 29, 23, 59)
VALUES = pl.DataFrame(
    {
        "a": [0.0, -0.5, 3.0, 2.5, None, -7.25, 1e9],
        "b": [0.0, 2.0, None, -2.5, 1.0, 3.5, -0.1],
        "i": [0, -7, 7, 5, None, 730, 2460],
        "t": ["ab", " A, b\u00a0", None, "x12", "12\n", "", "ba a\u2003"],
        "l": [["a", "b", "a"], [], None, [None], ["ab"], ["b"], ["b", None]],
        "d": [LATE, dt.datetime(2016, 12, 31), None, LEAP, LEAP, LEAP, LEAP],
        "e": [
            dt.datetime(2015, 7, 4, 14),
            LATE,
            LATE,
            dt.datetime(2001, 1, 1, 1),
            None,
            LATE,
            LEAP,
        ],
    }
)


def alike(one, other):
    if isinstance(one, float) and isinstance(other, int | float):
        same = math.isnan(one) and math.isnan(other)
        return same or math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-15)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=lambda expr: str(expr)[:60])
def test_an_expression_gives_a_value_as_polars_gives_it(expr):
    in_row = translate(VALUES.columns, [], [expr])
    expected = VALUES.select(expr.alias("x"))["x"].to_list()
    got = [in_row(row)[0] for row in VALUES.rows()]
    assert all(map(alike, expected, got)), list(zip(expected, got, strict=True))


@pytest.mark.parametrize(
    ("expr", "told"),
    [
        (pl.col("t").str.count_matches("a"), "CountMatches"),
        (pl.col("a").is_between(0, 1, closed="left"), "IsBetween.*Left"),
        (pl.col("a").round(mode="half_away_from_zero"), "HalfAwayFromZero"),
        (pl.col("a").cast(pl.Int8), "Int8"),
        (pl.col("a").is_in(pl.col("l")), "not the same for every row"),
    ],
)
def test_what_cannot_be_translated_is_named(expr, told):
    with pytest.raises(TranslationError, match=f"(?s)does not know .*{told}"):
        translate(VALUES.columns, [], [expr])
