"""What is told of the models: from the shelf, or from the folder of models where there is none."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hindcast import paths
from hindcast.serve.forecast.words import words
from hindcast.serve.problems import Problem
from hindcast.serve.shelf import moves, overview
from hindcast.serve.shelf.about import about
from hindcast.serve.shelf.lane import Lane
from hindcast.serve.shelf.version import TARGETS, version

TOLD = ("estimand", "outputs", "metrics", "counts", "card")


class Catalog:
    """The models of one moment: what is loaded, and what lies on the shelf.

    Reads files: not for the event loop.

    Parameters
    ----------
    further
        The version without a name that is loaded, by horizon.
    """

    def __init__(
        self,
        lanes: dict[str, Lane],
        shelf: Path,
        models: Path,
        further: Mapping[str, str] | None = None,
    ) -> None:
        self._lanes, self._shelf, self._models = lanes, shelf, models
        self._further = further or {}

    def models(self) -> list[dict[str, Any]]:
        """Return every target and horizon with its versions."""
        return [
            self._model(target, horizon, lane)
            for horizon, lane in self._lanes.items()
            for target in TARGETS
            if target in lane.champion.estimands
        ]

    def detail(self, target: str, horizon: str, asked: str | None) -> dict[str, Any]:
        """Return metrics, features, card and lineage of a model; the champion's by default.

        Raises
        ------
        hindcast.serve.problems.Problem
            404: no such target, horizon or version.
        """
        lane = self._lanes.get(horizon)
        if lane is None or target not in lane.champion.estimands:
            there = ", ".join(f"{one['target']}/{one['horizon']}" for one in self.models())
            raise Problem(404, f"no model {target}/{horizon}: there are {there}")
        versions = self._versions(horizon, lane)
        name = self._named(lane, asked) or lane.champion.version
        if name not in versions:
            raise Problem(
                404, f"{horizon} has no version {asked!r}: there are {', '.join(versions)}"
            )
        folder = self._folder(horizon, name, lane)
        told = self._about(folder, horizon, name)
        if target not in told.get("targets", {}):
            raise Problem(404, f"version {name} of {horizon} has no model of {target}")
        return {
            "target": target,
            "horizon": horizon,
            "version": name,
            "roles": self._roles(name, lane),
            "registry": told.get("registry"),
            "lineage": told["lineage"],
            "features": _features(folder / target / horizon / "feature_schema.json"),
            **{k: told["targets"][target][k] for k in TOLD},
        }

    def _model(self, target: str, horizon: str, lane: Lane) -> dict[str, Any]:
        return {
            "target": target,
            "horizon": horizon,
            "estimand": lane.champion.estimands[target],
            "default": lane.champion.version,
            "challenger": _challenge(lane),
            "versions": [
                self._version(one, horizon, lane) for one in self._versions(horizon, lane)
            ],
        }

    def _versions(self, horizon: str, lane: Lane) -> list[str]:
        """Return the versions there are, newest first."""
        if lane.places is None:
            return [lane.champion.version]
        return moves.versions(self._shelf, horizon)[::-1]

    def _version(self, name: str, horizon: str, lane: Lane) -> dict[str, Any]:
        told = overview.about_of(self._shelf, horizon, name) if lane.places else {}
        return {
            "version": name,
            "roles": self._roles(name, lane),
            "is_loaded": name in {self._further.get(horizon), *(e.version for e in lane.engines)},
            "semver": (told.get("registry") or {}).get("semver"),
            "shelved_at": told.get("kept_at"),
        }

    def _roles(self, name: str, lane: Lane) -> list[str]:
        roles = {
            "champion": lane.champion.version,
            "challenger": lane.challenger and lane.challenger.version,
            "previous": lane.places and lane.places.previous,
        }
        return [role for role, meant in roles.items() if meant == name]

    def _named(self, lane: Lane, asked: str | None) -> str | None:
        found = lane.named(asked) if asked else None
        return found.engine.version if found else asked

    def _folder(self, horizon: str, version: str, lane: Lane) -> Path:
        return moves.folder_of(self._shelf, horizon, version) if lane.places else self._models

    def _about(self, folder: Path, horizon: str, name: str) -> dict[str, Any]:
        if folder != self._models:
            return overview.about_of(self._shelf, horizon, name)
        if version(folder, horizon) != name:
            raise Problem(
                503,
                f"the models of {horizon} were trained anew since the server started: it answers "
                "from the former ones, whose files are gone; `hindcast shelve` keeps versions",
            )
        return about(folder, horizon, paths.root()) | {"registry": None}


def _challenge(lane: Lane) -> dict[str, Any] | None:
    if lane.challenger is None or lane.places is None:
        return None
    given = lane.places
    return {
        "version": lane.challenger.version,
        "mode": given.mode,
        "share": given.share,
        "by": given.by,
    }


def _features(schema: Path) -> list[dict[str, Any]]:
    declared = json.loads(schema.read_text(encoding="utf-8"))
    return [_feature(one) for one in declared]


def _feature(one: dict[str, Any]) -> dict[str, Any]:
    said = words().get(one["name"])
    return {
        "name": one["name"],
        "meaning": said.label if said else one["name"],
        "why": one.get("why", ""),
        "kind": one["kind"],
        "unit": said.unit if said else one.get("unit"),
        "known_at": one["known_at"],
        "fields": list(one.get("inputs", ())),
        "levels": one.get("levels"),
        "range": one.get("range"),
    }
