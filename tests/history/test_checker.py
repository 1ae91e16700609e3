"""The judge catches every kind of bad history and accuses no good one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history import checker
from tests.history.checker import check, must_hold
from tests.history.record import Attempt, History, Row
from tests.history.samples import BREAKS, good

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
@settings(max_examples=200, deadline=None)
def test_no_good_history_is_accused(seed: int) -> None:
    must_hold(good(Random(seed)), seed)


@pytest.mark.parametrize("kind", BREAKS)
def test_every_bad_history_is_caught_and_called_by_its_name(kind: str) -> None:
    break_it, names = BREAKS[kind]
    caught = 0
    for seed in range(150):
        random = Random(seed)
        history = good(random)
        if not break_it(history, random):
            continue
        found = {violation.kind for violation in check(history)}
        assert found & names, f"seed {seed}: {kind} was taken for {found or 'good'}"
        caught += 1
    assert caught > 30


@given(SEEDS, st.sampled_from(sorted(BREAKS)))
@settings(max_examples=200, deadline=None)
def test_a_bad_history_never_passes(seed: int, kind: str) -> None:
    random = Random(seed)
    history = good(random)
    if BREAKS[kind][0](history, random):
        assert check(history), f"seed {seed}"


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("_order_of_the_log", "versions out of order"),
        ("_effects", "duplicated"),
        ("_answers", "lost"),
        ("_real_time", "reordered"),
        ("_reads", "stale read"),
        ("_tails", "fork"),
    ],
)
def test_each_rule_of_the_checker_is_needed(rule: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = []
    for seed in range(60):
        random = Random(seed)
        history = good(random)
        if BREAKS[kind][0](history, random):
            broken.append(history)
    assert all(check(history) for history in broken)
    monkeypatch.setattr(checker, rule, lambda *_: ())
    assert any(not check(history) for history in broken)


def test_a_failure_names_its_seed() -> None:
    history = History(attempts=[Attempt("c", "s", 0, 1, "accepted", 1, 1)])
    with pytest.raises(AssertionError, match="seed 42"):
        must_hold(history, 42)


def test_an_orphan_may_take_effect_long_after_its_client_gave_up() -> None:
    history = History(
        attempts=[
            Attempt("late", "s", 0, 1, "unknown"),
            Attempt("other", "s", 2, 3, "accepted", 1, 1),
            Attempt("late", "s", 5, 6, "accepted", 2, 2),
        ],
        log=[Row(1, "s", 1, "e1", "other"), Row(2, "s", 2, "e2", "late")],
    )
    must_hold(history, "by hand")
