"""Packages that give what their modules hold, and import a module when it is first asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def exports(package: str, modules: dict[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """Return a package's ``__getattr__``.

    A server reads one module of a package and should not pay for the others, nor need what they
    import.

    Parameters
    ----------
    package
        Name of the package.
    modules
        For each module, the names that it gives to the package.

    Raises
    ------
    AttributeError
        From what is returned: no module gives such a name.

    Examples
    --------
    >>> get = exports("collections", {"abc": ("Mapping",)})
    >>> get("Mapping").__name__
    'Mapping'
    """
    module_of = {name: module for module, names in modules.items() for name in names}

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{module_of[name]}"), name)

    return get
