"""What the analysis notebooks may be told: their sections of params.yaml."""

from typing import Annotated

from pydantic import Field

from hindcast.param_types import Count, Section, Share


class Trends(Section):
    """What the page on trends is told."""


class Places(Section):
    """What the page on places is told."""


class Aircraft(Section):
    """What the page on aircraft is told."""


class Crew(Section):
    """What the page on crews is told."""


class WeatherLight(Section):
    """What the page on weather and light is told."""


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
    """What the page on narratives is told."""


class Limits(Section):
    """What the page on limits is told."""
