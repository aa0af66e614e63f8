"""A search in MLflow: one run a horizon, and under it one run for each trial."""

import optuna

from hindcast.model import registry
from hindcast.model.registry.store import reached
from hindcast.model.tune.score import Budget

EXPERIMENT = "tune"
PARENT = "mlflow.parentRunId"
STATUS = {optuna.trial.TrialState.COMPLETE: "FINISHED", optuna.trial.TrialState.PRUNED: "KILLED"}


class Log:
    """Writes trials as they finish; a trial that was pruned is a run that was stopped.

    Parameters
    ----------
    store
        Where runs are kept.
    horizon
        What the search is for; the parent run's name.
    budget
        What the search may cost, logged as the parent's parameters.

    Raises
    ------
    hindcast.model.registry.RegistryError
        The store cannot be reached; nothing has been searched.
    """

    def __init__(self, store: registry.Store, horizon: str, budget: Budget) -> None:
        self._experiment = registry.open_experiment(store, EXPERIMENT)
        self._store, self._client = store, store.client()
        self._parent = self._run(f"search {horizon}", {"horizon": horizon})
        self._params(self._parent, vars(budget))

    def trial(self, _study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        """Log one trial with its parameters and the mean log loss after each step."""
        with reached(self._store):
            run = self._run(f"trial {trial.number}", {PARENT: self._parent})
            self._params(run, trial.params)
            for step, value in trial.intermediate_values.items():
                self._client.log_metric(run, "log_loss", value, step=step)
            self._client.set_terminated(run, STATUS[trial.state])

    def close(self, told: dict) -> None:
        """Log what the search found in the parent run, and end it."""
        scores = {"log_loss": told["score"], "log_loss_today": told["today"]["score"]}
        gains = {f"gain_{name}": told["gain"][name]["mean"] for name in ("log_loss", "roc_auc")}
        with reached(self._store):
            for name, value in (scores | gains).items():
                self._client.log_metric(self._parent, name, value)
            self._client.log_dict(self._parent, told, "tuned.json")
            self._client.set_terminated(self._parent)

    def _run(self, name: str, tags: dict[str, str]) -> str:
        with reached(self._store):
            run = self._client.create_run(self._experiment, run_name=name, tags=tags)
            return run.info.run_id

    def _params(self, run: str, params: dict) -> None:
        with reached(self._store):
            for name, value in params.items():
                self._client.log_param(run, name, value)
