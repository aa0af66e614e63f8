"""Let a challenger that wins on the same test rows be the champion; say why another may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mlflow.entities.model_registry import ModelVersion

from hindcast import params
from hindcast.model.registry import judging
from hindcast.model.registry.contenders import Check, Contender, Pair
from hindcast.model.registry.loading import aliases_of, find, opened
from hindcast.model.registry.names import CHALLENGER, CHAMPION, PREVIOUS, Reference, of_registered
from hindcast.model.registry.recording import ROLLED_BACK
from hindcast.model.registry.rows import Rows, kept, test_rows
from hindcast.model.registry.store import RegistryError, Store, check_there, reached

TARGETS = ("fatal",)
COUNTED = "comparisons_on_test"


@dataclass(frozen=True)
class Outcome:
    """What came of one comparison."""

    model: str
    champion: str
    challenger: str
    checks: list[Check]

    @property
    def moved(self) -> bool:
        """Return whether the challenger passed every check, and so is the champion now."""
        return all(check.passed for check in self.checks)

    @property
    def verdict(self) -> str:
        """Return the outcome in a sentence, with what was missing."""
        if self.moved:
            return (
                f"{self.model}: version {self.challenger} is the champion now, version "
                f"{self.champion} the previous one"
            )
        missed = (
            f"{check.name}: found {check.found}, needed {check.needed}"
            for check in self.checks
            if not check.passed
        )
        return (
            f"{self.model}: version {self.champion} stays the champion, version "
            f"{self.challenger} did not win. {'; '.join(missed)}"
        )


def promote(texts: Sequence[str] = (), store: Store | None = None) -> list[Outcome]:
    """Compare challengers with champions, and move the aliases of those that win.

    The aliases move together: the champion becomes `previous`, the challenger the champion. The
    files in ``models/`` stay as they are.

    Parameters
    ----------
    texts
        ``TARGET/HORIZON`` for its challenger, ``TARGET/HORIZON/VERSION`` for that version; every
        challenger there is where none is given.
    store
        The project's where not given.

    Raises
    ------
    hindcast.model.registry.store.RegistryError
        There is no challenger, or no such model; nothing has been moved.
    hindcast.errors.NotRunError
        There are no test rows to compare on.
    """
    store = store or Store.of_project()
    wanted = [_challenger(text) for text in texts] or challengers(store)
    pairs = {reference.model: _pair(reference, store) for reference in wanted}
    rows, bounds = test_rows(), params.section("promote")
    return [_decided(name, pair, rows, bounds, store) for name, pair in pairs.items()]


def table(outcomes: Sequence[Outcome]) -> list[dict[str, str]]:
    """Return every check of every comparison as a row of text."""
    return [
        {
            "model": f"{outcome.model}: {outcome.challenger} for {outcome.champion}",
            "check": check.name,
            "found": check.found,
            "needed": check.needed,
            "": "yes" if check.passed else "NO",
        }
        for outcome in outcomes
        for check in outcome.checks
    ]


def _challenger(text: str) -> Reference:
    reference = Reference.parse(text)
    if reference.target not in TARGETS:
        raise RegistryError(
            f"only models of {', '.join(TARGETS)} are compared here, found {text!r}: move the "
            "aliases of another target by hand, `make mlflow` shows them"
        )
    if reference.alias or reference.version:
        return reference
    return Reference(reference.target, reference.horizon, alias=CHALLENGER)


def challengers(store: Store) -> list[Reference]:
    """Return every challenger that is registered.

    Raises
    ------
    RegistryError
        There is none.
    """
    check_there(store)
    with reached(store):
        models = store.client().search_registered_models()
    names = [of_registered(model.name) for model in models if CHALLENGER in model.aliases]
    found = [f"{one.model}@{CHALLENGER}" for one in names if one and one.target in TARGETS]
    if not found:
        raise RegistryError(
            f"nothing challenges a champion in {store.shown}: train something else first "
            "(`make run` after a change), or name a version, as fatal/event/3"
        )
    return [Reference.parse(text) for text in sorted(found)]


def _pair(reference: Reference, store: Store) -> Pair:
    champion = find(Reference(reference.target, reference.horizon, alias=CHAMPION), store)
    challenger = find(reference, store)
    if champion.version == challenger.version:
        raise RegistryError(f"version {champion.version} of {reference.model} is the champion")
    return Pair(_contender(champion, store), _contender(challenger, store))


def _contender(version: ModelVersion, store: Store) -> Contender:
    with reached(store):
        forecasts = kept(version.run_id, store)
    simulated = version.tags.get("simulated") == "true"
    return Contender(str(version.version), opened(version, store), simulated, forecasts)


def _decided(name: str, pair: Pair, rows: Rows, bounds: dict, store: Store) -> Outcome:
    checks = judging.judge(pair, rows, bounds)
    outcome = Outcome(name, pair.champion.version, pair.challenger.version, checks)
    with reached(store, f"failed while {name} was promoted: run it again"):
        _note(outcome, store)
        if outcome.moved:
            _move(outcome, store)
    return outcome


def _note(outcome: Outcome, store: Store) -> None:
    """Keep with the challenger what came of it, and with the model how often the test was asked."""
    client, name = store.client(), Reference.parse(outcome.model).registered
    told = f"{datetime.now(UTC):%F}: {outcome.verdict}"
    client.set_model_version_tag(name, outcome.challenger, "compared", told)
    count = int(client.get_registered_model(name).tags.get(COUNTED, 0)) + 1
    client.set_registered_model_tag(name, COUNTED, str(count))


def _move(outcome: Outcome, store: Store) -> None:
    client, name = store.client(), Reference.parse(outcome.model).registered
    client.set_registered_model_alias(name, PREVIOUS, outcome.champion)
    client.set_registered_model_alias(name, CHAMPION, outcome.challenger)
    if aliases_of(name, store).get(CHALLENGER) == outcome.challenger:
        client.delete_registered_model_alias(name, CHALLENGER)
    if ROLLED_BACK in client.get_model_version(name, outcome.challenger).tags:
        client.delete_model_version_tag(name, outcome.challenger, ROLLED_BACK)
