"""Reads change events of the twin with other people's code: grpcio for the wire, fastavro for the
payload. Nothing of Carrick's is used.

    pubsub.py http://127.0.0.1:4010 ACCESS_TOKEN

Needs grpcio, grpcio-tools and fastavro. The org needs no records; it gets a few leads.
"""

import importlib
import io
import json
import pathlib
import queue
import sys
import tempfile
import traceback
import urllib.parse
import urllib.request

import fastavro
import grpc
from grpc_tools import protoc

URL, TOKEN = sys.argv[1].rstrip("/"), sys.argv[2]
LEADS = "/data/LeadChangeEvent"
SECONDS = 20


def stubs():
    """The modules that protoc makes of the vendor's service."""
    here = pathlib.Path(__file__).parent
    made = tempfile.mkdtemp()
    options = [f"-I{here}", f"--python_out={made}", f"--grpc_python_out={made}"]
    assert protoc.main(["protoc", *options, "pubsub_api.proto"]) == 0
    sys.path.insert(0, made)
    return importlib.import_module("pubsub_api_pb2"), importlib.import_module("pubsub_api_pb2_grpc")


messages, service = stubs()


def rest(method, path, body=None):
    """A REST call, by the standard library."""
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        "Sforce-Call-Options": "client=pubsub.py",
    }
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{URL}/services/data/v67.0/{path}", data=sent, headers=headers, method=method
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        read = answer.read()
        return json.loads(read) if read else None


def org_id():
    soql = urllib.parse.quote("SELECT Id FROM Organization")
    return rest("GET", f"query?q={soql}")["records"][0]["Id"]


METADATA = (("accesstoken", TOKEN), ("instanceurl", URL), ("tenantid", org_id()))
stub = service.PubSubStub(grpc.insecure_channel(urllib.parse.urlsplit(URL).netloc))
schemas = {}


def schema(schema_id):
    if schema_id not in schemas:
        request = messages.SchemaRequest(schema_id=schema_id)
        info = stub.GetSchema(request, metadata=METADATA, timeout=SECONDS)
        schemas[schema_id] = json.loads(info.schema_json)
    return schemas[schema_id]


def decode(event):
    """The payload of an event as a dictionary."""
    parsed = fastavro.parse_schema(schema(event.event.schema_id))
    payload = io.BytesIO(event.event.payload)
    told = fastavro.schemaless_reader(payload, parsed)
    assert payload.read() == b"", "bytes are left over"
    return told


def named(event, bitmaps):
    """The names of the fields that bitmaps stand for."""
    fields = schema(event.event.schema_id)["fields"]

    def bits(text):
        number = int(text, 16)
        return [place for place in range(number.bit_length()) if number >> place & 1]

    names = []
    for bitmap in bitmaps:
        if "-" not in bitmap:
            names += [fields[place]["name"] for place in bits(bitmap)]
            continue
        parent, children = bitmap.split("-")
        compound = fields[int(parent)]
        record = next(kind for kind in compound["type"] if isinstance(kind, dict))
        names += [f"{compound['name']}.{record['fields'][place]['name']}" for place in bits(children)]
    return names


class Subscription:
    """A stream that asks for as many events as it is told to."""

    def __init__(self, topic, count, **replay):
        self.requests = queue.Queue()
        self.requests.put(messages.FetchRequest(topic_name=topic, num_requested=count, **replay))
        self.call = stub.Subscribe(iter(self.requests.get, None), metadata=METADATA)

    def ask(self, count):
        self.requests.put(messages.FetchRequest(topic_name=LEADS, num_requested=count))

    def events(self, count):
        found = []
        while len(found) < count:
            found += next(self.call).events
        return found

    def close(self):
        self.requests.put(None)
        self.call.cancel()


def refusal(call):
    """The vendor's code in the trailers of a call that fails, and the status."""
    try:
        call()
    except grpc.RpcError as error:
        code = dict(error.trailing_metadata())["error-code"]
        assert "rpcId: " in error.details(), error.details()
        return code.removeprefix("sfdc.platform.eventbus.grpc."), error.code()
    raise AssertionError("the call was not refused")


def a_topic_leads_to_a_schema_that_fastavro_reads():
    topic = messages.TopicRequest(topic_name=LEADS)
    info = stub.GetTopic(topic, metadata=METADATA, timeout=SECONDS)
    assert info.can_subscribe and not info.can_publish
    read = schema(info.schema_id)
    assert read["name"] == "LeadChangeEvent" and read["uuid"] == info.schema_id
    fastavro.parse_schema(read)


def a_life_is_told_and_decoded():
    stream = Subscription(LEADS, 4, replay_preset=messages.EARLIEST)
    lead = {"LastName": "Lovelace", "FirstName": "Ada", "Company": "Engines", "City": "London"}
    lead_id = rest("POST", "sobjects/Lead", lead)["id"]
    rest("PATCH", f"sobjects/Lead/{lead_id}", {"FirstName": None, "Title": "Countess"})
    rest("DELETE", f"sobjects/Lead/{lead_id}")
    events = stream.events(3)
    created, updated, deleted = (decode(event) for event in events)
    header = created["ChangeEventHeader"]
    assert header["changeType"] == "CREATE" and header["recordIds"] == [lead_id]
    assert header["changeOrigin"] == "com/salesforce/api/rest/67.0;client=pubsub.py"
    assert header["changedFields"] == []
    assert created["Name"]["LastName"] == "Lovelace" and created["Address"]["City"] == "London"
    header = updated["ChangeEventHeader"]
    changed = set(named(events[1], header["changedFields"]))
    assert {"Title", "LastModifiedDate", "Name.FirstName"} <= changed, changed
    assert named(events[1], header["nulledFields"]) == ["Name.FirstName"]
    assert updated["Title"] == "Countess" and updated["Company"] is None
    assert updated["LastModifiedDate"] > 1_500_000_000_000
    assert deleted["ChangeEventHeader"]["changeType"] == "DELETE"
    assert deleted["Title"] is None and deleted["LastModifiedDate"] is None
    ids = [int.from_bytes(event.replay_id[:8], "big") for event in events]
    assert ids == sorted(ids) and len({event.event.id for event in events}) == 3
    stream.close()


def a_subscription_resumes_behind_an_id():
    first = Subscription(LEADS, 1, replay_preset=messages.EARLIEST)
    (begun,) = first.events(1)
    first.ask(1)
    (expected,) = first.events(1)
    first.close()
    custom = {"replay_preset": messages.CUSTOM, "replay_id": begun.replay_id}
    second = Subscription(LEADS, 1, **custom)
    assert second.events(1)[0].event.id == expected.event.id
    second.close()


def refusals_carry_their_code():
    unknown = messages.TopicRequest(topic_name="/data/NothingChangeEvent")
    get = lambda metadata: stub.GetTopic(unknown, metadata=metadata, timeout=SECONDS)
    assert refusal(lambda: get(METADATA)) == ("topic.not.found", grpc.StatusCode.NOT_FOUND)
    stolen = (("accesstoken", "stolen"), *METADATA[1:])
    expected = ("service.auth.error", grpc.StatusCode.UNAUTHENTICATED)
    assert refusal(lambda: get(stolen)) == expected
    code, _ = refusal(lambda: get(METADATA[1:]))
    assert code == "service.auth.headers.invalid"
    custom = {"replay_preset": messages.CUSTOM, "replay_id": bytes(8)}
    code, status = refusal(lambda: Subscription(LEADS, 1, **custom).events(1))
    assert code == "subscription.fetch.replayid.corrupted"
    assert status == grpc.StatusCode.INVALID_ARGUMENT
    publish = lambda: stub.Publish(
        messages.PublishRequest(topic_name=LEADS), metadata=METADATA, timeout=SECONDS
    )
    assert refusal(publish)[1] == grpc.StatusCode.PERMISSION_DENIED


def main():
    failed = 0
    tests = [
        a_topic_leads_to_a_schema_that_fastavro_reads,
        a_life_is_told_and_decoded,
        a_subscription_resumes_behind_an_id,
        refusals_carry_their_code,
    ]
    for test in tests:
        try:
            test()
            print(f"test pubsub::{test.__name__} ... ok")
        except Exception:
            failed += 1
            traceback.print_exc()
            print(f"test pubsub::{test.__name__} ... FAILED")
    verdict = "FAILED" if failed else "ok"
    print(f"test result: {verdict}. {len(tests) - failed} passed; {failed} failed")
    sys.exit(1 if failed else 0)


main()
