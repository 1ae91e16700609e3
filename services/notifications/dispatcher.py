"""Hands letters over: takes what is open, opens what is sealed, sends, and reports what became of it as a command."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

import stamina
import structlog

from services.notifications.announcing import still_wanted
from services.notifications.channels.channel import Channel, NotNow, Refused
from services.notifications.channels.table import channel_of
from services.notifications.claims import Claim, Claims
from services.notifications.compose import Letterhead, Opened, compose
from services.notifications.events.notification import Cause, NotificationPlanned
from services.notifications.events.register import REGISTER_STREAM
from services.notifications.mailboxes import UNASKED, Mailboxes
from services.notifications.notification import (
    NOTIFICATION,
    NotificationCommand,
    RecordFailure,
    RecordHandOver,
    RecordUnknown,
)
from services.notifications.read_models.outcomes import counted, note_tried, untried
from services.notifications.register import REGISTER
from shared.effects import Effect, Standing, Workplace
from shared.eventstore.errors import Unreadable
from shared.eventstore.store import Origin
from shared.failpoints import failpoint
from shared.localday import local_day
from shared.mail import NoAddress
from shared.privacy.sealed import Erased, Sealed
from shared.projections.cursors import POLL_SECONDS
from shared.projections.faults import is_passing
from shared.said import said

logger = structlog.get_logger(__name__)

NAME = "dispatch"
PRINCIPAL = f"effect:{NAME}"
BATCH = 40
AT_ONCE = 4
"""Letters that one worker sends beside each other."""
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PAUSES: tuple[timedelta, ...] = (
    *(MINUTE / 2, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, 16 * HOUR),
)
"""Between the attempts; after the last one, two days on, it is given up."""
RECORD_SECONDS = 60.0
"""For reporting an outcome while the database comes and goes."""
MOST_DOUBTS = 2
"""The first lost line is followed by another attempt, so that a letter comes at most twice."""


class Dispatcher:
    """The dispatch of one process. Any number may run: a letter is claimed first, and the log is asked before it is sent."""

    def __init__(self, at: Workplace, channel: Channel | None, *, pauses: Sequence[timedelta] = PAUSES) -> None:
        self.at, self.channel, self.pauses = at, channel, pauses
        self.claims = Claims(at.pool)
        self.mailboxes = Mailboxes(at.pool, at.keyring, at.settings.letters_per_mailbox)
        self.head = Letterhead(at.settings.city, at.settings.mail_from, at.settings.portal_url)
        self.waiting: str | None = None

    async def start(self) -> None:
        """Make the work tables where they are missing."""
        await self.claims.start()
        await self.mailboxes.forget(local_day(self.at.now()))

    async def standing(self) -> Standing:
        """How many letters were planned, are open, and did not reach anybody."""
        return Standing(*await counted(self.at.pool))

    async def run(self) -> None:
        """Hand over what is open until cancelled."""
        if self.channel is None:
            self.waiting = "no letter leaves: set BINDEGLIED_SMTP_URL or BINDEGLIED_OUTBOX"
            logger.warning("dispatch.no_channel", reason=self.waiting)
            await asyncio.Event().wait()
        while True:
            ticket = self.at.signals.ticket("read")
            try:
                found = await self.once()
            except Exception as error:
                if not is_passing(error):
                    raise
                logger.warning("dispatch.waiting", reason=said(error))
                await asyncio.sleep(POLL_SECONDS)
                continue
            if not found:
                await self.at.signals.wait("read", ticket, POLL_SECONDS)

    async def once(self) -> int:
        """One look at what is open; answers how many letters this process has claimed, or noted as tried before."""
        places = asyncio.Semaphore(AT_ONCE)
        tried: list[str | None] = []

        async def one(notification: UUID) -> None:
            async with places:
                if claim := await self.claims.take(notification):
                    tried.append(await self._attempt(claim))

        letters = await untried(self.at.pool, BATCH)
        if letters.known:
            await note_tried(self.at.pool, letters.known)
        open_letters = [*letters.new, *await self.claims.due(BATCH)]
        answers = await asyncio.gather(*(one(notification) for notification in open_letters), return_exceptions=True)
        if tried:
            self.waiting = next((problem for problem in tried if problem), None)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return len(tried) + len(letters.known)

    async def _attempt(self, claim: Claim) -> str | None:
        """Try to hand one letter over; answers why it has to wait, if it has."""
        assert self.channel is not None
        try:
            _, state = await self.at.store.refresh(NOTIFICATION, claim.notification)
            _, register = await self.at.store.refresh(REGISTER, REGISTER_STREAM)
        except Unreadable as error:  # Whether it has gone out already, or was stopped, cannot be read: it waits for a later release.
            await self.claims.later(claim, HOUR, said(error), doubt=False)
            return said(error)
        if state.planned is None or state.done:
            # The read model does not know the outcome yet.
            await self.claims.done(claim)
            return None
        if claim.doubts >= MOST_DOUBTS:
            await self._end(claim, RecordUnknown(now=self.at.now(), attempts=claim.attempts - 1))
            return None
        # It may have waited for two days: whoever has stopped a subscription since is not written to because of it.
        planned = state.planned.model_copy(update={"reasons": still_wanted(state.planned.reasons, register)})
        try:
            opened = await self._open(planned)
            if opened is None:
                await self._fail(claim, "erased")
                return None
            if not planned.reasons:
                await self._stopped(claim)
                return None
            if not await self._has_a_place(planned, opened.email, claim.notification):
                await self._fail(claim, "too_many")
                return None
            post = compose(claim.notification, planned, opened, self.head)
        except NoAddress:
            await self._fail(claim, "no_address")
            return None
        except Exception as error:
            if is_passing(error):
                raise
            # A fault of the program or of a letter's template: it waits until that is mended.
            logger.exception("dispatch.failed", notification=str(claim.notification), kind=state.planned.kind)
            return await self._later(claim, f"this letter cannot be written: {said(error)}", doubt=False, bounded=False)
        if not self.channel.repeatable and not await self.claims.sends(claim):
            return None
        failpoint("notify.before_send")
        try:
            await self.channel.send(post)
        except Refused as refused:
            logger.info("dispatch.refused", notification=str(claim.notification), reason=str(refused))
            await self._fail(claim, "refused")
            return None
        except NotNow as later:
            return await self._later(claim, str(later), doubt=later.perhaps_taken and not self.channel.repeatable)
        failpoint("notify.after_send")
        await self._end(claim, RecordHandOver(now=self.at.now(), message_id=post.message_id, attempts=claim.attempts))
        return None

    async def _open(self, planned: NotificationPlanned) -> Opened | None:
        """Address, names and tokens; None where any was erased, but for an erased subscription's link."""
        assert planned.email is not None  # Without an address it failed when it was planned.
        stops = [reason.stop for reason in planned.reasons]
        own: list[Sealed[str]] = [planned.email, *planned.sealed.values()]
        opened: list[str] = []
        answers = await self.at.keyring.open_many([*own, *(stop for stop in stops if stop)])
        for value in answers[: len(own)]:
            if isinstance(value, Erased):
                return None
            opened.append(value)
        links = (None if isinstance(link, Erased) else link for link in answers[len(own) :])
        return Opened(opened[0], dict(zip(planned.sealed, opened[1:], strict=True)), [next(links) if stop else None for stop in stops])

    async def _has_a_place(self, planned: NotificationPlanned, address: str, notification: UUID) -> bool:
        """Whether this letter may still go to this mailbox; whoever has asked for letters gets them all."""
        return planned.kind not in UNASKED or await self.mailboxes.take(address, local_day(planned.planned_at), notification)

    async def _later(self, claim: Claim, problem: str, *, doubt: bool, bounded: bool = True) -> str | None:
        """Let it wait; in the end it is given up, or nobody knows."""
        doubts = claim.doubts + doubt
        if doubts >= MOST_DOUBTS or (bounded and claim.attempts > len(self.pauses) and doubts):
            await self._end(claim, RecordUnknown(now=self.at.now(), attempts=claim.attempts))
            return None
        if bounded and claim.attempts > len(self.pauses):
            await self._fail(claim, "given_up")
            return None
        pause = self.pauses[min(claim.attempts, len(self.pauses)) - 1]
        logger.info("dispatch.later", notification=str(claim.notification), reason=problem, attempts=claim.attempts)
        await self.claims.later(claim, pause, problem, doubt=doubt)
        return problem

    async def _stopped(self, claim: Claim) -> None:
        """Nobody wants it any more; where an attempt before this one may have brought it, nobody knows."""
        if claim.doubts:
            await self._end(claim, RecordUnknown(now=self.at.now(), attempts=claim.attempts - 1))
        else:
            await self._fail(claim, "stopped")

    async def _fail(self, claim: Claim, cause: Cause) -> None:
        await self._end(claim, RecordFailure(now=self.at.now(), cause=cause, attempts=claim.attempts))

    async def _end(self, claim: Claim, outcome: NotificationCommand) -> None:
        """Report the outcome, then let the claim go; whoever dies between the two finds it in the log."""
        command_id = uuid5(claim.notification, f"{NAME}:{type(outcome).__name__}")
        origin = Origin(PRINCIPAL, command_id, actor=PRINCIPAL)
        # What was sent must not be forgotten because the database is away for a moment: the lease is longer than this.
        async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=RECORD_SECONDS, wait_max=5.0):
            with attempt:
                await self.at.store.execute(NOTIFICATION, claim.notification, outcome, origin)
        await self.claims.done(claim)


DISPATCH = Effect(NAME, lambda at: Dispatcher(at, channel_of(at.settings)))
