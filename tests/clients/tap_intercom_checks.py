"""tap-intercom, a Singer tap, as it comes from PyPI. Its host is built in: the simulator is its proxy,
and ends the tunnel to api.intercom.io. It speaks version 2.12."""

import collections
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from checks import check, equal, finish, run

TAP = str(Path(sys.executable).with_name("tap-intercom"))
CONFIG = {
    "access_token": "a-token",
    "start_date": "2000-01-01T00:00:00Z",
    "user_agent": "checks@clients.example",
}


class Tap:
    """What the tap printed, run over all streams once."""

    def __init__(self, folder):
        config = Path(folder, "config.json")
        config.write_text(json.dumps(CONFIG))
        catalog = json.loads(self.tap("--config", config, "--discover"))
        for stream in catalog["streams"]:
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = True
        chosen = Path(folder, "catalog.json")
        chosen.write_text(json.dumps(catalog))
        printed = self.tap("--config", config, "--catalog", chosen)
        self.streams = [stream["tap_stream_id"] for stream in catalog["streams"]]
        self.records = collections.defaultdict(list)
        for line in printed.splitlines():
            message = json.loads(line)
            if message["type"] == "RECORD":
                self.records[message["stream"]].append(message["record"])

    @staticmethod
    def tap(*arguments):
        environment = os.environ | {
            "https_proxy": os.environ["CARRICK_SIM_PLAIN"],
            "REQUESTS_CA_BUNDLE": os.environ["CARRICK_SIM_CA"],
        }
        ended = subprocess.run(
            [TAP, *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        if ended.returncode != 0:
            raise AssertionError(ended.stderr[-3000:])
        return ended.stdout

    def ids(self, stream):
        return {record["id"] for record in self.records[stream]}


def twin(path):
    """What the API itself lists."""
    request = urllib.request.Request(
        os.environ["CARRICK_SIM_PLAIN"] + path,
        headers={"Authorization": "Bearer a-token", "Accept": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@check
def reads_every_contact_once(tap):
    equal(len(tap.records["contacts"]), 200)
    equal(len(tap.ids("contacts")), 200)


@check
def reads_every_company(tap):
    equal(len(tap.ids("companies")), twin("/companies")["total_count"])


@check
def reads_conversations_with_their_parts(tap):
    listed = twin("/conversations?per_page=150")
    equal(tap.ids("conversations"), {row["id"] for row in listed["conversations"]})
    whole = [twin(f"/conversations/{row['id']}") for row in listed["conversations"]]
    parts = sum(row["conversation_parts"]["total_count"] for row in whole)
    equal(len(tap.records["conversation_parts"]), parts)


@check
def reads_the_small_lists(tap):
    equal(tap.ids("admins"), {row["id"] for row in twin("/admins")["admins"]})
    equal(tap.ids("teams"), {row["id"] for row in twin("/teams")["teams"]})
    equal(tap.ids("tags"), {row["id"] for row in twin("/tags")["data"]})
    attributes = twin("/data_attributes?model=contact")["data"]
    named = {record["full_name"] for record in tap.records["contact_attributes"]}
    equal(named, {row["full_name"] for row in attributes})


def main():
    with tempfile.TemporaryDirectory() as folder:
        finish([run("tap", Tap(folder))])


main()
