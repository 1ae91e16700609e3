"""What goes on in the city after its story: what everybody may know and, in one of two worlds, things between that nobody may."""

from __future__ import annotations

from typing import Any

from tests.e2e.cities import City

SECRET = "Streng vertraulich: die Angelegenheit Wacholder"
BOARD = ("willms", "haddad", "nowak", "seidel", "brandt")
NEXT = "/api/meetings/meetings/{naechste-sitzung}"
SECRET_MEETING = "/api/meetings/meetings/{geheime-sitzung}"
CONFERENCES = "/api/conferences"
NOTIFICATIONS = "/api/notifications"
OFFICE = "koordinierung"
HIDDEN = {
    "meeting": ("geheime-sitzung", "geheimes-treffen"),
    "item": ("geheimer-punkt", "nichtoeffentlicher-punkt"),
    "proposal": ("geheime-vorlage",),
    "recommendation": ("geheime-empfehlung", "geheimer-entwurf"),
    "contribution": ("unveroeffentlicht", "weitergegeben"),
}
"""By the names of path parameters, what only one of the worlds has."""


def meeting(title: str, day: str, *, public: bool) -> dict[str, Any]:
    """A meeting of the board."""
    times = {"starts_at": f"{day}T16:00:00+02:00", "ends_at": f"{day}T18:00:00+02:00"}
    return {"body": "{fachbeirat}", "title": title, "place": "Stadthaus 1", "public": public, **times}


def item(title: str, *, public: bool) -> dict[str, Any]:
    """A point of an agenda."""
    return {"title": title, "public": public, "asked": "deliberate"}


def resolution(text: str) -> dict[str, Any]:
    """Four of five agree."""
    return {"text": text, "instrument": "recommendation", "yes": 4, "no": 0, "abstentions": 1}


def draft(title: str) -> dict[str, Any]:
    """A recommendation to the social office."""
    addressees = [{"body": "{sozialamt}", "address_class": "office"}]
    informs = [{"committee": "{ausschuss}", "department": "{dezernat}"}]
    return {"title": title, "text": title, "admissibility": "Grundsätzlich.", "addressees": addressees, "informs": informs}


async def go_on(city: City, *, hidden: bool) -> None:
    """Days in which public things happen, and, if `hidden`, others before them, between them and after them."""
    city.at("2023-10-17T09:00:00+02:00")
    if hidden:
        await _people_do_what_nobody_sees(city)
        await _the_board_meets_in_secret(city)
    city.at("2023-10-18T09:00:00+02:00")
    await city.does("/api/meetings/meetings", meeting("Vorbesprechung", "2024-01-10", public=True), OFFICE, "vorbesprechung", key="meeting")
    wish: dict[str, Any] = {"group": "wirkung", "kind": "experience", "text": "Die Dolmetschzeiten wirken."}
    await city.does(CONFERENCES + "/conferences/{dialog}/group-contributions", wish, OFFICE, "wirkung", key="group")
    results: Any = {"service": "conferences", "kind": "results", "id": "{konferenz}"}
    wish = {"matter": results, "asked": "take_note", "proposed_by": "{koordinierungsstelle}"}
    await city.does("/api/meetings/bodies/{ausschuss}/proposals", wish, OFFICE, "vorlage", key="proposal")
    if hidden:
        await city.does(f"{NEXT}/items", item(SECRET, public=False), OFFICE, "nichtoeffentlicher-punkt", key="hidden item")
    await city.does(f"{NEXT}/items", item("Sprachkurse", public=True), OFFICE, "punkt", key="item")
    await city.does(f"{NEXT}/invitation", {}, OFFICE, key="invitation")
    city.at("2023-12-13T16:00:00+01:00")
    await _sits(city, NEXT, "punkt", "Es gibt mehr Sprachkurse.", *(["nichtoeffentlicher-punkt"] if hidden else []))
    if hidden:
        await _drafts(city, "nichtoeffentlicher-punkt", "geheimer-entwurf")
    await _drafts(city, "punkt", "neue-empfehlung", title="Mehr Sprachkurse")
    await city.does("/api/recommendations/recommendations/{neue-empfehlung}/issue", {}, OFFICE, key="issue")
    city.at("2023-12-15T09:00:00+01:00")
    if hidden:
        await city.does(NOTIFICATIONS + "/feedback", {"text": SECRET, "email": "fuenf@post.example"})
    await city.story.quiet()


async def _people_do_what_nobody_sees(city: City) -> None:
    """Registrations of every standing, contributions that are not published, subscriptions, contacts, feedback."""
    for name in ("eins", "zwei", "drei", "vier"):
        wish = {"name": f"{name} {SECRET}", "email": f"{name}@post.example", "language": "de", "access_needs": SECRET}
        await city.does(CONFERENCES + "/conferences/{dialog}/registrations", wish)
        if name != "vier":
            token = {"token": city.letter(f"{name}@post.example", "registration/confirm")}
            await city.does(CONFERENCES + "/registrations/confirmation", token)
    for name, what in (("zwei", "cancellation"), ("drei", "erasure")):
        token = {"token": city.letter(f"{name}@post.example", "registration/manage")}
        await city.does(f"{CONFERENCES}/registrations/{what}", token)
    contribution = {"group": "offen", "kind": "suggestion", "text": SECRET, "language": "de", "email": "eins@post.example", "name": SECRET}
    for _ in range(2):
        await city.does(CONFERENCES + "/conferences/{dialog}/contributions", contribution)
    listed = (await city.get(CONFERENCES + "/conferences/{dialog}/contributions", OFFICE)).json()["items"]
    city.names |= {name: one["id"] for name, one in zip(HIDDEN["contribution"], listed, strict=True)}
    settled = {"fate": "forwarded", "reason": SECRET}
    await city.does(CONFERENCES + "/contributions/{weitergegeben}/settlement", settled, OFFICE)
    for name in ("eins", "fuenf"):
        about: Any = {"service": "meetings", "kind": "body", "id": "{fachbeirat}"} if name == "eins" else "everything"
        await city.does(NOTIFICATIONS + "/subscriptions", {"email": f"{name}@post.example", "language": "en", "about": about})
    await city.does(NOTIFICATIONS + "/subscriptions/confirmation", {"token": city.letter("eins@post.example", "subscription/confirm")})
    contact = {"member": "{willms}", "body": "{fachbeirat}", "email": "sechs@post.example", "language": "en"}
    await city.does(NOTIFICATIONS + "/contacts", contact, OFFICE)
    await city.does(NOTIFICATIONS + "/feedback", {"text": SECRET})


async def _the_board_meets_in_secret(city: City) -> None:
    """Agenda, resolution, recommendation, and its way into the committee."""
    await city.does("/api/meetings/meetings", meeting(SECRET, "2023-10-17", public=False), OFFICE, "geheime-sitzung")
    await city.does("/api/meetings/meetings", meeting(SECRET, "2024-01-09", public=False), OFFICE, "geheimes-treffen")
    await city.does(f"{SECRET_MEETING}/items", item(SECRET, public=False), OFFICE, "geheimer-punkt")
    await city.does(f"{SECRET_MEETING}/invitation", {}, OFFICE)
    city.at("2023-10-17T16:00:00+02:00")
    await _sits(city, SECRET_MEETING, "geheimer-punkt", SECRET)
    await _drafts(city, "geheimer-punkt", "geheime-empfehlung")
    await city.does("/api/recommendations/recommendations/{geheime-empfehlung}/issue", {}, OFFICE)
    matter = {"service": "recommendations", "kind": "recommendation", "id": "{geheime-empfehlung}"}
    wish = {"matter": matter, "asked": "take_note", "proposed_by": "{dezernat}"}
    await city.does("/api/meetings/bodies/{ausschuss}/proposals", wish, "dezernentin", "geheime-vorlage")


async def _sits(city: City, path: str, point: str, text: str, *hidden: str) -> None:
    """The board opens, is there, deliberates, resolves and closes."""
    await city.does(f"{path}/opening", {}, OFFICE)  # The sitting follows by itself.
    for member in BOARD:
        await city.does(f"{path}/arrivals", {"member": f"{{{member}}}"}, OFFICE, heard=False)
    for one, says in ((point, text), *((one, SECRET) for one in hidden)):
        await city.does(f"{path}/items/{{{one}}}/deliberation", {"summary": says}, OFFICE, heard=False)
        await city.does(f"{path}/items/{{{one}}}/resolution", resolution(says), OFFICE, heard=False)
    await city.does(f"{path}/closing", {}, OFFICE)


async def _drafts(city: City, point: str, made: str, *, title: str = SECRET) -> None:
    """The recommendation that follows from the resolution on this point."""
    listed = (await city.get("/api/recommendations/recommendations?body={fachbeirat}&limit=100", OFFICE)).json()["items"]
    known = set(city.names.values())
    # The newest that has no name yet is the one that this resolution started.
    city.names[made] = next(one["recommendation"] for one in listed if one["recommendation"] not in known and one["standing"] == "started")
    await city.does(f"/api/recommendations/recommendations/{{{made}}}/draft", draft(title), OFFICE)
