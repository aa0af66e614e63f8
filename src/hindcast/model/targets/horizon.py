"""What a horizon's targets start from: P(fatal) there, its features and their encoding."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hindcast import paths
from hindcast.model import bundle, encode
from hindcast.model.bundle import Bundle
from hindcast.model.targets import outcomes
from hindcast.model.targets.bundle import mark
from hindcast.model.targets.outcomes import OutcomeError, Study


@dataclass(frozen=True)
class Ground:
    """One horizon of a study.

    Attributes
    ----------
    horizon
        One of `hindcast.model.encode.HORIZONS`.
    fatal
        The bundle of P(fatal) there; its schema is the further targets' as well.
    probability_fatal
        ``ev_id, p_fatal`` of validation and test, as the stage `train` wrote them: validation by
        boosters that have not seen it.
    """

    study: Study
    horizon: str
    fatal: Bundle
    probability_fatal: pl.DataFrame

    def encoded(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the matrix of ``frame`` with the features of this horizon, and no other."""
        return self.fatal.matrix(frame.select(self.fatal.names))

    def p_fatal(self, frame: pl.DataFrame) -> np.ndarray:
        """Return P(fatal) of the rows of ``frame``, NaN in the training part.

        Raises
        ------
        OutcomeError
            Rows of validation or test have none.
        """
        found = frame.select("ev_id", "part").join(
            self.probability_fatal, on="ev_id", how="left", validate="1:1", maintain_order="left"
        )
        lacking = found.filter(pl.col("part") != "train", pl.col("p_fatal").is_null()).height
        if lacking:
            raise OutcomeError(
                f"{lacking} of {frame.height} events have no P(fatal) at horizon {self.horizon!r} "
                "in predictions.parquet: run the stage `train` again"
            )
        return found["p_fatal"].cast(pl.Float64).fill_null(float("nan")).to_numpy()

    def manifest(self, target: str, frame: pl.DataFrame, **more: object) -> dict[str, object]:
        """Return a bundle's manifest: what it was trained on, and what it answers."""
        masks = outcomes.masks(frame)
        ends = {part: frame.filter(mask)["ev_date"].max() for part, mask in masks.items()}
        return {
            "format": 1,
            "target": target,
            "horizon": self.horizon,
            "features_version": self.fatal.manifest["features_version"],
            "n_features": len(self.fatal.schema),
            "fingerprint": self.study.fingerprint,
            "fatal": mark(self.fatal),
            "rows": {part: int(mask.sum()) for part, mask in masks.items()},
            "until": {part: str(day) for part, day in ends.items()},
        } | more


def ground(study: Study, horizon: str) -> Ground:
    """Read what stage `train` left of a horizon.

    Raises
    ------
    hindcast.model.bundle.BundleError
        There is no bundle of P(fatal).
    hindcast.model.encode.FeatureError
        It knows a feature that the horizon does not.
    """
    fatal = bundle.load(paths.models("fatal", horizon))
    encode.check_known(fatal.schema, horizon)
    chosen = (
        pl.scan_parquet(paths.processed("predictions.parquet"))
        .filter(pl.col("horizon") == horizon, pl.col("model") == "xgboost")
        .select("ev_id", pl.col("probability").alias("p_fatal"))
    )
    return Ground(study, horizon, fatal, chosen.collect())
