"""What the analysis notebooks may be told: their sections of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from hindcast.param_types import Count, Section, Share


class Trends(Section):
    """What the page on trends is told."""

    bootstrap_rounds: Count
    first_window_years: Annotated[int, Field(ge=3)]
    months_ahead: Annotated[int, Field(ge=12, le=60)]


class Places(Section):
    """What the page on places is told.

    Attributes
    ----------
    permutations, label_draws
        Rounds of the tests on hexagons and of those on the smoothed share.
    false_discovery_rate
        Over all states, or all hexagons, of a test.
    hexagon_km, bandwidth_km
        Width of a hexagon; standard deviation of the kernel.
    least_accidents, least_cluster
        Smallest group with a share; smallest cluster.
    """

    permutations: Count
    label_draws: Count
    false_discovery_rate: Share
    hexagon_km: Count
    bandwidth_km: Count
    least_accidents: Count
    least_cluster: Count


class Aircraft(Section):
    """What the page on aircraft is told."""

    least_group: Count
    least_model: Count
    false_discoveries: Share
    held_out_years: Count
    imputations: Count


class Crew(Section):
    """What the page on crews is told."""

    knots: Literal[3, 4, 5]
    least_told: Share
    least: Count
    imputations: Annotated[int, Field(ge=2)]
    burn_in: Count
    rounds: Count


class WeatherLight(Section):
    """What the page on weather and light is told."""

    resamples: Count


class Causes(Section):
    """What the page on causes is told: from where on things are shown, and how often to draw."""

    events_alone: Count
    least_cell: Count
    least_finding: Count
    least_pair: Count
    least_lift: Annotated[float, Field(ge=1)]
    false_discoveries: Share
    least_code: Count
    least_rule: Count
    later_from: Count
    rule_rounds: Count
    network_rounds: Count


class Narratives(Section):
    """What the page on narratives is told: what may be shown, and how often to draw."""

    least_accidents: Count
    prior_accidents: Annotated[float, Field(gt=0)]
    terms_a_side: Count
    least_topic_word: Count
    topic_numbers: Annotated[list[Count], Field(min_length=1)]
    topic_rounds: Count
    topic_alike: Share
    topics_holding: Share
    answers: Count
    asked_by_text: Count
    bootstrap_rounds: Count


class Limits(Section):
    """Which makes are ranked, how well hours are known, and how often is drawn."""

    makes_shown: Count
    least_fatal: Count
    hours_factor: Annotated[float, Field(ge=1)]
    fleet_size: Count
    propensity_bound: Annotated[float, Field(ge=0, lt=0.5)]
    bootstrap_rounds: Count
    placebo_rounds: Count
