"""What turned out of a version's predictions, from the store."""

from datetime import datetime

from hindcast.serve import clock
from hindcast.serve.store.database import Database

JUDGED = """
SELECT p.fatal, o.injury
FROM outcomes AS o JOIN predictions AS p ON p.prediction_id = o.prediction_id
WHERE p.target = 'severity' AND p.horizon = :horizon AND p.version = :version
      AND p.at >= :since AND p.fatal IS NOT NULL
ORDER BY o.recorded_at, o.prediction_id"""


def judged(
    database: Database, horizon: str, version: str, since: datetime
) -> list[tuple[float, bool]]:
    """Return forecast and outcome of what a version predicted, answered or in the shadow.

    Returns
    -------
    list of tuple
        P(fatal) as it was forecast, and whether it was; in the order the outcomes came in.
    """
    rows = database.fetch(JUDGED, horizon=horizon, version=version, since=clock.stamp(since))
    return [(forecast, injury == "fatal") for forecast, injury in rows]
