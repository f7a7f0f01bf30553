"""python-intercom, the vendor's own for Python, as it comes from PyPI: over plain HTTP and over TLS.
It speaks version 2.14, and reads every answer into typed models."""

import itertools
import os
import re
import ssl
import time

import httpx
from intercom import (
    ContactReplyIntercomUserIdRequest,
    CreateContactRequestWithEmail,
    CreateContactRequestWithRole,
    CreateDataAttributeRequestOne,
    CreateDataEventRequestWithId,
    CreateOrUpdateCompanyRequest,
    Intercom,
    MultipleFilterSearchRequest,
    SearchRequest,
    SingleFilterSearchRequest,
    StartingAfterPaging,
)
from intercom.conversations import CreateConversationRequestFrom
from intercom.core.api_error import ApiError
from intercom.types import (
    AdminReplyConversationRequest,
    AssignConversationRequest,
    CloseConversationRequest,
    SnoozeConversationRequest,
)

from checks import check, equal, finish, raises, run

LEADS, USERS = 120, 80
NOBODY = "5ba682d23d7cf92bef87bfd4"
_numbers = itertools.count()


def address():
    """An email that nobody has."""
    return f"python{next(_numbers)}.{os.getpid()}@clients.example"


def lead(intercom):
    return intercom.contacts.create(request=CreateContactRequestWithRole(role="lead"))


def user(intercom, email=None):
    request = CreateContactRequestWithEmail(email=email or address())
    return intercom.contacts.create(request=request)


def first_admin(intercom):
    return intercom.admins.list().admins[0]


def refusal(action):
    """Status and code of what is refused."""
    error = raises(ApiError, action)
    body = error.body if isinstance(error.body, dict) else error.body.dict()
    return error.status_code, body["errors"][0]["code"]


@check
def reads_who_it_is(intercom):
    me = intercom.admins.identify()
    equal(re.fullmatch("[0-9a-z]{8}", me.app.id_code) is not None, True)
    equal(me.id in [admin.id for admin in intercom.admins.list().admins], True)


@check
def creates_reads_and_changes_contacts(intercom):
    email = address()
    created = user(intercom, email)
    equal((created.role, created.email), ("user", email))
    changed = intercom.contacts.update(created.id, name="Grace", phone="+353871234567")
    equal((changed.name, changed.phone), ("Grace", "+353871234567"))
    found = intercom.contacts.find(created.id)
    equal((found.name, found.custom_attributes), ("Grace", {}))
    equal(found.tags.data, [])
    equal(refusal(lambda: user(intercom, email)), (409, "conflict"))
    equal(intercom.contacts.archive(created.id).archived, True)
    equal(intercom.contacts.unarchive(created.id).archived, False)
    equal(intercom.contacts.delete(created.id).deleted, True)
    equal(refusal(lambda: intercom.contacts.find(created.id)), (404, "not_found"))


@check
def lists_and_searches_in_pages(intercom):
    everybody = [contact.id for contact in intercom.contacts.list(per_page=60)]
    equal(len(everybody) >= LEADS + USERS, True)
    equal(len(set(everybody)), len(everybody))
    email = address()
    created = user(intercom, email)
    query = MultipleFilterSearchRequest(
        operator="AND",
        value=[
            SingleFilterSearchRequest(field="role", operator="=", value="user"),
            SingleFilterSearchRequest(field="email", operator="=", value=email),
        ],
    )
    found = intercom.contacts.search(query=query, pagination=StartingAfterPaging(per_page=5))
    equal([contact.id for contact in found], [created.id])


@check
def upserts_and_attaches_companies(intercom):
    own = address()
    request = CreateOrUpdateCompanyRequest(company_id=own, name="Python Ltd", size=12)
    company = intercom.companies.create_or_update(request=request)
    contact = user(intercom)
    intercom.companies.attach_contact(contact.id, company_id=company.id)
    theirs = intercom.contacts.list_attached_companies(contact.id)
    equal([row.company_id for row in theirs], [own])
    equal([row.id for row in intercom.companies.list_attached_contacts(company.id).data], [contact.id])
    listed = [row.id for row in intercom.companies.list(per_page=15)]
    equal((company.id in listed, len(set(listed))), (True, len(listed)))
    equal({row.id for row in intercom.companies.scroll()}, set(listed))
    intercom.companies.detach_contact(contact.id, company.id)


@check
def keeps_notes(intercom):
    contact, admin = lead(intercom), first_admin(intercom)
    for text in ("one", "two", "three"):
        intercom.notes.create(contact.id, body=text, admin_id=admin.id)
    notes = list(intercom.notes.list(contact.id, per_page=2))
    equal(sorted(note.body for note in notes), ["<p>one</p>", "<p>three</p>", "<p>two</p>"])
    wrong = lambda: intercom.notes.create(NOBODY, body="x", admin_id=admin.id)
    equal(refusal(wrong), (404, "not_found"))


@check
def talks(intercom):
    contact, admin = user(intercom), first_admin(intercom)
    sender = CreateConversationRequestFrom(type="user", id=contact.id)
    message = intercom.conversations.create(from_=sender, body="Where is my order?")
    name = message.conversation_id

    def answer(kind, body):
        return intercom.conversations.reply(
            name,
            request=AdminReplyConversationRequest(
                message_type=kind, type="admin", admin_id=admin.id, body=body
            ),
        )

    def manage(request):
        return intercom.conversations.manage(name, request=request)

    answer("comment", "On its way")
    answer("note", "<b>VIP</b>")
    assigned = AssignConversationRequest(
        message_type="assignment", type="admin", admin_id=admin.id, assignee_id=admin.id
    )
    manage(assigned)
    closing = CloseConversationRequest(message_type="close", type="admin", admin_id=admin.id)
    equal(manage(closing).state, "closed")
    reply = ContactReplyIntercomUserIdRequest(
        message_type="comment", type="user", intercom_user_id=contact.id, body="Thanks"
    )
    equal(intercom.conversations.reply(name, request=reply).state, "open")
    until = int(time.time()) + 3600
    snooze = SnoozeConversationRequest(
        message_type="snoozed", admin_id=admin.id, snoozed_until=until
    )
    equal(manage(snooze).state, "snoozed")
    whole = intercom.conversations.find(name)
    equal(whole.source.body, "<p>Where is my order?</p>")
    said = [part.body for part in whole.conversation_parts.conversation_parts if part.body]
    equal(said, ["<p>On its way</p>", "<b>VIP</b>", "<p>Thanks</p>"])
    query = SingleFilterSearchRequest(field="contact_ids", operator="=", value=contact.id)
    found = intercom.conversations.search(query=query)
    equal([row.id for row in found], [name])


@check
def reports_events(intercom):
    contact, moment = user(intercom), int(time.time()) - 60
    event = CreateDataEventRequestWithId(
        id=contact.id, event_name="stage-changed", created_at=moment, metadata={"stage": "Won"}
    )
    intercom.events.create(request=event)
    intercom.events.create(request=event)
    listed = intercom.events.list(type="user", intercom_user_id=contact.id)
    equal([(row.event_name, row.metadata) for row in listed.events], [("stage-changed", {"stage": "Won"})])


@check
def defines_data_attributes(intercom):
    name = f"grade_{os.getpid()}_{next(_numbers)}"
    request = CreateDataAttributeRequestOne(name=name, model="contact", data_type="string")
    created = intercom.data_attributes.create(request=request)
    equal((created.name, created.archived), (name, False))
    contact = lead(intercom)
    intercom.contacts.update(contact.id, custom_attributes={name: "A"})
    equal(intercom.contacts.find(contact.id).custom_attributes, {name: "A"})
    equal(name in [row.name for row in intercom.data_attributes.list(model="contact").data], True)
    equal(refusal(lambda: intercom.data_attributes.create(request=request))[0], 400)


def main():
    tls = ssl.create_default_context(cafile=os.environ["CARRICK_SIM_CA"])
    counts = []
    for way, url in (("plain", os.environ["CARRICK_SIM_PLAIN"]), ("tls", os.environ["CARRICK_SIM_TLS"])):
        with httpx.Client(verify=tls) as client:
            counts.append(run(way, Intercom(token="a-token", base_url=url, httpx_client=client)))
    finish(counts)


main()
