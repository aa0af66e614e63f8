"""From checked tables to model inputs: what was known about an accident, and when."""

from hindcast import lazy

__all__ = ["Built", "build", "write"]

__getattr__ = lazy.exports(__name__, {"assemble": ("Built", "build", "write")})
