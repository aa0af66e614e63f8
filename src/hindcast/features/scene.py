"""Scene: what the first responder sees.

Damage comes close to the label (a destroyed aircraft is often a fatal one), and its coding drifts:
"destroyed" fell from 28% in 1985 to 5% in 2010. It never enters a model before this horizon.
"""

from hindcast.features.declare import Group, Horizon, code, is_any, yes

_at = Group("scene", Horizon.SCENE)
_FIRE, _EXPLOSION = code("acft_fire"), code("acft_expl")

FEATURES = (
    _at.category("damage", code("damage"), "aircraft.damage", "how much energy went into it"),
    _at.flag("is_destroyed", is_any("damage", "DEST"), "aircraft.damage",
             "beyond repair: seldom survived"),
    _at.category("fire", _FIRE, "aircraft.acft_fire", "none, in flight, on the ground, both"),
    _at.flag("has_fire", _FIRE != "NONE", "aircraft.acft_fire",
             "fuel burns what the impact spared"),
    _at.flag("has_fire_in_flight", _FIRE.is_in(("IFLT", "BOTH")), "aircraft.acft_fire",
             "no time and no way out"),
    _at.category("explosion", _EXPLOSION, "aircraft.acft_expl",
                 "none, in flight, on the ground, both"),
    _at.flag("has_explosion", _EXPLOSION != "NONE", "aircraft.acft_expl", "fuel vapour at impact"),
    _at.flag("has_evacuation", yes("evacuation"), "aircraft.evacuation",
             "people were alive to leave"),
    _at.flag("is_missing", yes("acft_missing"), "aircraft.acft_missing", "never found"),
    _at.flag("is_elt_operated", yes("elt_oper"), "aircraft.elt_oper",
             "impact hard enough to set it off, not so hard as to break it"),
    _at.flag("is_elt_aiding_search", yes("elt_aided_loc_ev"), "aircraft.elt_aided_loc_ev",
             "the site had to be searched for"),
    _at.category("other_aircraft_damage", code("other_damage"), "aircraft.damage (second aircraft)",
                 "what became of the other one"),
    _at.flag("has_other_aircraft_fire", code("other_acft_fire") != "NONE",
             "aircraft.acft_fire (second aircraft)", "the other one burned"),
)  # fmt: skip
