"""No read model of the portal depends on the order in which the services are heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.portal.read_models.called import CALLED
from services.portal.read_models.receipts import RECEIPTS
from services.portal.read_models.tasks import TASKS
from services.portal.read_models.timeline import TIMELINE
from services.portal.read_models.trace import TRACE
from shared.projections.projection import Projection
from shared.testing import assert_order_independent
from tests.portal.read_models.story import renamed, told_types, whole_story, with_one_called_off

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

ALL = (TRACE, RECEIPTS, TASKS, TIMELINE, CALLED)


@pytest.mark.parametrize("projection", ALL, ids=lambda projection: projection.name)
def test_the_story_tells_everything_that_a_read_model_folds(projection: Projection) -> None:
    told = told_types(renamed(with_one_called_off(whole_story())).histories)
    folded = {cls.NAME for classes in projection.folds.values() for cls in classes}
    assert folded <= told


@pytest.mark.parametrize("projection", ALL, ids=lambda projection: projection.name)
async def test_a_read_model_does_not_depend_on_the_order_across_streams_and_services(pool: Pool, projection: Projection) -> None:
    heard = [history for history in renamed(with_one_called_off(whole_story())).histories if history.source in projection.folds]
    dumped = await assert_order_independent(pool, projection, *heard, shuffles=20)
    assert len(dumped.splitlines()) > 1
