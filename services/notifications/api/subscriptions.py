"""The addresses of subscriptions, for everybody and without an account: ask, confirm, stop, have erased. Answers are the same for all."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.notifications.api.tokens import Heard, Mail, Token, WithToken, hash_of, keyring_of, new_token, seal
from services.notifications.events.parts import Language, Wanted
from services.notifications.events.register import REGISTER_STREAM
from services.notifications.read_models.known_matters import known_matter
from services.notifications.register import (
    REGISTER,
    Asked,
    ConfirmSubscription,
    EraseSubscriber,
    RequestSubscription,
    StopSubscription,
    is_granted,
)
from services.notifications.subscribers import Register
from shared.domain import Refusal
from shared.http.bad_input import BadInput
from shared.http.call import Call
from shared.http.problems import NotFound
from shared.text import Name

router = APIRouter(tags=["subscriptions"])
UNKNOWN_TOKEN: dict[int | str, dict[str, Any]] = {404: {}}


class MatterWanted(BaseModel):
    """A conference, a body or a recommendation."""

    model_config = ConfigDict(extra="forbid")

    service: Name
    kind: Name
    id: UUID


class NewSubscription(BaseModel):
    """What somebody wants to be told of, and where."""

    model_config = ConfigDict(extra="forbid")

    email: Mail
    language: Language = "de"
    about: Annotated[Literal["everything"] | MatterWanted, Field(description="All that is public, or one thing and what comes of it.")]


class Stop(WithToken):
    """Which link, and how much of it."""

    everything: Annotated[bool, Field(description="Every subscription of the same person.")] = False


class OwnSubscription(BaseModel):
    """A subscription as whoever has its letter may see it, with nothing of the person."""

    about: Annotated[str | None, Field(description="What it is called; null: all that is public.")]
    standing: Annotated[
        Literal["waiting", "expired", "confirmed", "stopped"],
        Field(description="`waiting` for its confirmation, or `expired`: too late for that."),
    ]


@router.post("/subscriptions", status_code=202)
async def request_subscription(wish: NewSubscription, call: Call) -> Heard:
    """Ask to be told. A letter asks whether the address is yours; at most one a day waits for that."""
    about: Wanted | None = None
    if isinstance(wish.about, MatterWanted):
        about = await known_matter(call.read, wish.about.service, wish.about.kind, wish.about.id)
        if about is None:
            raise BadInput("body.about", "is nothing that can be subscribed to")
    async with call.evenly():
        keyring, store = keyring_of(call), call.runtime.store
        _, before = await store.refresh(REGISTER, REGISTER_STREAM)
        person = await keyring.person_at(wish.email)
        # Whoever floods this with what is not granted makes no keys.
        thing = await keyring.thing_of(wish.email) if foreseen(before, person, about, call.now) else None
        command = RequestSubscription(
            now=call.now,
            subscription=call.new_stream(),
            person=thing.person if thing else person,
            about=about,
            language=wish.language,
            asked=await asked_by(call, wish.email, thing.subject) if thing else None,
        )
        try:
            await call.execute(REGISTER, REGISTER_STREAM, command, begins=True)
        except Refusal:
            if thing:
                await keyring.erase(thing.subject)
            raise
        if thing:
            _, after = await store.load(REGISTER, REGISTER_STREAM)
            made = after.subscriptions.get(command.subscription)
            if made is None or made.email.subject != thing.subject:
                await keyring.erase(thing.subject)  # The same request came twice at once: the other one's key is the one in use.
    return Heard()


def foreseen(state: Register, person: UUID | None, about: Wanted | None, now: datetime) -> bool:
    """Whether a request will most likely be granted."""
    try:
        return is_granted(state, person, about, now)
    except Refusal:
        return False


async def asked_by(call: Call, email: str, subject: UUID) -> Asked:
    """Where somebody wants to be told, sealed."""
    confirm_token, confirm = new_token()
    stop_token, stop = new_token()
    return Asked(
        email=await seal(call, email, subject, "subscriber.email"),
        confirm=confirm,
        confirm_token=await seal(call, confirm_token, subject, "subscription.confirm_token"),
        stop=stop,
        stop_token=await seal(call, stop_token, subject, "subscription.stop_token"),
    )


@router.post("/subscriptions/confirmation", responses=UNKNOWN_TOKEN)
async def confirm_subscription(wish: WithToken, call: Call) -> Heard:
    """Confirm the address, with the token from the letter."""
    confirm = hash_of(wish.token)
    if (await call.runtime.store.refresh(REGISTER, REGISTER_STREAM))[1].by_confirm(confirm) is None:
        raise NotFound
    await call.execute(REGISTER, REGISTER_STREAM, ConfirmSubscription(now=call.now, confirm=confirm), if_match="none")
    return Heard()


@router.get("/subscriptions/own", responses=UNKNOWN_TOKEN)
async def show_own_subscription(token: Annotated[Token, Query()], call: Call) -> OwnSubscription:
    """How the subscription stands that a token out of a letter is for, so that only what can still be done is offered."""
    register, digest = (await call.runtime.store.refresh(REGISTER, REGISTER_STREAM))[1], hash_of(token)
    found = register.by_stop(digest) or register.by_confirm(digest)
    if found is None:
        raise NotFound
    return OwnSubscription(about=found.about.title if found.about else None, standing=found.standing(call.now))


@router.post("/subscriptions/stop", responses=UNKNOWN_TOKEN)
async def stop_subscription(wish: Stop, call: Call) -> Heard:
    """Stop one subscription, or all of the same person."""
    command = StopSubscription(now=call.now, stop=await _known(call, wish.token), everything=wish.everything)
    await call.execute(REGISTER, REGISTER_STREAM, command, if_match="none")
    return Heard()


@router.post("/subscriptions/stop/{token}")
async def stop_with_one_click(
    token: Annotated[str, Path(min_length=1, max_length=64)],
    call: Call,
    said: Annotated[Literal["One-Click"], Form(alias="List-Unsubscribe", description="RFC 8058.")],
) -> Heard:
    """What a mail program's own button sends: stops every subscription of the person, for the button promises no further mail."""
    command = StopSubscription(now=call.now, stop=await _known(call, token), everything=said == "One-Click")
    await call.execute(REGISTER, REGISTER_STREAM, command, if_match="none")
    return Heard()


@router.post("/subscriptions/erasure", responses=UNKNOWN_TOKEN)
async def erase_subscriber(wish: WithToken, call: Call) -> Heard:
    """Have everything erased that is kept under this address, wherever it is kept, with the token from any letter's stop link."""
    found = (await call.runtime.store.refresh(REGISTER, REGISTER_STREAM))[1].by_stop(hash_of(wish.token))
    if found is None:
        raise NotFound
    # The key first: should this process end here, the data are gone everywhere, and the facts follow by themselves.
    await keyring_of(call).erase(found.person)
    await call.execute(REGISTER, REGISTER_STREAM, EraseSubscriber(now=call.now, subscription=found.subscription), if_match="none")
    return Heard()


async def _known(call: Call, token: str) -> str:
    """The hash of a stop token; NotFound where it leads to no subscription."""
    stop = hash_of(token)
    if (await call.runtime.store.refresh(REGISTER, REGISTER_STREAM))[1].by_stop(stop) is None:
        raise NotFound
    return stop
