"""From checked tables to model inputs: what was known about an accident, and when."""

from hindcast.features.assemble import Built, build, write

__all__ = ["Built", "build", "write"]
