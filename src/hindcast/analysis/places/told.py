"""The page's three findings in words; every direction is chosen from the run's numbers."""

import pandas as pd

from hindcast.analysis import findings
from hindcast.analysis.findings import Finding
from hindcast.analysis.places.hotspots import Spots, counts
from hindcast.analysis.places.states import Funnel

UNTOLD = "Too few accidents with what this needs to say anything."
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def findings_of(
    funnel: Funnel | None,
    mixed: pd.DataFrame,
    spots: Spots | None,
    bands: pd.DataFrame,
    far: dict[str, float] | None,
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
    >>> count(3), count(12)
    ('three', '12')
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
        f"Of {len(rows)} states {count(differs)} {'lies' if differs == 1 else 'lie'} beyond what "
        f"chance shows (false-discovery rate held). {furthest['place']} {stands}: {share} of its "
        f"accidents were fatal, against {funnel.overall:.1%} over all states."
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
        f"{spots.moran:.2f} (permutation P {_p(spots.moran_p)}; -1 to 1, none is about 0). With "
        f"false discoveries controlled, Getis-Ord Gi* names {count(int(named['gi']))} hexagons and "
        f"local Moran's I {count(int(named['moran']))}; counting deaths of whole neighbourhoods, "
        f"which sees more, names {count(high)} high and {count(low)} low ones."
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


def of_distance(bands: pd.DataFrame, far: dict[str, float] | None) -> Finding:
    """Tell how the fatal share goes with the distance to a field, alone and within phases."""
    label = "fig-places-phases"
    told = bands[bands["fatal_share"].notna() & bands["band"].ne("unknown")]
    if far is None or told.empty:
        return Finding("The distance to a field tells nothing here", UNTOLD, label, {})
    first, peak = told.iloc[0], told.loc[told["fatal_share"].idxmax()]
    unlike = far["equal_p"] < 0.05
    text = (
        f"Of accidents {first['band']} statute miles from a landing field {_share(first)} were "
        f"fatal; the share is highest at {peak['band']} miles, {_share(peak)}. Beyond two miles "
        "against within one, the odds ratio of an accident's being fatal is "
        f"{findings.ratio(far['crude'], far['crude_low'], far['crude_high'])}, and "
        f"{findings.ratio(far['adjusted'], far['adjusted_low'], far['adjusted_high'])} among "
        f"accidents of one phase of flight; phases {'differ in it' if unlike else 'agree on it'} "
        f"(P {_p(far['equal_p'])})."
    )
    numbers = {
        "share_nearest": first["fatal_share"],
        "share_highest": peak["fatal_share"],
        "band_highest": peak["band"],
        "odds_ratio_crude": far["crude"],
        "odds_ratio_within_phases": far["adjusted"],
        "phases_equal_p": far["equal_p"],
    }
    return Finding(_far_headline(far), text, label, _plain(numbers))


def _far_headline(far: dict[str, float]) -> str:
    if far["adjusted_low"] > 1:
        return "Far from a field accidents are more often fatal, within phases of flight too"
    if far["adjusted_high"] < 1:
        return "Far from a field accidents are less often fatal, phase by phase"
    return "Within a phase of flight, the distance to a field tells little"


def _share(row: pd.Series) -> str:
    return findings.share(row["fatal_share"], row["low"], row["high"])


def _p(value: float) -> str:
    """Return a P value in words.

    Examples
    --------
    >>> _p(0.00001), _p(0.04)
    ('below 0.001', '0.040')
    """
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def _plain(numbers: dict[str, object]) -> dict[str, float | int | str | None]:
    """Return numbers as JSON writes them; a missing one is None."""
    return {
        name: value if isinstance(value, str | int) else None if pd.isna(value) else float(value)
        for name, value in numbers.items()
    }
