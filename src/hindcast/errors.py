"""What a user can mend: errors that the command line shows as one message, without a traceback."""


class HindcastError(Exception):
    """Something expected is not so; the message names it and says what to do."""


class NotRunError(HindcastError, FileNotFoundError):
    """Results were asked for before the study had run."""


class NoProjectError(HindcastError, FileNotFoundError):
    """The command was not run inside a checkout of the project."""
