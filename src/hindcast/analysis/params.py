"""What the analysis notebooks may be told: their sections of params.yaml."""

from hindcast.param_types import Section


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
    """What the page on causes is told."""


class Narratives(Section):
    """What the page on narratives is told."""


class Limits(Section):
    """What the page on limits is told."""
