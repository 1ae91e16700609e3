"""The trace as far as conferences tell it: contributions, results, and the conference that hands them over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from services.portal.read_models.trace_facts import Edge, Step
from services.portal.read_models.trace_righted import corrected
from shared.contracts.conferences import (
    ConferenceCancelled,
    ConferenceCorrected,
    ConferenceHeld,
    ConferencePlanned,
    ContributionCorrected,
    ContributionPublished,
    ContributionReceived,
    ContributionSettled,
    ResultCorrected,
    ResultRecorded,
)
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import Statement

FOLDED = (
    ConferencePlanned,
    ConferenceHeld,
    ConferenceCancelled,
    ConferenceCorrected,
    ContributionReceived,
    ContributionPublished,
    ContributionSettled,
    ContributionCorrected,
    ResultRecorded,
    ResultCorrected,
)
Folded = (
    ConferencePlanned
    | ConferenceHeld
    | ConferenceCancelled
    | ConferenceCorrected
    | ContributionReceived
    | ContributionPublished
    | ContributionSettled
    | ContributionCorrected
    | ResultRecorded
    | ResultCorrected
)

HOST = "insert into trace_v1_host (conference, host) values ($1, $2) on conflict (conference) do nothing"
RECEIVED = """insert into trace_v1_contribution (contribution, conference, group_key, group_name, kind, received_on, event_id)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (contribution) do nothing"""
PUBLISHED = """update trace_v1_contribution set group_name = $2, text = $3, published_on = $4, published_by_event = $5
where contribution = $1"""
SETTLED = "update trace_v1_contribution set fate = $2, reason = $3, settled_on = $4, settled_by_event = $5 where contribution = $1"
CORRECTED = """update trace_v1_contribution set group_key = $2, group_name = $3, kind = $4, received_on = $5, text = $6, fate = $7,
reason = $8, settled_on = case when $7::text is not null then settled_on end,
settled_by_event = case when $7::text is not null then settled_by_event end where contribution = $1"""
NOT_FROM = "delete from trace_v1_origin where result = $1"
ORIGIN = """insert into trace_v1_origin (result, contribution, how, event_id) values ($1, $2, $3, $4)
on conflict (result, contribution) do nothing"""
ORGANISER = "organiser"


def facts(received: Received[Folded]) -> Iterable[Step | Edge | Statement]:
    """Steps of conferences and results; contributions as rows of their own."""
    event, entry = received.message, received.entry
    learned = local_day(entry.recorded_at)
    match event:
        case ConferencePlanned():
            yield Statement(HOST, (event.conference, event.host))
            yield Step(
                node=event.conference, kind="conference", step="planned", title=event.title, role=ORGANISER, day=learned, public=True,
                body=event.host, body_name=event.host_name, facts={"starts_at": event.starts_at.isoformat(), "place": event.place},
            )  # fmt: skip
        case ConferenceHeld():
            yield Step(
                node=event.conference, kind="conference", step="held", title=event.title, role=ORGANISER, day=event.held_on, public=True,
                body=event.host, body_name=event.host_name,
                facts={"attendance": event.attendance, "to": event.results_go_to_name},
            )  # fmt: skip
        case ConferenceCancelled():
            yield Step(
                node=event.conference, kind="conference", step="cancelled", title=event.title, role=ORGANISER, day=learned, public=True,
                body=event.host, body_name=event.host_name, facts={"reason": event.reason},
            )  # fmt: skip
        case ConferenceCorrected():
            right = Step(
                node=event.conference, kind="conference", step="corrected", title=event.title, role=ORGANISER, day=learned, public=True,
                body=event.host, body_name=event.host_name,
                facts={"starts_at": event.starts_at.isoformat(), "place": event.place, "reason": event.reason},
            )  # fmt: skip
            if event.held_on:
                facts = {"attendance": event.attendance, "to": event.results_go_to_name}
                right = corrected(replace(right, step="held", day=event.held_on, facts=facts), learned, event.reason, stands=True)
            if event.cancelled_because:
                right = replace(right, step="cancelled", facts={"reason": event.cancelled_because})
                right = corrected(right, learned, event.reason, stands=True)
            yield right
        case ContributionReceived():
            row = (event.contribution, event.conference, event.group, event.group_name, event.kind.value, event.received_on, entry.event_id)
            yield Statement(RECEIVED, row)
        case ContributionPublished():
            yield Statement(PUBLISHED, (event.contribution, event.group_name, event.text, learned, entry.event_id))
        case ContributionSettled():
            yield Statement(SETTLED, (event.contribution, event.fate.value, event.reason, learned, entry.event_id))
        case ContributionCorrected():
            now = (event.group, event.group_name, event.kind.value, event.received_on, event.text, event.fate, event.fate_reason)
            yield Statement(CORRECTED, (event.contribution, *now))
        case ResultRecorded():
            yield Step(
                node=event.result, kind="result", step="recorded", title=event.result_title, detail=event.text, role=ORGANISER,
                day=learned, public=True, facts={"number": event.number, "level": event.level.value},
            )  # fmt: skip
            yield Edge(origin=event.result, target=event.conference, how="result_of", public=True)
            for origin in event.comes_from:
                yield Statement(ORIGIN, (event.result, origin.contribution, origin.how.value, entry.event_id))
        case ResultCorrected():
            yield Step(
                node=event.result, kind="result", step="corrected", title=event.result_title, detail=event.text, role=ORGANISER,
                day=learned, public=True, facts={"number": event.number, "level": event.level.value, "reason": event.reason},
            )  # fmt: skip
            yield Statement(NOT_FROM, (event.result,))
            for origin in event.comes_from:
                yield Statement(ORIGIN, (event.result, origin.contribution, origin.how.value, entry.event_id))
        case _:
            assert_never(event)
