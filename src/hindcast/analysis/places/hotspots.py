"""Hot spots of severity: whether hexagons with high fatal shares lie together.

Two null hypotheses are kept apart. Getis-Ord Gi* and local Moran's I (esda) permute the shares of
hexagons, as is usual; a share that rests on few accidents then counts like one that rests on many,
so shares are shrunk, or standardised, first. The labels test leaves accidents where they are and
deals out the deaths anew: the count of a neighbourhood is then hypergeometric, exactly.
"""

from dataclasses import dataclass

import esda
import numpy as np
import pandas as pd
from libpysal.weights import W
from scipy import stats
from statsmodels.stats.multitest import multipletests

from hindcast.analysis.places import hexes
from hindcast.analysis.places.enough import TooFewError

QUADRANTS = {1: "high among high", 2: "low among high", 3: "low among low", 4: "high among low"}
NEITHER = "no evidence"
HOT, COLD = "hot", "cold"


@dataclass(frozen=True)
class Spots:
    """Hexagons and what the tests say of them.

    Attributes
    ----------
    cells
        Of `hindcast.analysis.places.hexes.cells`, those tested, with ``shrunk``; for each test
        ``*_p``, ``*_q`` and ``*_kind``: ``gi``, ``moran``, ``labels``.
    small, alone
        Hexagons left out for too few accidents, or for having no tested neighbour.
    moran, moran_expected, moran_p
        Global Moran's I of the standardised shares, with its two-sided permutation P.
    """

    cells: pd.DataFrame
    small: int
    alone: int
    moran: float
    moran_expected: float
    moran_p: float


def find(
    found: pd.DataFrame, permutations: int, seed: int, *, least: int = 10, rate: float = 0.05
) -> Spots:
    """Test the hexagons of one plane.

    Parameters
    ----------
    found
        Of `hindcast.analysis.places.hexes.cells`.
    permutations
        For Gi*, local and global Moran's I.
    least
        Hexagons with fewer accidents of known severity are left out of the permutation tests.
    rate
        False-discovery rate (Benjamini and Hochberg) over the hexagons, for each test.

    Raises
    ------
    TooFewError
        Fewer than ten hexagons can be tested, or their shares do not vary.
    """
    large = found[found["known"] >= least].reset_index(drop=True)
    touched = [bool(near) for near in hexes.neighbours(large).values()]
    kept = large[touched].reset_index(drop=True)
    if len(kept) < 10 or kept["fatal"].eq(0).all():
        raise TooFewError(f"{len(kept)} hexagons with {least} accidents and a neighbour: too few")
    near = hexes.neighbours(kept)
    kept = kept.assign(shrunk=hexes.shrunk(kept["fatal"], kept["known"]))
    kept = _with_gi(kept, near, permutations, seed)
    kept = _with_moran(kept, near, permutations, seed)
    kept = _with_labels(kept, found)
    for test in ("gi", "moran", "labels"):
        kept = _controlled(kept, test, rate)
    overall = _global(kept, near, permutations, seed)
    return Spots(kept, len(found) - len(large), len(large) - len(kept), *overall)


def _weights(near: dict[int, list[int]]) -> W:
    return W(near, id_order=list(near), silence_warnings=True)


def _with_gi(cells: pd.DataFrame, near: dict, permutations: int, seed: int) -> pd.DataFrame:
    values = cells["shrunk"].to_numpy()
    if np.ptp(values) < 1e-12:
        # Shares that differ by no more than chance were shrunk to one: there is nothing to find.
        return cells.assign(gi_z=0.0, gi_p=1.0, gi_kind=COLD)
    around = _weights({row: [row, *rows] for row, rows in near.items()})
    test = esda.G_Local(values, around, transform="B", star=True, permutations=0)
    side = np.where(test.Zs > 0, HOT, COLD)
    p_value = permuted_p(values, near, permutations, seed)
    return cells.assign(gi_z=test.Zs, gi_p=p_value, gi_kind=side)


def _with_moran(cells: pd.DataFrame, near: dict, permutations: int, seed: int) -> pd.DataFrame:
    fatal, known = cells["fatal"].to_numpy(), cells["known"].to_numpy()
    test = esda.Moran_Local_Rate(fatal, known, _weights(near), permutations=0)
    kind = [QUADRANTS[int(number)] for number in test.q]
    p_value = permuted_p(test.z, near, permutations, seed)
    return cells.assign(moran_i=test.Is, moran_p=p_value, moran_kind=kind)


def permuted_p(
    values: np.ndarray, near: dict[int, list[int]], permutations: int, seed: int
) -> np.ndarray:
    """Return two-sided P of each row's neighbours under conditional permutation.

    The row keeps its own value, and its neighbours get values of other rows: Gi* and local Moran's
    I then vary with the sum over the neighbours alone, and share this P. (esda's own permutations
    are compiled anew in every process, which takes longer than the rest of the page.)

    Parameters
    ----------
    values
        One a row.
    near
        Row -> rows that touch it, at least one.
    """
    rng = np.random.default_rng(seed)
    most = max(len(rows) for rows in near.values())
    drawn = rng.random((permutations, len(values) - 1)).argpartition(most - 1, axis=1)[:, :most]
    # The first columns of a partition are no random order.
    drawn = rng.permuted(drawn, axis=1)
    p_value = np.empty(len(values))
    for row, rows in near.items():
        sums = np.delete(values, row)[drawn[:, : len(rows)]].sum(axis=1)
        seen = values[rows].sum()
        tail = min((sums >= seen - 1e-12).sum(), (sums <= seen + 1e-12).sum())
        p_value[row] = min(1.0, 2 * (tail + 1) / (permutations + 1))
    return p_value


def _with_labels(cells: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Test each hexagon with its neighbours, small ones too, against deaths dealt out at random."""
    at = every.set_index(["q", "r"])[["known", "fatal"]]
    steps = ((0, 0), *hexes.NEIGHBOURS)
    places = [pd.MultiIndex.from_arrays([cells["q"] + dq, cells["r"] + dr]) for dq, dr in steps]
    around = sum(at.reindex(place).fillna(0).to_numpy() for place in places)
    known, fatal = around[:, 0].astype(int), around[:, 1].astype(int)
    total, deaths = int(every["known"].sum()), int(every["fatal"].sum())
    law = stats.hypergeom(total, deaths, known)
    above = law.sf(fatal - 1) - law.pmf(fatal) / 2
    p_value = np.minimum(1, 2 * np.minimum(above, 1 - above))
    side = np.where(fatal / known > deaths / total, HOT, COLD)
    return cells.assign(around_known=known, around_fatal=fatal, labels_p=p_value, labels_kind=side)


def _controlled(cells: pd.DataFrame, test: str, rate: float) -> pd.DataFrame:
    found, q_value, *_ = multipletests(cells[f"{test}_p"], rate, method="fdr_bh")
    kind = cells[f"{test}_kind"].where(found, NEITHER)
    return cells.assign(**{f"{test}_q": q_value, f"{test}_kind": kind})


def _global(
    cells: pd.DataFrame, near: dict, permutations: int, seed: int
) -> tuple[float, float, float]:
    rng_state = np.random.get_state()
    np.random.seed(seed)
    try:
        test = esda.Moran_Rate(
            cells["fatal"].to_numpy(),
            cells["known"].to_numpy(),
            _weights(near),
            permutations=permutations,
            two_tailed=True,
        )
    finally:
        np.random.set_state(rng_state)
    return float(test.I), float(test.EI), float(min(1, 2 * test.p_sim))


def counts(spots: Spots | None) -> pd.DataFrame:
    """Return how many hexagons each test finds, before and after false discoveries are controlled.

    Returns
    -------
    pandas.DataFrame
        ``test, hexagons, p_below_5_percent, found_high, found_low, found_outlier``.
    """
    names = {
        "gi": "Getis-Ord Gi*, shrunk shares permuted",
        "moran": "local Moran's I, standardised shares permuted",
        "labels": "pooled neighbourhood, deaths dealt out anew",
    }
    rows = []
    for test, name in names.items() if spots else ():
        kinds = spots.cells[f"{test}_kind"].value_counts()
        high = int(kinds.get(HOT, 0) + kinds.get(QUADRANTS[1], 0))
        low = int(kinds.get(COLD, 0) + kinds.get(QUADRANTS[3], 0))
        mixed = int(kinds.get(QUADRANTS[2], 0) + kinds.get(QUADRANTS[4], 0))
        raw = int((spots.cells[f"{test}_p"] < 0.05).sum())
        rows.append((name, len(spots.cells), raw, high, low, mixed))
    columns = ["test", "hexagons", "p_below_5_percent", "found_high", "found_low", "found_outlier"]
    return pd.DataFrame(rows, columns=columns)


def overview(spots: Spots | None) -> pd.Series:
    """Return global Moran's I and what was left out."""
    if spots is None:
        return pd.Series({"hexagons tested": 0}, name="hot spots")
    told = {
        "hexagons tested": len(spots.cells),
        "left out: too few accidents": spots.small,
        "left out: no neighbour with enough": spots.alone,
        "global Moran's I": round(spots.moran, 3),
        "expected by chance": round(spots.moran_expected, 3),
        "permutation P (two-sided)": round(spots.moran_p, 4),
    }
    return pd.Series(told, name="hot spots", dtype=object)
