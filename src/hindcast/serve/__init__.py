"""The trained model as a small endpoint: FastAPI over the bundles that the notebooks evaluate."""

from hindcast.serve import lean

# its logs are JSON: no need for what prints tracebacks in colours
with lean.hidden("rich", "rich.traceback"):
    import structlog  # noqa: F401
