"""What kind of flying each group of aircraft does: purpose, rules, pilots, weather flown in.

Shares are rounded from what NTSB's records of 2008-2021 show for such aircraft.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Profile:
    """How one group of aircraft is flown.

    ``hours`` is the median of the pilot's total hours, ``spread`` its standard deviation in
    factors of ten; ``imc`` the log-odds of instrument weather; ``phases`` multiplies the weight
    of a phase of flight; ``load`` the chance that a further seat is taken.
    """

    type_fly: dict[str, float]
    far_part: str = "091"
    hours: float = 1200
    spread: float = 0.65
    imc: float = -2.8
    load: float = 0.33
    phases: dict[int, float] = field(default_factory=dict)


_PERSONAL = {"PERS": 88, "BUS": 4, "INST": 4, "FERY": 1, "POSI": 1, "OWRK": 1, "AOBV": 1}

PROFILES: dict[str, Profile] = {
    "train": Profile({"PERS": 52, "INST": 44, "AOBV": 2, "BANT": 2},
                     hours=350, spread=0.6, imc=-3.3),
    "personal": Profile(_PERSONAL, imc=-2.5),
    "backcountry": Profile({"PERS": 82, "INST": 5, "OWRK": 5, "BUS": 5, "AOBV": 3}, imc=-4.4),
    "twin": Profile(
        {"PERS": 50, "BUS": 20, "INST": 12, "POSI": 10, "EXEC": 8},
        hours=3500, imc=-1.9, phases={400: 1.4},
    ),
    "jet": Profile({"EXEC": 45, "BUS": 25, "POSI": 20, "PERS": 10},
                   hours=7000, spread=0.3, imc=-1.8),
    "charter": Profile({"": 85, "POSI": 15}, "135", hours=4500, spread=0.35, imc=-2.2, load=0.5),
    "airline": Profile({"": 100}, "121", hours=11000, spread=0.25, imc=-2.2, load=0.75,
                       phases={250: 5, 150: 6, 400: 1.5, 450: 0.02}),
    "ag": Profile({"AAPL": 92, "FERY": 4, "INST": 4}, "137", hours=8000, spread=0.4, imc=-6,
                  load=0.0, phases={450: 4, 400: 0.3, 550: 0.5}),
    "heli": Profile(
        {"PERS": 30, "OWRK": 12, "AOBV": 12, "INST": 16, "POSI": 10, "EXLD": 8, "AAPL": 8,
         "BUS": 4},
        hours=3500, imc=-4.2, phases={450: 2.2, 550: 0.7},
    ),
    "helitrain": Profile({"INST": 60, "PERS": 30, "AAPL": 5, "OWRK": 5}, hours=700, imc=-5,
                         phases={450: 1.8}),
    "glider": Profile({"PERS": 88, "INST": 12}, imc=-7, load=0.2, phases={500: 1.6, 150: 0}),
    "balloon": Profile({"PERS": 60, "BUS": 40}, imc=-7, load=0.7, phases={450: 0.2, 500: 1.5}),
    "homebuilt": Profile({"PERS": 93, "FLTS": 4, "INST": 3}, hours=900, imc=-3.9,
                         phases={350: 1.5, 300: 1.1}),
    "trike": Profile({"PERS": 75, "INST": 25}, hours=400, imc=-7, phases={450: 1.5, 350: 1.3}),
}  # fmt: skip
"""Every group of the fleet table and how it is flown."""
