"""What goes wrong with the store, told on the command line and over HTTP alike."""

from hindcast.errors import HindcastError
from hindcast.serve.problems import Problem


class StoreError(Problem, HindcastError):
    """The store cannot be read or written; over HTTP it is 503."""

    def __init__(self, detail: str) -> None:
        super().__init__(503, detail, headers={"Retry-After": "5"})


class OutcomeError(Problem, HindcastError):
    """An outcome was given that cannot be recorded: of no prediction, or against another one."""
