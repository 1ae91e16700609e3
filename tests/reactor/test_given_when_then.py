"""The kit's given, when, then says yes to what happens and no to anything else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.testing import History, ReadModel, Rules
from tests.projector.rooms import ROOMS, RoomClosed, RoomOpened, room
from tests.reactor.duties import DUTY, NOW, DoDuty, DutyDone, DutyFoundOverdue, DutyIsDone, DutyOpened, FindOverdue, TopicIsPrivate

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

duty = Rules(DUTY)
OPENED = DutyOpened(title="Saal", due_at=NOW + timedelta(days=1))
DO = DoDuty(now=NOW)
FIND = FindOverdue(now=NOW)


def test_what_follows_is_compared_whole() -> None:
    duty.given(OPENED).when(DO).then(DutyDone()).when(DO).then_nothing()
    with pytest.raises(AssertionError, match="decided"):
        duty.given(OPENED).when(DO).then_nothing()
    with pytest.raises(AssertionError, match="expected"):
        duty.given(OPENED).when(FIND).then(DutyFoundOverdue(at=NOW + timedelta(days=1)))


def test_only_the_named_refusal_will_do() -> None:
    done = duty.given(OPENED, DutyDone())
    done.when(FIND).then_refused(DutyIsDone)
    with pytest.raises(AssertionError, match="not by TopicIsPrivate"):
        done.when(FIND).then_refused(TopicIsPrivate)
    with pytest.raises(AssertionError, match="nothing forbids it"):
        duty.given(OPENED).when(FIND).then_refused(DutyIsDone)
    with pytest.raises(AssertionError, match="explained by"):
        done.when(FIND).then_refused(DutyIsDone, since="2018")


async def test_a_read_models_rows_are_compared_whole(pool: Pool) -> None:
    story = History().add(room(1), RoomOpened(title="Saal", seats=3), RoomClosed())
    saal = {"room": room(1), "title": "Saal", "seats": 3, "open": False, "changes": 2}
    await ReadModel(pool, ROOMS).given(own=story).then(rooms_v1=[saal])
    with pytest.raises(AssertionError, match="expected"):
        await ReadModel(pool, ROOMS).given(own=story).then(rooms_v1=[saal | {"open": True}])


async def test_a_fact_that_is_not_accepted_fails_the_test(pool: Pool) -> None:
    with pytest.raises(AssertionError, match="not every fact"):
        await ReadModel(pool, ROOMS).given(own=History().add(room(1), RoomOpened(title="boom", seats=3))).then()
