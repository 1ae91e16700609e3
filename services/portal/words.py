"""What the data's own words are called by people: kinds of things, steps, roles, tasks. English here, German in the catalogue."""

from __future__ import annotations

from services.portal.language import mark

KINDS = {
    "contribution": mark("Contribution"),
    "conference": mark("Conference"),
    "result": mark("Result"),
    "duty": mark("Hand-over duty"),
    "proposal": mark("Proposal to a body"),
    "item": mark("Agenda item"),
    "resolution": mark("Resolution"),
    "recommendation": mark("Recommendation"),
    "statement": mark("Statement"),
    "informed": mark("Information of a committee"),
    "answer": mark("Answer"),
    "measure": mark("Measure"),
    "meeting": mark("Meeting"),
}
RECORDED = {
    "meeting": mark("Meeting"),
    "opening": mark("Opening"),
    "closing": mark("End"),
    "arrival": mark("Arrival"),
    "departure": mark("Departure"),
    "receipt": mark("Receipt"),
    "deliberation": mark("Deliberation"),
    "note": mark("Taking note"),
    "resolution": mark("Resolution"),
    "rejection": mark("Rejection"),
    "title": mark("Title"),
}
STEPS = {
    "planned": mark("Planned"),
    "held": mark("Held, results handed over"),
    "cancelled": mark("Called off"),
    "recorded": mark("Recorded"),
    "corrected": mark("Corrected"),
    "opened": mark("Begun"),
    "fulfilled": mark("Fulfilled: received and deliberated"),
    "proposed": mark("Put to the body"),
    "declined": mark("Declined"),
    "placed": mark("Placed on the agenda"),
    "returned": mark("Returned without having been dealt with"),
    "received": mark("Received by the body"),
    "deliberated": mark("Deliberated"),
    "noted": mark("Note taken"),
    "resolved": mark("Resolved upon"),
    "rejected": mark("Rejected"),
    "passed": mark("Passed"),
    "started": mark("Started by the resolution"),
    "issued": mark("Issued"),
    "withdrawn": mark("Withdrawn"),
    "to_be_informed": mark("To be informed"),
    "informed": mark("Informed: has taken note"),
    "asked_to_acknowledge": mark("Asked to acknowledge"),
    "asked_to_answer": mark("Asked to answer"),
    "acknowledged": mark("Acknowledged"),
    "acknowledgement_overdue": mark("Not acknowledged in time"),
    "answered": mark("Answered"),
    "answer_overdue": mark("Not answered in time"),
    "promised": mark("Promised"),
    "reported_done": mark("Reported done"),
    "verified": mark("Verified"),
    "published": mark("Published"),
    "handed_in": mark("Handed in"),
    "settled": mark("Settled"),
}
ROLES = {
    "organiser": mark("organisers"),
    "contributor": mark("contributor"),
    "proposer": mark("proposing office"),
    "rule": mark("by itself, as the rule says"),
    "secretariat": mark("secretariat"),
    "body": mark("the body in its sitting"),
    "committee": mark("the committee in its sitting"),
    "addressee": mark("addressee"),
    "clock": mark("the clock"),
}
AWAITED = {
    "acknowledgement": mark("without acknowledgement"),
    "answer": mark("without answer"),
    "dealing": mark("on the agenda, not dealt with yet"),
    "handover": mark("not received and deliberated yet"),
    "informing": mark("not informed yet"),
    "issuing": mark("not issued yet"),
    "measure": mark("not reported done yet"),
    "placing": mark("waiting for an agenda"),
    "verification": mark("not verified yet"),
}
VERDICTS = {"accepted": mark("accepted"), "partly": mark("accepted in part"), "rejected": mark("rejected")}
LINEAGE = {
    "adopted": mark("adopted"),
    "partly": mark("partly adopted"),
    "merged": mark("merged with others"),
    "split": mark("split"),
}
FATES = {"forwarded": mark("forwarded"), "not_adopted": mark("not adopted")}
CONTRIBUTIONS = {"experience": mark("Experience"), "suggestion": mark("Suggestion")}
NEWS = {
    "resolution": mark("Resolution"),
    "recommendation": mark("Recommendation"),
    "statement": mark("Statement"),
    "informed": mark("Committee informed"),
    "answered": mark("Answer"),
    "overdue": mark("Answer overdue"),
    "promised": mark("Measure promised"),
    "done": mark("Measure reported done"),
    "verified": mark("Measure verified"),
    "withdrawn": mark("Recommendation withdrawn"),
}
TASKS = {
    "handover": mark("Receive and deliberate the results"),
    "placing": mark("Place the proposal on an agenda, or decline it"),
    "proposing": mark("Put the results to the body again"),
    "invitation": mark("Invite to the meeting"),
    "opening": mark("Open the meeting"),
    "closing": mark("Close the meeting"),
    "letter": mark("An invitation did not arrive"),
    "issuing": mark("Draft and issue the recommendation"),
    "informing": mark("Put it to the committee, so that it takes note"),
    "acknowledgement": mark("Acknowledge the recommendation"),
    "answer": mark("Answer the recommendation"),
    "measure": mark("Do what was promised, and report it"),
    "verification": mark("Verify the measure"),
    "holding": mark("Record results and hand the conference's results over"),
}
