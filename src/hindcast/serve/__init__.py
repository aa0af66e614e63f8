"""The trained model as a small endpoint: FastAPI over the bundles that the notebooks evaluate."""
