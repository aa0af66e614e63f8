"""Runs and registered models in MLflow: the record of what was trained, and of what stands.

One experiment a target, one run for each new bundle, one registered model a target and horizon,
``hindcast-fatal-event``. Versions carry a semantic version and three aliases:

``champion``
    What stands: the first version of its name, then whatever `promotion` let past.
``challenger``
    The newest trained bundle, where that is not the champion.
``previous``
    The champion before this one; `rollback` returns to it.

The store is a record for people. The site reads the files in ``models/``, which hold what was
trained last; DVC keeps those, and not the store. The server reads copies on its own shelf
(`hindcast.serve.shelf`), whose aliases follow `promotion` and `rollback` (`on_shelf`). A bundle
that is the same as a version already there makes no new one.
"""

from hindcast.model.registry.loading import load
from hindcast.model.registry.names import CHALLENGER, CHAMPION, PREVIOUS, Reference
from hindcast.model.registry.pyfunc import _load_pyfunc
from hindcast.model.registry.recording import record
from hindcast.model.registry.rollback import rollback
from hindcast.model.registry.store import RegistryError, Store, open_experiment

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "PREVIOUS",
    "Reference",
    "RegistryError",
    "Store",
    "_load_pyfunc",
    "load",
    "open_experiment",
    "record",
    "rollback",
]
