"""The slices over HTTP, on a real database, with the worker at work: subscribing, being told, stopping, contacts, outcomes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from services.notifications.events.register import MemberContactSet
from shared.contracts.meetings.bodies import BodyFounded
from shared.eventstore.log import read_log
from shared.privacy.keyring import Thing
from shared.privacy.sealed import ERASED
from tests.notifications.city import FEEDBACK, OPERATOR, PREFIX, SECRETARY, STRANGER, City, text_of, tokens
from tests.notifications.examples import (
    BOARD,
    BOARD_NAME,
    CONFERENCE,
    CONFERENCE_CANCELLED,
    CONFERENCE_PLANNED,
    MEETING,
    MEETING_CANCELLED,
    MEETING_INVITED,
    MEETING_SCHEDULED,
    MEMBER,
    OTHER_MEMBER,
    RECOMMENDATION,
    RECOMMENDATION_ISSUED,
    contribution_received,
    registration_called_off,
    registration_confirmed,
    registration_requested,
    some,
)

ADA = "ada@example.org"
BEA = "bea@example.org"
ABOUT_BOARD = {"service": "meetings", "kind": "body", "id": str(BOARD)}
FOUNDED = BodyFounded(
    body=BOARD, body_name=BOARD_NAME, kind="advisory_board", legal_nature="advisory", secretariat=None, lead_office=None, reports_to=None,
    founded_on=MEETING_SCHEDULED.starts_at.date(),
)  # fmt: skip


def answered(response: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer that could tell anything."""
    return response.status_code, response.content, {name: value for name, value in response.headers.items() if name != "date"}


async def test_somebody_subscribes_confirms_is_told_and_stops(city: City) -> None:
    stop = await city.subscribed(ADA)
    [cause] = city.tell("meetings", MEETING, MEETING_SCHEDULED)
    letter = await city.letter(2)
    assert letter["To"] == ADA
    assert BOARD_NAME in letter["Subject"]
    assert "alle öffentlichen Nachrichten bestellt" in text_of(letter)
    assert tokens(letter) == [stop]
    listed = (await city.get("/notifications", OPERATOR, cause=str(cause))).json()["items"]
    assert [(one["kind"], one["standing"], one["attempts"], one["about"]) for one in listed] == [
        ("meeting_scheduled", "handed_over", 1, str(MEETING))
    ]
    assert letter["Message-ID"] == f"<{listed[0]['notification']}@bindeglied.bremerhaven>"
    assert (await city.post("/subscriptions/stop", {"token": stop})).status_code == 200
    city.tell("meetings", some("other meeting"), MEETING_SCHEDULED.model_copy(update={"meeting": some("other meeting")}))
    await city.letter(2)


async def test_a_letter_comes_once_whatever_is_delivered_again(city: City) -> None:
    await city.subscribed(ADA)
    city.tell("meetings", MEETING, MEETING_SCHEDULED)
    await city.letter(2)
    # The same events, under the same ids, as after a new generation: every reader begins again.
    for reactor in city.process.readers.reactors:
        await reactor._on_new_generation()
    city.tell("conferences", CONFERENCE, CONFERENCE_PLANNED)
    await city.letter(3)


async def test_everybody_is_answered_the_same(city: City) -> None:
    first = answered(await city.subscribe(ADA))
    assert first[:2] == (202, b'{"heard":true}')
    assert {"etag", "position", "location"} & first[2].keys() == set()
    assert answered(await city.subscribe(ADA)) == first, "asked twice a day"
    confirm = tokens(await city.letter(1))[0]
    assert (await city.post("/subscriptions/confirmation", {"token": confirm})).status_code == 200
    assert answered(await city.subscribe(ADA)) == first, "subscribed already"
    assert answered(await city.subscribe(BEA)) == first, "not known"
    await city.letter(2)


async def test_a_second_letter_waits_for_the_next_day(city: City) -> None:
    for _ in range(3):
        await city.subscribe(ADA)
        await city.subscribe(f" {ADA.upper()} ".strip())
    await city.letter(1)
    city.clock.now += timedelta(days=1)
    await city.subscribe(ADA)
    await city.letter(2)


async def test_a_token_that_leads_nowhere_is_not_found(city: City) -> None:
    await city.subscribe(ADA)
    confirm, stop = tokens(await city.letter(1))
    for path in ("confirmation", "stop", "erasure"):
        assert (await city.post(f"/subscriptions/{path}", {"token": "nothing"})).status_code == 404
    assert (await city.post("/subscriptions/confirmation", {"token": stop})).status_code == 404
    assert (await city.post("/subscriptions/stop", {"token": confirm})).status_code == 404
    assert (await city.client.post(f"{PREFIX}/subscriptions/stop/{confirm}", data={"List-Unsubscribe": "One-Click"})).status_code == 404


async def test_a_confirmation_works_for_48_hours(city: City) -> None:
    await city.subscribe(ADA)
    confirm = tokens(await city.letter(1))[0]
    city.clock.now += timedelta(hours=48)
    late = await city.post("/subscriptions/confirmation", {"token": confirm})
    assert (late.status_code, late.json()["type"]) == (409, "urn:bindeglied:notifications:TokenHasExpired")


async def test_whoever_has_the_letter_sees_how_the_subscription_stands(city: City) -> None:
    await city.subscribe(ADA)
    confirm, stop = tokens(await city.letter(1))

    async def stands(token: str) -> dict[str, Any]:
        return dict((await city.get("/subscriptions/own", token=token)).json())

    assert await stands(confirm) == await stands(stop) == {"about": None, "standing": "waiting"}
    asked, city.clock.now = city.clock.now, city.clock.now + timedelta(hours=48)
    assert (await stands(confirm))["standing"] == "expired"
    city.clock.now = asked
    await city.post("/subscriptions/confirmation", {"token": confirm})
    assert (await stands(confirm))["standing"] == (await stands(stop))["standing"] == "confirmed"
    await city.post("/subscriptions/stop", {"token": stop})
    assert (await stands(confirm))["standing"] == (await stands(stop))["standing"] == "stopped"
    await city.post("/subscriptions/erasure", {"token": stop})
    assert (await city.get("/subscriptions/own", token=stop)).status_code == 404


async def test_a_mail_programs_button_stops_all_of_a_persons_letters(city: City) -> None:
    city.tell("meetings", BOARD, FOUNDED)
    await city.quiet()
    await city.subscribed(ADA)
    await city.subscribed(ADA, ABOUT_BOARD)
    city.tell("meetings", MEETING, MEETING_SCHEDULED)
    letter = await city.letter(3)
    assert f"über „{BOARD_NAME}“" in text_of(letter)
    assert len(tokens(letter)) == 2
    where = letter["List-Unsubscribe"].strip("<>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = where.partition(PREFIX)[2]
    assert (await city.client.get(PREFIX + path)).status_code == 405, "a look at it stops nothing"
    assert (await city.client.post(PREFIX + path, data={"List-Unsubscribe": "maybe"})).status_code == 422
    stopped = await city.client.post(PREFIX + path, data={"List-Unsubscribe": "One-Click"})
    assert (stopped.status_code, stopped.json()) == (200, {"heard": True})
    city.tell("conferences", CONFERENCE, CONFERENCE_PLANNED)
    city.tell("meetings", MEETING, MEETING_INVITED)
    await city.quiet()
    listed = (await city.get("/notifications", OPERATOR)).json()["items"]
    assert {(one["kind"], one["standing"], one["failure"]) for one in listed if one["member"]} == {
        ("meeting_invited", "failed", "no_address")
    }
    assert len(city.letters()) == 3


async def test_only_what_the_public_knows_can_be_subscribed_to(city: City) -> None:
    hidden = RECOMMENDATION_ISSUED.model_copy(update={"public": False})
    city.tell("recommendations", RECOMMENDATION, hidden)
    city.tell("conferences", CONFERENCE, CONFERENCE_PLANNED)
    await city.quiet()
    wanted = {"service": "recommendations", "kind": "recommendation", "id": str(RECOMMENDATION)}
    unknown = wanted | {"id": str(some("nothing"))}
    answers = [await city.subscribe(ADA, about) for about in (wanted, unknown)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
    results = {"service": "conferences", "kind": "results", "id": str(CONFERENCE)}
    assert (await city.subscribe(ADA, results)).status_code == 202
    assert CONFERENCE_PLANNED.title in text_of(await city.letter(1))


async def test_what_is_not_public_reaches_no_subscriber(city: City) -> None:
    await city.subscribed(ADA)
    hidden = MEETING_SCHEDULED.model_copy(update={"public": False})
    city.tell("meetings", MEETING, hidden, MEETING_INVITED.model_copy(update={"public": False}))
    city.tell("recommendations", RECOMMENDATION, RECOMMENDATION_ISSUED.model_copy(update={"public": False}))
    await city.letter(1)


async def test_members_are_invited_with_the_whole_agenda_and_whoever_cannot_be_reached_is_seen(city: City) -> None:
    contact = {"member": str(MEMBER), "body": str(BOARD), "email": BEA, "language": "de"}
    assert (await city.post("/contacts", contact, STRANGER)).status_code == 403
    assert (await city.post("/contacts", contact, SECRETARY)).status_code == 201
    assert (await city.get("/contacts", SECRETARY, body=str(BOARD))).json() == [{"member": str(MEMBER), "language": "de", "email": BEA}]
    assert (await city.get("/contacts", STRANGER, body=str(BOARD))).status_code == 403
    await city.subscribed(ADA)
    [cause] = city.tell("meetings", MEETING, MEETING_INVITED)
    await city.letter(3)
    by_address = {letter["To"]: text_of(letter) for letter in city.letters()[1:]}
    assert "Personalsache (nicht öffentlich)" in by_address[BEA]
    assert "Personalsache" not in by_address[ADA]
    assert "Ergebnisse" in by_address[ADA]
    assert (await city.get("/notifications", STRANGER, cause=str(cause))).status_code == 403
    listed = (await city.get("/notifications", SECRETARY, cause=str(cause), body=str(BOARD))).json()["items"]
    assert {(one["member"], one["standing"], one["failure"]) for one in listed} == {
        (str(MEMBER), "handed_over", None),
        (str(OTHER_MEMBER), "failed", "no_address"),
        (None, "handed_over", None),
    }


async def test_members_hear_that_a_meeting_is_off_to_which_they_were_invited_though_nobody_else_may_know(city: City) -> None:
    await city.post("/contacts", {"member": str(MEMBER), "body": str(BOARD), "email": BEA, "language": "de"}, SECRETARY)
    await city.subscribed(ADA)
    hidden = {"public": False}
    off = MEETING_CANCELLED.model_copy(update=hidden | {"invited": MEETING_INVITED.members})
    city.tell("meetings", MEETING, MEETING_INVITED.model_copy(update=hidden), off)
    await city.letter(3)
    asked, *told = city.letters()
    assert (asked["To"], [letter["To"] for letter in told]) == (ADA, [BEA, BEA])
    assert "Grund: Der Raum ist gesperrt." in "".join(map(text_of, told))


async def test_an_erased_member_is_written_to_no_more(city: City) -> None:
    contact = {"member": str(MEMBER), "body": str(BOARD), "email": BEA, "language": "de"}
    await city.post("/contacts", contact, SECRETARY)
    of = {"member": str(MEMBER), "body": str(BOARD)}
    assert (await city.post("/contacts/erasure", of, STRANGER)).status_code == 403
    assert (await city.post("/contacts/erasure", of, SECRETARY)).status_code == 200
    shown = (await city.get("/contacts", SECRETARY, body=str(BOARD))).json()
    assert shown == [{"member": str(MEMBER), "language": "de", "email": {"erased": True}}]
    city.tell("meetings", MEETING, MEETING_INVITED)
    await city.quiet()
    listed = (await city.get("/notifications", OPERATOR)).json()["items"]
    assert {(one["member"], one["failure"]) for one in listed} == {(str(MEMBER), "erased"), (str(OTHER_MEMBER), "no_address")}
    assert city.letters() == []


async def test_a_body_erases_its_own_contact_and_nothing_else_of_whoever_has_the_address(city: City) -> None:
    stop = await city.subscribed(ADA)
    of = {"member": str(MEMBER), "body": str(BOARD)}
    for email in (ADA, BEA, ADA):
        assert (await city.post("/contacts", of | {"email": email, "language": "de"}, SECRETARY)).status_code == 201
    facts = [fact for fact in await read_log(city.process.pool, 0, 100) if fact.type == MemberContactSet.NAME]
    contacts = [MemberContactSet.model_validate_json(fact.data).email for fact in facts]
    assert (await city.post("/contacts/erasure", of, SECRETARY)).status_code == 200
    assert await city.keyring.open_many(contacts) == [ERASED, ERASED, ERASED], "the earlier addresses as well"
    city.tell("meetings", MEETING, MEETING_SCHEDULED)
    letter = await city.letter(2)
    assert (letter["To"], tokens(letter)) == (ADA, [stop])


async def test_a_subscriber_who_is_erased_is_still_reached_in_office(city: City) -> None:
    contact = {"member": str(MEMBER), "body": str(BOARD), "email": ADA, "language": "de"}
    assert (await city.post("/contacts", contact, SECRETARY)).status_code == 201
    stop = await city.subscribed(ADA)
    city.tell("meetings", MEETING, MEETING_INVITED)
    assert tokens(await city.letter(2)) == [stop], "one letter for both reasons"
    assert (await city.post("/subscriptions/erasure", {"token": stop})).status_code == 200
    shown = (await city.get("/contacts", SECRETARY, body=str(BOARD))).json()
    assert [one["email"] for one in shown] == [ADA]
    city.tell("meetings", some("next"), MEETING_INVITED.model_copy(update={"meeting": some("next")}))
    letter = await city.letter(3)
    assert (letter["To"], tokens(letter)) == (ADA, [])


async def test_an_erased_subscriber_is_gone_with_every_token(city: City) -> None:
    stop = await city.subscribed(ADA)
    assert (await city.post("/subscriptions/erasure", {"token": stop})).status_code == 200
    assert (await city.post("/subscriptions/erasure", {"token": stop})).status_code == 404
    city.tell("meetings", MEETING, MEETING_SCHEDULED)
    await city.letter(1)


async def test_whoever_registers_or_contributes_gets_letters_of_their_own(city: City) -> None:
    keyring = city.keyring
    subject = await keyring.subject_for(BEA)
    sealed = {what: await keyring.seal(what, subject, f"test.{what}") for what in ("confirm", "manage", "receipt")}
    email, name = await keyring.seal(BEA, subject, "test.email"), await keyring.seal("Bea Beispiel", subject, "test.name")
    city.tell("conferences", CONFERENCE, registration_requested(email, name, sealed["confirm"], sealed["manage"]))
    asked = await city.letter(1)
    assert tokens(asked) == ["confirm", "manage"]
    assert "Bea Beispiel" not in text_of(asked), "nobody sends words of their own to a stranger's address"
    city.tell("conferences", CONFERENCE, registration_confirmed(email, name, sealed["manage"]))
    confirmed = await city.letter(2)
    assert tokens(confirmed) == ["manage"]
    assert "Hello Bea Beispiel" in text_of(confirmed)
    assert "Tuesday, 6\u00a0November\u00a02018, 16:00" in text_of(confirmed)
    city.tell("conferences", some("contribution"), contribution_received(email, sealed["receipt"]))
    city.tell("conferences", some("on paper"), contribution_received(None, sealed["receipt"]))
    assert tokens(await city.letter(3)) == ["receipt"]
    assert {letter["To"] for letter in city.letters()} == {BEA}


async def test_of_a_conference_that_is_off_subscribers_hear_once_and_whoever_wanted_to_come_by_a_letter_of_their_own(city: City) -> None:
    city.tell("conferences", CONFERENCE, CONFERENCE_PLANNED)
    await city.quiet()
    stop = await city.subscribed(ADA, {"service": "conferences", "kind": "conference", "id": str(CONFERENCE)})
    city.tell("conferences", CONFERENCE, CONFERENCE_CANCELLED)
    told = await city.letter(2)
    assert (told["To"], tokens(told)) == (ADA, [stop])
    assert "findet nicht statt" in text_of(told)
    assert CONFERENCE_CANCELLED.reason in text_of(told)
    subject = await city.keyring.subject_for(BEA)
    email, manage = await city.keyring.seal(BEA, subject, "test.email"), await city.keyring.seal("manage", subject, "test.manage")
    city.tell("conferences", CONFERENCE, registration_called_off(email, manage))
    own = await city.letter(3)
    assert (own["To"], tokens(own)) == (BEA, ["manage"])
    assert "does not take place" in text_of(own)
    assert CONFERENCE_CANCELLED.reason in text_of(own)


async def test_feedback_is_read_and_answered_by_its_office(city: City) -> None:
    given = await city.post("/feedback", {"text": "Der Kontrast ist zu schwach.", "email": ADA, "page": "Die Seite der Konferenz"})
    assert answered(given)[:2] == (202, b'{"heard":true}')
    city.clock.now += timedelta(seconds=1)
    assert (await city.post("/feedback", {"text": "Ohne Adresse."})).status_code == 202
    assert (await city.get("/feedback")).status_code == 401
    assert (await city.get("/feedback", STRANGER)).status_code == 403
    await city.quiet()
    listed = (await city.get("/feedback", FEEDBACK)).json()["items"]
    assert [(one["text"], one["email"], one["page"]) for one in listed] == [
        ("Der Kontrast ist zu schwach.", ADA, "Die Seite der Konferenz"),
        ("Ohne Adresse.", None, None),
    ]
    path = f"/feedback/{listed[0]['feedback']}/answer"
    assert (await city.post(path, {"note": "Behoben."}, STRANGER)).status_code == 403
    marked = await city.post(path, {"note": "Behoben."}, FEEDBACK)
    assert marked.status_code == 200
    assert (await city.post(path, {"note": "Noch einmal."}, FEEDBACK)).status_code == 409
    assert (await city.post(f"/feedback/{some('nothing')}/answer", {"note": "?"}, FEEDBACK)).status_code == 404
    again = (await city.get("/feedback", FEEDBACK, min_position=marked.headers["position"])).json()["items"]
    assert [one["note"] for one in again] == ["Behoben.", None]
    assert (await city.post(path, {"note": "Anders."}, FEEDBACK)).status_code == 409
    assert (await city.post(path, {"note": "Doch nicht behoben.", "reason": "Verwechselt."}, FEEDBACK)).status_code == 200
    corrected = (await city.get("/feedback", FEEDBACK)).json()["items"][0]
    assert (corrected["note"], corrected["reason"]) == ("Doch nicht behoben.", "Verwechselt.")
    assert corrected["answered_at"] == again[0]["answered_at"]
    waiting = (await city.get("/feedback", FEEDBACK, answered="false")).json()["items"]
    assert [one["text"] for one in waiting] == ["Ohne Adresse."]


async def test_feedback_of_somebody_who_was_erased_since_is_dealt_with_all_the_same(city: City) -> None:
    await city.post("/feedback", {"text": "Der Kontrast ist zu schwach.", "email": ADA})
    await city.quiet()
    [said] = (await city.get("/feedback", FEEDBACK)).json()["items"]
    await city.keyring.erase(await city.keyring.subject_for(ADA))
    marked = await city.post(f"/feedback/{said['feedback']}/answer", {"note": "Behoben."}, FEEDBACK)
    assert marked.status_code == 200, marked.text
    [one] = (await city.get("/feedback", FEEDBACK)).json()["items"]
    assert (one["text"], one["note"]) == ({"erased": True}, "Behoben.")


async def test_whoever_is_erased_in_the_same_moment_is_asked_to_try_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = await city.keyring.subject_for(ADA)
    await city.keyring.erase(gone)

    async def just_before(_: str) -> Thing:
        return Thing(gone, gone)

    monkeypatch.setattr(city.keyring, "thing_of", just_before)
    contact = {"member": str(MEMBER), "body": str(BOARD), "email": ADA}
    answers = [
        await city.subscribe(ADA),
        await city.post("/feedback", {"text": "Der Kontrast.", "email": ADA}),
    ]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert (await city.post("/contacts", contact, SECRETARY)).status_code == 201, "a contact has a key of its own"


async def test_what_is_no_address_is_named_without_repeating_it(city: City) -> None:
    for bad in ("ada", "ada@x@y.de", "ada@example.org\r\nBcc: bea@example.org"):
        refused = await city.subscribe(bad)
        assert [error["where"] for error in refused.json()["errors"]] == ["body.email"]
        assert "ada" not in refused.text
