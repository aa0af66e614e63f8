"""The semantic version of a bundle: what whoever uses it has to expect of the change.

Major
    The list of features changed: what is sent to the model must change.
Minor
    Parameters, records, the split or the catalog of features changed: the same request, another
    answer.
Patch
    Anything else, the code that trains above all.
"""

from collections.abc import Mapping
from typing import NamedTuple

FIRST = "1.0.0"
_MINOR = ("parameters", "data_fingerprint", "features_version")


class Step(NamedTuple):
    """A version's number, and why it is that."""

    semver: str
    reason: str


def step(before: Mapping[str, str] | None, now: Mapping[str, str]) -> Step:
    """Return the version of a bundle from the tags of the one before it and its own.

    Parameters
    ----------
    before
        Tags of the version registered last, as `hindcast.model.registry.lineage.of_bundle` made
        them; None, or without a version, for the first.
    now
        Tags of the bundle.

    Examples
    --------
    >>> old = {"semver": "1.4.2", "feature_list": "hours:number", "parameters": "{}"}
    >>> step(old, old | {"feature_list": "hours:number phase:category"})
    Step(semver='2.0.0', reason='features: 1 more, 0 fewer, 0 of another kind')
    >>> step(old, old | {"parameters": '{"seed": 8}'})
    Step(semver='1.5.0', reason='changed: parameters')
    >>> step(old, old)
    Step(semver='1.4.3', reason='the same features, parameters and records')
    """
    if not before or "semver" not in before:
        return Step(FIRST, "the first of its name")
    major, minor, patch = (int(part) for part in before["semver"].split("."))
    if set(before["feature_list"].split()) != set(now["feature_list"].split()):
        return Step(f"{major + 1}.0.0", _other_features(before, now))
    if changed := [name for name in _MINOR if before.get(name) != now.get(name)]:
        return Step(f"{major}.{minor + 1}.0", f"changed: {', '.join(changed)}")
    same = "the same features, parameters and records"
    return Step(f"{major}.{minor}.{patch + 1}", same)


def _other_features(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    old, new = _kinds(before["feature_list"]), _kinds(now["feature_list"])
    other = sum(old[name] != new[name] for name in old.keys() & new.keys())
    more, fewer = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    return f"features: {more} more, {fewer} fewer, {other} of another kind"


def _kinds(told: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in told.split())
