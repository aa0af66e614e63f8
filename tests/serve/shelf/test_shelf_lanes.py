"""Who answers whom: shares by key or request, the same key always in the same place."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast.serve.shelf.aliases import Places
from hindcast.serve.shelf.lane import Lane, position

OLD, NEW = (SimpleNamespace(version=letter * 12, horizon="event") for letter in "ab")


def lane(**given_to_challenger) -> Lane:
    now = datetime.now(UTC)
    told = {"champion": OLD.version, "challenger": NEW.version, "since": now}
    return Lane(OLD, NEW, Places(**told, challenged_since=now, **given_to_challenger))


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 1.0])
def test_a_share_of_keys_is_that_share(share):
    n = 20_000
    halved = lane(mode="share", share=share)
    found = sum(halved.usual(f"key-{number}", "").role == "challenger" for number in range(n))
    assert found / n == pytest.approx(share, abs=4 * (share * (1 - share) / n) ** 0.5)


@given(st.text(), st.text(), st.text())
def test_the_same_key_always_gets_the_same(key, one, other):
    halved = lane(mode="share", share=0.5)
    if key:
        assert halved.usual(key, one) is halved.usual(key, other)
    assert halved.usual(None, one) is halved.usual(None, one)


@given(st.text(), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_share_only_adds_keys(key, one, other):
    small, large = sorted((one, other))
    if lane(mode="share", share=small).usual(key, key).role == "challenger":
        assert lane(mode="share", share=large).usual(key, key).role == "challenger"


def test_a_share_of_requests_divides_those_of_one_key():
    halved = lane(mode="share", share=0.5, by="request")
    roles = {halved.usual("one key", f"request-{number}").role for number in range(50)}
    assert roles == {"champion", "challenger"}


def test_requests_without_a_key_are_divided_by_request():
    halved = lane(mode="share", share=0.5)
    assert len({halved.usual(None, f"request-{number}").role for number in range(50)}) == 2


def test_the_place_is_the_same_in_every_process():
    assert position("a key") == pytest.approx(0.1155269895314694, abs=1e-12)


def test_a_shadow_sees_what_the_champion_answers():
    choice = lane(mode="shadow").usual("key", "request")
    assert (choice.engine, choice.role, choice.shadow) == (OLD, "champion", NEW)


def test_what_the_challenger_answers_the_champion_scores_for_comparison():
    choice = lane(mode="share", share=1.0).usual("key", "request")
    assert (choice.engine, choice.role, choice.shadow) == (NEW, "challenger", OLD)


def test_a_challenger_that_is_given_nothing_answers_when_asked_for():
    off = lane(mode="off")
    assert off.usual("key", "request") == (OLD, "champion", None)
    assert off.named("challenger") == (NEW, "challenger", None)
    assert off.named(NEW.version) == off.named("challenger")
    assert off.named("c" * 12) is None
