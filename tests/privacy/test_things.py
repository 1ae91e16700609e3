"""What is kept of one person is sealed thing by thing: one can be forgotten while another stays, and all of them at once."""

from __future__ import annotations

import asyncio

from shared.privacy.erasure import Erasure
from shared.privacy.keyring import Keyring
from shared.privacy.sealed import ERASED
from tests.privacy.conftest import Keyrings

ADA, BEA = "ada@example.org", "bea@example.org"


async def test_each_thing_has_a_key_of_its_own_under_one_person(keyring: Keyring) -> None:
    one, other = await keyring.thing_of(ADA), await keyring.thing_of("Ada@Example.org")
    assert one.person == other.person == await keyring.subject_for(ADA) == await keyring.person_at(ADA)
    assert len({one.person, one.subject, other.subject}) == 3
    assert (await keyring.thing_of(BEA)).person != one.person


async def test_looking_for_a_person_makes_nobody(keyring: Keyring) -> None:
    assert await keyring.person_at(ADA) is None
    assert await keyring.pool.fetchval("select count(*) from keyring.subject_key") == 0


async def test_one_thing_is_erased_and_with_the_last_one_the_person(keyring: Keyring) -> None:
    one, other = await keyring.thing_of(ADA), await keyring.thing_of(ADA)
    first, second = [await keyring.seal("wert", thing.subject, "test.value") for thing in (one, other)]
    await keyring.erase(one.subject)
    assert await keyring.open_many([first, second]) == [ERASED, "wert"]
    assert await keyring.person_at(ADA) == one.person
    await keyring.erase(one.subject)
    assert await keyring.open(second) == "wert", "once more changes nothing"
    await keyring.erase(other.subject)
    assert await keyring.open(second) == ERASED
    assert await keyring.person_at(ADA) is None, "nothing leads to the address any more"
    assert (await keyring.thing_of(ADA)).person != one.person


async def test_with_a_person_everything_under_them_is_erased_and_nothing_of_anybody_else(keyring: Keyring, keyrings: Keyrings) -> None:
    things = [await keyring.thing_of(ADA) for _ in range(3)]
    others = await keyring.thing_of(BEA)
    sealed = [await keyring.seal("wert", thing.subject, "test.value") for thing in (*things, others)]
    await (await keyrings()).erase(things[0].person)
    subjects = [*(thing.subject for thing in things), things[0].person, others.subject, others.person]
    assert await keyring.erased_among(subjects) == set(subjects[:4])
    assert await (await keyrings()).open_many(sealed) == [ERASED, ERASED, ERASED, "wert"]
    for thing in things:
        await keyring.erase(thing.subject)
    linked = "select count(*) from keyring.subject_key where state <> 'live' and person is not null"
    assert await keyring.pool.fetchval(linked) == 0, "nothing says any more that they were one person's"


async def test_a_subject_without_an_address_stands_for_itself(keyring: Keyring) -> None:
    one, other = await keyring.new_subject(), await keyring.new_subject()
    await keyring.erase(one)
    assert await keyring.erased_among([one, other]) == {one}


async def test_after_a_rotation_things_are_found_opened_and_erased_as_before(keyring: Keyring) -> None:
    thing = await keyring.thing_of(ADA)
    sealed = await keyring.seal("wert", thing.subject, "test.value")
    await Erasure(keyring).rotate_kek()
    assert (await keyring.thing_of(ADA)).person == thing.person
    assert await keyring.open(sealed) == "wert"
    await Erasure(keyring).erase(thing.person, now=True)
    assert await keyring.open(sealed) == ERASED


async def test_whoever_comes_while_the_last_thing_is_erased_is_the_same_person_or_a_new_one_and_never_half(keyrings: Keyrings) -> None:
    clients = [await keyrings() for _ in range(3)]
    erasing, *others = clients
    for _ in range(10):
        thing = await erasing.thing_of(ADA)
        gone = asyncio.create_task(erasing.erase(thing.subject))
        come = await asyncio.gather(*(client.thing_of(ADA) for client in others))
        await gone
        for one in come:
            assert await erasing.erased_among([one.subject, one.person]) == set()
        assert {one.person for one in come} == {await erasing.person_at(ADA)}
        await erasing.erase(come[0].person)


async def test_rotations_and_erasures_at_once_wait_for_one_another(keyrings: Keyrings) -> None:
    clients = [await keyrings() for _ in range(3)]
    things = [await clients[0].thing_of(f"{number}@example.org") for number in range(12)]
    more = [await clients[0].thing_of(f"{number}@example.org") for number in range(12)]
    await asyncio.gather(
        *(clients[0].erase(thing.subject) for thing in things),
        *(clients[1].erase(thing.person) for thing in more),
        *(Erasure(clients[2]).rotate_kek() for _ in range(3)),
    )
    assert await clients[0].erased_among([thing.person for thing in things]) == {thing.person for thing in things}
