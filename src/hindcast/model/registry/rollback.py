"""Return to the champion before this one, in one step."""

import logging
from datetime import UTC, datetime

from hindcast.model.registry.loading import aliases_of, find
from hindcast.model.registry.names import CHAMPION, PREVIOUS, Reference
from hindcast.model.registry.recording import ROLLED_BACK
from hindcast.model.registry.store import RegistryError, Store, reached

log = logging.getLogger(__name__)


def rollback(text: str, store: Store | None = None) -> tuple[str, str]:
    """Make ``previous`` the champion again.

    The former champion gets the tag ``rolled_back`` and no alias: what made somebody return is
    rarely in the test rows, and as a challenger it would win them again. It can still be promoted
    by its number. There is no `previous` afterwards: one step, not a way back and forth.

    Parameters
    ----------
    text
        ``TARGET/HORIZON``.
    store
        The project's where not given.

    Returns
    -------
    tuple of str
        The version that stood, and the one that stands now.

    Raises
    ------
    hindcast.model.registry.store.RegistryError
        Nothing came before the champion, or there is no such model; nothing has been changed.
    """
    store = store or Store.of_project()
    reference = Reference.parse(text)
    former, back = _pair(reference, store)
    client, name = store.client(), reference.registered
    with reached(store, f"failed during the rollback of {reference.model}: run it again"):
        today = f"{datetime.now(UTC):%F}"
        client.set_model_version_tag(name, former, ROLLED_BACK, f"{today}, to version {back}")
        client.set_registered_model_alias(name, CHAMPION, back)
        client.delete_registered_model_alias(name, PREVIOUS)
    log.info("MLflow: %s stands at version %s again, not %s", reference.model, back, former)
    return former, back


def _pair(reference: Reference, store: Store) -> tuple[str, str]:
    if reference.alias or reference.version:
        raise RegistryError(f"a rollback is of {reference.model} as a whole: give just that")
    former = find(reference, store)
    with reached(store):
        aliases = aliases_of(reference.registered, store)
    if PREVIOUS not in aliases:
        raise RegistryError(
            f"{reference.model} cannot be rolled back: version {former.version} is its champion "
            "and no champion came before it, or it was rolled back already"
        )
    return str(former.version), aliases[PREVIOUS]
