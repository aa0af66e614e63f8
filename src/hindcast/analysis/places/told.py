"""The page's three findings in words; every direction is chosen from the run's numbers."""

import pandas as pd

from hindcast.analysis import findings
from hindcast.analysis.findings import Finding
from hindcast.analysis.places.hotspots import Spots, counts
from hindcast.analysis.places.states import Funnel, p_words

UNTOLD = "Too few accidents with what this needs to say anything."
NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def findings_of(
    funnel: Funnel | None,
    mixed: pd.DataFrame,
    spots: Spots | None,
    bands: pd.DataFrame,
    far: pd.DataFrame | None,
) -> list[Finding]:
    """Return the findings on states, hot spots and the distance to a field.

    Parameters
    ----------
    funnel
        Of `hindcast.analysis.places.states.funnel`.
    mixed
        Of `hindcast.analysis.places.mix.by`, by ``code``.
    spots
        Of `hindcast.analysis.places.hotspots.find`.
    bands
        Of `hindcast.analysis.places.airports.by_band`.
    far
        Of `hindcast.analysis.places.airports.odds_of_far`.
    """
    return [of_states(funnel, mixed), of_spots(spots), of_distance(bands, far)]


def count(number: int) -> str:
    """Return a count in words below ten, in digits above.

    Examples
    --------
    >>> count(0), count(3), count(12)
    ('none', 'three', '12')
    """
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def of_states(funnel: Funnel | None, mixed: pd.DataFrame) -> Finding:
    """Tell how many states differ, which one most, and what its kinds of accident explain."""
    label = "fig-places-funnel"
    if funnel is None:
        return Finding("States cannot be compared", UNTOLD, label, {})
    rows = funnel.states
    outside = rows[rows["side"].ne("inside")]
    furthest = rows.loc[rows["z"].abs().idxmax()]
    differs = len(outside)
    headline = _states_headline(differs, len(rows))
    stands = "lies furthest out" if differs else "lies furthest from the middle, but within reach"
    share = findings.share(furthest["fatal_share"], furthest["low"], furthest["high"])
    text = (
        f"Of {len(rows)} states and territories {count(differs)} "
        f"{'lies' if differs == 1 else 'lie'} beyond what chance shows (false-discovery rate "
        f"held). {furthest['place']} {stands}: {share} of its accidents were fatal, against "
        f"{funnel.overall:.1%} over all states."
    )
    numbers = {
        "states": len(rows),
        "states_outside": differs,
        "furthest": furthest["place"],
        "furthest_share": furthest["fatal_share"],
        "overall_share": funnel.overall,
        "dispersion": funnel.dispersion,
    }
    own = mixed[mixed["code"].eq(furthest["code"])]
    if len(own):
        ratio = own.iloc[0]
        numbers["furthest_observed_over_expected"] = ratio["ratio"]
        text += (
            " Given what was flown there, in which phase, weather and light, observed over "
            "expected fatal accidents are "
            f"{findings.ratio(ratio['ratio'], ratio['low'], ratio['high'])}."
        )
    return Finding(headline, text, label, _plain(numbers))


def _states_headline(differs: int, states: int) -> str:
    if differs == 0:
        return "States differ little more than chance has it"
    if differs == 1:
        return "One state stands apart"
    return f"{'A few' if differs <= states / 4 else 'Many'} states stand apart"


def of_spots(spots: Spots | None) -> Finding:
    """Tell whether severity clusters, and whether single places can be named."""
    label = "fig-places-spots"
    if spots is None:
        return Finding("Hot spots cannot be sought", UNTOLD, label, {})
    found = counts(spots).set_index(pd.Index(["gi", "moran", "labels"]))
    named = found[["found_high", "found_low", "found_outlier"]].sum(axis=1)
    clustered = spots.moran_p < 0.05 and spots.moran > spots.moran_expected
    if clustered:
        headline = (
            "Severity clusters, and some places can be named"
            if named["gi"] + named["moran"]
            else "Severity clusters a little, yet hot spots are hard to prove"
        )
    else:
        headline = "No sign that severity clusters over the country"
    high, low = (int(found.loc["labels", c]) for c in ("found_high", "found_low"))
    text = (
        f"Over {len(spots.cells):,} hexagons global Moran's I of the fatal share is "
        f"{spots.moran:.2f} (permutation P {p_words(spots.moran_p)}; -1 to 1, none is about 0). "
        "With false discoveries controlled, Getis-Ord Gi* names "
        f"{count(int(named['gi']))} of them and "
        f"local Moran's I {count(int(named['moran']))}; counting deaths of whole neighbourhoods, "
        f"which sees more, names {count(high)} as high and {count(low)} as low."
    )
    numbers = {
        "hexagons": len(spots.cells),
        "moran_i": spots.moran,
        "moran_p": spots.moran_p,
        "gi_found": int(named["gi"]),
        "local_moran_found": int(named["moran"]),
        "neighbourhoods_high": high,
        "neighbourhoods_low": low,
    }
    return Finding(headline, text, label, _plain(numbers))


def of_distance(bands: pd.DataFrame, far: pd.DataFrame | None) -> Finding:
    """Tell how the fatal share goes with the distance to a field, alone and within phases."""
    label = "fig-places-phases"
    told = bands[bands["fatal_share"].notna() & bands["band"].ne("unknown")]
    if far is None or told.empty:
        return Finding("The distance to a field tells nothing here", UNTOLD, label, {})
    first, peak = told.iloc[0], told.loc[told["fatal_share"].idxmax()]
    crude, within, *phases = (row for _, row in far.iterrows())
    text = (
        f"Of accidents {first['band']} statute miles from a landing field {_share(first)} were "
        f"fatal; the share is highest at {peak['band']} miles, {_share(peak)}. Beyond two miles "
        f"against within one, the odds ratio of an accident's being fatal is {_ratio(crude)}, and "
        f"{_ratio(within)} among accidents of one phase of flight; {_phases(within, phases)}."
    )
    numbers = {
        "share_nearest": first["fatal_share"],
        "share_highest": peak["fatal_share"],
        "band_highest": peak["band"],
        "odds_ratio_crude": crude["odds_ratio"],
        "odds_ratio_within_phases": within["odds_ratio"],
        "phases_equal_p": within["equal_p"],
    }
    return Finding(_far_headline(within, phases), text, label, _plain(numbers))


def _far_headline(within: pd.Series, phases: list[pd.Series]) -> str:
    if within["low"] > 1:
        everywhere = all(row["low"] > 1 for row in phases)
        end = "in every phase of flight" if everywhere else "though not in every phase of flight"
        return f"Far from a field accidents are more often fatal, {end}"
    if within["high"] < 1:
        return "Within a phase of flight, accidents far from a field are less often fatal"
    return "Within a phase of flight, the distance to a field tells little"


def _phases(within: pd.Series, phases: list[pd.Series]) -> str:
    """Say whether phases agree, with the two that differ most where they do not."""
    if pd.isna(within["equal_p"]) or within["equal_p"] >= 0.05 or len(phases) < 2:
        return "phases do not differ in it beyond chance"
    low, *_, high = sorted(phases, key=lambda row: row["odds_ratio"])
    return (
        f"phases differ in it (P {p_words(within['equal_p'])}), from {_ratio(low)} in "
        f"{low['of'].lower()} to {_ratio(high)} in {high['of'].lower()} accidents"
    )


def _ratio(row: pd.Series) -> str:
    return findings.ratio(row["odds_ratio"], row["low"], row["high"])


def _share(row: pd.Series) -> str:
    return findings.share(row["fatal_share"], row["low"], row["high"])


def _plain(numbers: dict[str, object]) -> dict[str, float | int | str | None]:
    """Return numbers as JSON writes them; a missing one is None."""
    return {
        name: value if isinstance(value, str | int) else None if pd.isna(value) else float(value)
        for name, value in numbers.items()
    }
