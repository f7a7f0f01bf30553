"""Reads all Leads of an org with simple-salesforce's bulk2 and Python's csv.

A contender of `cargo xtask throughput`, which says what the checksum is:
`read_leads.py URL ACCESS_TOKEN FIELD...` prints what it took in one line of JSON.
"""

import csv
import datetime
import io
import json
import resource
import sys
import time
import zlib

import requests
from simple_salesforce import Salesforce

url, token, *fields = sys.argv[1:]


class PlainHttp(requests.Session):
    """simple-salesforce builds https URLs; the org of a benchmark speaks http."""

    def request(self, method, address, *positional, **named):
        address = address.replace("https://", "http://", 1)
        return super().request(method, address, *positional, **named)


session = PlainHttp()
session.trust_env = False
org = Salesforce(
    instance_url=url.replace("http://", "https://", 1),
    session_id=token,
    session=session,
)
of_id, of_email = fields.index("Id"), fields.index("Email")
of_stamp = fields.index("SystemModstamp")

started = time.perf_counter()
rows = checksum = 0
statement = f"SELECT {', '.join(fields)} FROM Lead"
for page in org.bulk2.Lead.query(statement, wait=0.1):
    lines = csv.reader(io.StringIO(page))
    next(lines)
    for row in lines:
        stamp = datetime.datetime.fromisoformat(row[of_stamp])
        millis = round(stamp.timestamp() * 1000)
        text = f"{row[of_id]},{row[of_email]},{millis}"
        checksum = (checksum + zlib.crc32(text.encode())) & 0xFFFFFFFF
        rows += 1
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"rows": rows, "checksum": checksum, "seconds": seconds, "peak_bytes": peak}))
