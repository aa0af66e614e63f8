"""Four classes from three questions: they add up, and never contradict P(fatal)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast.model.targets import chain

SHARE = st.floats(0, 1)


@given(st.lists(st.tuples(SHARE, SHARE, SHARE), min_size=1, max_size=20))
def test_classes_add_up_to_one_and_keep_the_probability_of_a_death(rows):
    fatal, injured, serious = np.array(rows).T
    found = chain.classes(fatal, injured, serious)
    assert found.shape == (len(rows), 4)
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found >= 0).all()
    assert found[:, 3].tolist() == fatal.tolist()


def test_certain_answers_give_a_certain_class():
    sure = chain.classes(np.array([0, 0, 0, 1.0]), np.array([0, 1, 1, 0.3]), np.array([0, 0, 1, 1]))
    assert sure.tolist() == np.eye(4).tolist()


def test_each_question_is_asked_of_those_it_concerns():
    severity = np.arange(4)
    assert chain.asked(severity, "injured").tolist() == [True, True, True, False]
    assert chain.answer(severity, "injured").tolist() == [0, 1, 1, 1]
    assert chain.answer(severity, "serious")[chain.asked(severity, "serious")].tolist() == [0, 1]
