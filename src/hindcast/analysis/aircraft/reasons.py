"""What is adjusted for when a trait of an aircraft is compared, and why: the diagram assumed."""

import pandas as pd

from hindcast.analysis.graph import Diagram, adjustment_set

TRAIT, FATAL = "trait compared", "fatal accident"
OTHERS, BUILT, USE = "other traits", "year built", "purpose and rules"
PILOT, PLACE, YEAR = "pilot's hours and age", "region", "year"
WEATHER, EVENT, DAMAGE = "weather and light", "what went wrong, where", "impact, fire"
ATTITUDE = "attitude to risk, upkeep"

ARROWS = (
    (TRAIT, FATAL, "the question: strength, speed and handling in an accident"),
    (OTHERS, TRAIT, "traits come in packages: twins retract their gear, homebuilts are light"),
    (OTHERS, FATAL, "each has its own share in how fast and how hard an accident is"),
    (BUILT, TRAIT, "tailwheels are old designs, homebuilts and glass cockpits recent ones"),
    (BUILT, FATAL, "seats, belts and structures grew stronger, parts wear"),
    (USE, TRAIT, "sprayers, trainers and airliners are bought for their work"),
    (USE, FATAL, "low flying, passengers, training and supervision differ"),
    (USE, PILOT, "work wants professionals"),
    (USE, WEATHER, "scheduled and paid flights leave in worse weather, or not at all"),
    (PILOT, TRAIT, "fast and complex types want hours and endorsements"),
    (PILOT, FATAL, "skill in the last seconds; old bodies bear less"),
    (PLACE, TRAIT, "bush planes fly in Alaska, jets between cities"),
    (PLACE, FATAL, "mountains, water, distance to help"),
    (YEAR, TRAIT, "fleets change"),
    (YEAR, FATAL, "rescue, equipment and what counts as an accident change"),
    (TRAIT, WEATHER, "what is equipped for cloud and night is flown in them"),
    (TRAIT, EVENT, "ground loops need a tailwheel, wheels-up landings a gear that retracts"),
    (WEATHER, EVENT, "cloud and darkness lead to other accidents than wind"),
    (EVENT, DAMAGE, "a stall hits harder than a ground loop"),
    (DAMAGE, FATAL, "people die of impact and fire"),
    (ATTITUDE, TRAIT, "who seeks risk, or saves on upkeep, may choose other aircraft"),
    (ATTITUDE, FATAL, "and may fly them into worse accidents"),
)
DIAGRAM = Diagram(TRAIT, FATAL, ARROWS, frozenset({ATTITUDE}))
PLACES = {
    TRAIT: (0.08, 0.42),
    FATAL: (0.92, 0.42),
    BUILT: (0.06, 0.93),
    OTHERS: (0.22, 0.93),
    USE: (0.42, 0.93),
    PILOT: (0.64, 0.93),
    PLACE: (0.81, 0.93),
    YEAR: (0.94, 0.93),
    WEATHER: (0.3, 0.29),
    EVENT: (0.53, 0.29),
    DAMAGE: (0.72, 0.29),
    ATTITUDE: (0.5, 0.06),
}
BENDS = {(ATTITUDE, TRAIT): -0.25, (ATTITUDE, FATAL): 0.25}
COLUMNS = {
    BUILT: ["age_decades"],
    USE: ["purpose", "rules"],
    PILOT: ["pilot_log_hours", "pilot_age_decades"],
    PLACE: ["region"],
    YEAR: ["year"],
}
"""Node -> columns of the fleet that measure it; the other traits differ by what is compared."""


def measured(d: Diagram = DIAGRAM) -> Diagram:
    """Return a diagram without its unmeasured nodes: what would have to hold for an adjustment."""
    arrows = tuple(arrow for arrow in d.arrows if not d.unmeasured & set(arrow[:2]))
    return Diagram(d.exposure, d.outcome, arrows)


def adjusted_for() -> set[str]:
    """Return the nodes to adjust for, if nothing unmeasured drives trait and outcome at once."""
    return adjustment_set(measured()) or set()


def asked_for() -> pd.DataFrame:
    """Return what to adjust for: all that is measured, and with what is unmeasured on the diagram.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``if nothing unmeasured drove both`` and the diagram ``as it is``: the nodes
        ``adjust for``; where no measured set closes all back doors, it says so.
    """
    told = {"if nothing unmeasured drove both": measured(), "as it is": DIAGRAM}
    return pd.DataFrame({"adjust for": {name: _closing(d) for name, d in told.items()}})


def _closing(d: Diagram) -> str:
    found = adjustment_set(d)
    return "no measured set closes all back doors" if found is None else ", ".join(sorted(found))


def table(d: Diagram = DIAGRAM) -> pd.DataFrame:
    """Return ``cause, effect, why``, one row an arrow."""
    return pd.DataFrame(d.arrows, columns=["cause", "effect", "why"])
