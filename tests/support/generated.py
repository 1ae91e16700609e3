"""Requests generated from a service's OpenAPI document, good and bad, each answer held against that document."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok


@dataclass(frozen=True)
class Generated:
    """What the requests are made of beyond what the document says, so that whether they come any further is not left to chance."""

    known: Mapping[str, str]
    """Ids of things that exist, by the path's parameter."""
    plausible: Mapping[str, Any]
    """Values of body and query by field: of those that a schema allows almost all are no days or words of this city. None leaves a
    parameter of the query out."""
    people: Sequence[Mapping[str, str]]
    """In whose names they are sent, by turns."""
    most: int = 12
    """Examples of each kind for each operation."""

    def send(self, app: FastAPI, address: str) -> dict[str, set[int]]:
        """Good and bad requests for every operation of the service; the statuses that were seen."""
        statuses: dict[str, set[int]] = defaultdict(set)
        described = copy.deepcopy(app.openapi())
        for path in described["paths"].values():
            for operation in path.values():
                del operation["security"]  # All are sent with a good token, which schemathesis would take for a forged one.
        for found in schemathesis.openapi.from_dict(described).get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            if "/operations/" in operation.label:
                continue  # The kit's own addresses are tested with the kit.
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if mode is GenerationMode.POSITIVE or operation.path_parameters or operation.query or operation.body:
                    statuses[operation.label] |= self._send_for(operation, mode, address)
        return statuses

    def _send_for(self, operation: Any, mode: GenerationMode, address: str) -> set[int]:
        """Requests of one kind for one operation; every second good one is about what exists."""
        statuses: set[int] = set()
        sent = 0
        # It cannot know which If-Match is current, which times are past, and which bodies stand.
        not_asked: Any = [CHECKS.get_one("positive_data_acceptance")]

        @settings(max_examples=self.most, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(mode))
        def check(case: Any) -> None:
            nonlocal sent
            sent += 1
            if mode is GenerationMode.POSITIVE and sent % 2:
                self._make_plausible(case)
            response = case.call(base_url=address, headers=self.people[sent // 2 % len(self.people)])
            statuses.add(response.status_code)
            case.validate_response(response, excluded_checks=not_asked)

        check()
        return statuses

    def _make_plausible(self, case: Any) -> None:
        case.path_parameters.update({name: self.known[name] for name in case.path_parameters if name in self.known})
        for name in [name for name in case.query if name in self.plausible]:
            if self.plausible[name] is None:
                del case.query[name]
            else:
                case.query[name] = self.plausible[name]
        if isinstance(case.body, dict):
            case.body.update({name: self.plausible[name] for name in case.body if name in self.plausible})
        if case.method.lower() == "post":
            case.headers["If-Match"] = "*"
