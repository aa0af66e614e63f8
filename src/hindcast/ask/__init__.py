"""Questions in SQL to what a run wrote: marts, accidents, features and predictions.

The tables are views on the run's Parquet files in a DuckDB of their own, so that nothing asked here
can change the study, and nothing personal is in reach.
"""

from hindcast.ask.tables import AskError, ask, overview

__all__ = ["AskError", "ask", "overview"]
