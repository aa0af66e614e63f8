"""Sources of records: one adapter per kind, all giving the same raw tables."""

from hindcast.sources.base import Source, SourceError
from hindcast.sources.discovery import discover
from hindcast.sources.extraction import extract
from hindcast.sources.location import locate, location

__all__ = ["Source", "SourceError", "discover", "extract", "locate", "location"]
