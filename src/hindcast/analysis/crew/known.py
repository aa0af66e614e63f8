"""What others have found about crews, beside what this run's records say."""

import numpy as np
import pandas as pd

from hindcast import paths
from hindcast.analysis import odds, shares

HERE = ["here", "low", "high", "accidents"]
AGE = 50
FIRST_BASICMED = pd.Timestamp("2017-05-01")


def compared(known: pd.DataFrame, by_decade: pd.DataFrame) -> pd.DataFrame:
    """Return published numbers beside the same numbers of these records.

    Parameters
    ----------
    known
        Accidents of known severity, of `hindcast.analysis.crew.people.read`.
    by_decade
        Of `hindcast.analysis.crew.frailty.by_decade`.

    Returns
    -------
    pandas.DataFrame
        ``fact, by, published, here, accidents``: numbers as text with their 95% intervals, blank
        where none was published or none can be made.
    """
    facts = pd.read_csv(paths.reference() / "crew_facts.csv").set_index("key")
    made = {
        "student_solo": _student_solo(known),
        "pilot_death_age_50": _age_50(known),
        "frail_bodies": _decade(by_decade),
        "basicmed_starts": _basicmed(known),
    }
    here = pd.DataFrame.from_dict(made, orient="index", columns=HERE)
    both = facts.join(here, how="inner", validate="one_to_one")
    published = both[["published", "published_low", "published_high"]]
    numbers = {"published": published, "here": both[["here", "low", "high"]]}
    words = {name: [_words(*row) for row in rows.to_numpy()] for name, rows in numbers.items()}
    return both.assign(**words)[["fact", "by", "published", "here", "accidents"]].reset_index(
        drop=True
    )


def _words(value: float, low: float, high: float) -> str:
    """Return a number with its interval as text."""
    if np.isnan(value):
        return ""
    return f"{value:.3g}" if np.isnan(low) else f"{value:.3g} ({low:.3g} to {high:.3g})"


def _student_solo(known: pd.DataFrame) -> tuple[float, float, float, int]:
    """Return the fatal share among student pilots alone in an aeroplane."""
    own = known[known["aboard"].eq("student alone") & known["acft_category"].eq("AIR")]
    if own.empty:
        return np.nan, np.nan, np.nan, 0
    row = shares.by(own, "aboard").iloc[0]
    return row["fatal_share"], row["low"], row["high"], int(row["accidents"])


def _age_50(known: pd.DataFrame) -> tuple[float, float, float, int]:
    """Return the odds ratio of the pilot's death from 50 years on, adjusted as Li and Baker did."""
    fire = known["acft_fire"]
    rows = known.assign(
        died=known["pilot_injury"].eq("FATL").astype(float).where(known["pilot_injury"].notna()),
        is_50=known["age"].ge(AGE).astype(float).where(known["age"].notna()),
        has_fire=fire.isin(["GRD", "IFLT", "BOTH"]).astype(float),
        is_imc=known["wx_cond_basic"].eq("IMC").astype(float),
        is_night=known["light_cond"].isin(["NITE", "NDRK", "NBRT"]).astype(float),
        is_off_airport=1 - known["is_on_airport"].astype("Float64"),
    )
    terms = ["is_50", "has_fire", "is_off_airport", "is_imc", "is_night"]
    complete = rows.dropna(subset=["died", *terms]).astype(dict.fromkeys(["died", *terms], float))
    varied = [name for name in terms if complete[name].min() < complete[name].max()]
    if complete["died"].nunique() < 2 or "is_50" not in varied:
        return np.nan, np.nan, np.nan, len(complete)
    fit = odds.logistic(complete[["died", *varied]], f"died ~ {' + '.join(varied)}")
    row = odds.ratios(fit).set_index("term").loc["is_50"]
    return row["odds_ratio"], row["low"], row["high"], fit.rows


def _decade(found: pd.DataFrame) -> tuple[float, float, float, int]:
    if found.empty:
        return np.nan, np.nan, np.nan, 0
    row = found.iloc[0]
    return row["odds_ratio"], row["low"], row["high"], int(row["pairs"])


def _basicmed(known: pd.DataFrame) -> tuple[float, float, float, int]:
    """Return how many accidents of pilots under BasicMed lie before it began."""
    own = known[known["medical"].eq("BasicMed")]
    return float(own["ev_date"].lt(FIRST_BASICMED).sum()), np.nan, np.nan, len(own)
