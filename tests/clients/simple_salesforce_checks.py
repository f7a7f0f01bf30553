"""simple-salesforce, as it comes from PyPI: through its documented `session` hook over plain HTTP,
and over TLS, where it also logs in at login.salesforce.com through a proxy."""

import csv
import datetime
import io
import os

import requests
from simple_salesforce import (
    Salesforce,
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
    format_soql,
)

from checks import check, equal, finish, raises, run

PLAIN = os.environ["CARRICK_SIM_PLAIN"]
TLS = os.environ["CARRICK_SIM_TLS"]
AUTHORITY = os.environ["CARRICK_SIM_CA"]
TOKEN = "an-access-token"
LEADS = 4500
LOGIN = {"username": "ops@harbourline.example", "password": "carrick-password"}


class OverPlainHttp(requests.adapters.HTTPAdapter):
    """The client builds https URLs whatever it is told."""

    def send(self, request, **options):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, **options)


def plain_session():
    session = requests.Session()
    session.mount("https://", OverPlainHttp())
    return session


def tls_session():
    session = requests.Session()
    session.verify = AUTHORITY
    return session


def proxied_session():
    session = tls_session()
    session.proxies = {"https": PLAIN}
    return session


def control(method, path, body=None):
    answer = requests.request(method, f"{PLAIN}/_sim/{path}", json=body, timeout=10)
    answer.raise_for_status()


def lead(name, **more):
    return {"LastName": name, "Company": "Clients Ltd", **more}


@check
def the_org_is_described(sf):
    described = sf.describe()
    names = [item["name"] for item in described["sobjects"]]
    equal({"Account", "Contact", "Lead", "Task", "User"} <= set(names), True)
    equal(described["maxBatchSize"], 200)
    fields = {field["name"]: field for field in sf.Lead.describe()["fields"]}
    equal(fields["LastName"]["length"], 80)
    equal(fields["Email"]["type"], "email")
    equal(fields["Customer_Number__c"]["externalId"], True)
    equal(sf.Lead.metadata()["objectDescribe"]["keyPrefix"], "00Q")
    equal(sf.is_sandbox(), False)


@check
def every_object_that_is_listed_can_be_described(sf):
    for item in sf.describe()["sobjects"]:
        described = getattr(sf, item["name"]).describe()
        equal(described["name"], item["name"])


@check
def long_results_come_in_pages(sf):
    first = sf.query("SELECT Id, LastName FROM Lead")
    equal((first["totalSize"], first["done"], len(first["records"])), (LEADS, False, 2000))
    second = sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    equal((second["done"], len(second["records"])), (False, 2000))
    third = sf.query_more(second["nextRecordsUrl"].split("/")[-1])
    equal((third["done"], len(third["records"])), (True, 500))
    everybody = {record["Id"] for record in sf.query_all_iter("SELECT Id FROM Lead")}
    equal(len(everybody), LEADS)
    whole = sf.query_all("SELECT Id FROM Lead", include_deleted=True)
    equal((whole["done"], len(whole["records"]) >= LEADS), (True, True))


@check
def queries_are_quoted_by_the_client(sf):
    made = sf.Lead.create(lead("O'Hara \\ \"Quoted\"", FirstName="50%_off"))
    soql = format_soql(
        "SELECT Id FROM Lead WHERE LastName = {} AND FirstName LIKE '{:like}%' "
        "AND CreatedDate > {} AND IsConverted = {} AND Title = {}",
        "O'Hara \\ \"Quoted\"",
        "50%_",
        datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc),
        False,
        None,
    )
    equal([record["Id"] for record in sf.query(soql)["records"]], [made["id"]])
    equal(sf.Lead.delete(made["id"]), 204)


@check
def a_record_lives_from_create_to_delete(sf):
    made = sf.Lead.create(lead("Lovelace", Email="ada@clients.example"))
    equal((made["success"], made["errors"], len(made["id"])), (True, [], 18))
    read = sf.Lead.get(made["id"])
    equal((read["LastName"], read["Email"]), ("Lovelace", "ada@clients.example"))
    equal(read["attributes"]["type"], "Lead")
    equal(sf.Lead.update(made["id"], {"Title": "Countess", "Email": ""}), 204)
    read = sf.Lead.get(made["id"])
    equal((read["Title"], read["Email"]), ("Countess", None))
    equal(sf.Lead.delete(made["id"]), 204)
    error = raises(SalesforceResourceNotFound, lambda: sf.Lead.get(made["id"]))
    equal((error.status, error.content[0]["errorCode"]), (404, "ENTITY_IS_DELETED"))


@check
def upserts_create_and_then_update(sf):
    key = "Customer_Number__c/C-1"
    equal(sf.Lead.upsert(key, lead("First")), 201)
    equal(sf.Lead.upsert(key, lead("Second")), 200)
    found = sf.Lead.get_by_custom_id("Customer_Number__c", "C-1")
    equal((found["LastName"], found["Customer_Number__c"]), ("Second", "C-1"))
    equal(sf.Lead.delete(found["Id"]), 204)


@check
def changes_and_deletions_are_listed(sf):
    made = sf.Lead.create(lead("Listed"))
    sf.Lead.delete(made["id"])
    now = datetime.datetime.now(datetime.timezone.utc)
    begin, end = now - datetime.timedelta(hours=1), now + datetime.timedelta(minutes=2)
    deleted = sf.Lead.deleted(begin, end)
    equal(made["id"] in [entry["id"] for entry in deleted["deletedRecords"]], True)
    kept = sf.Lead.create(lead("Kept"))
    updated = sf.Lead.updated(begin, end)
    equal(kept["id"] in updated["ids"], True)
    sf.Lead.delete(kept["id"])


@check
def refusals_are_told_apart(sf):
    error = raises(SalesforceMalformedRequest, lambda: sf.Lead.create({"FirstName": "Nobody"}))
    equal((error.status, error.content[0]["errorCode"]), (400, "REQUIRED_FIELD_MISSING"))
    equal(sorted(error.content[0]["fields"]), ["Company", "LastName"])
    error = raises(SalesforceMalformedRequest, lambda: sf.query("SELECT Id FORM Lead"))
    equal(error.content[0]["errorCode"], "MALFORMED_QUERY")
    error = raises(SalesforceMalformedRequest, lambda: sf.query("SELECT Nope FROM Lead"))
    equal(error.content[0]["errorCode"], "INVALID_FIELD")
    raises(SalesforceResourceNotFound, lambda: sf.Nothing__c.describe())
    raises(SalesforceResourceNotFound, lambda: sf.Lead.get("00Q000000000001EAA"))
    wrong = Salesforce(session_id="wrong", instance_url=TLS, session=tls_session())
    error = raises(SalesforceExpiredSession, lambda: wrong.query("SELECT Id FROM Lead"))
    equal((error.status, error.content[0]["errorCode"]), (401, "INVALID_SESSION_ID"))


@check
def trouble_is_told_apart(sf):
    for code, kind, status in [
        ("REQUEST_LIMIT_EXCEEDED", SalesforceRefusedRequest, 403),
        ("SERVER_UNAVAILABLE", SalesforceGeneralError, 503),
    ]:
        control("POST", "faults", [{"action": {"error": code}}])
        error = raises(kind, lambda: sf.query("SELECT Id FROM Lead LIMIT 1"))
        equal((error.status, error.content[0]["errorCode"]), (status, code))
    equal(sf.query("SELECT Id FROM Lead LIMIT 1")["totalSize"], 1)


@check
def limits_and_usage_are_read(sf):
    limits = sf.limits()
    equal(limits["DailyApiRequests"]["Max"], 100000)
    equal(limits["DailyBulkApiBatches"]["Max"] > 0, True)
    usage = sf.api_usage["api-usage"]
    equal((usage.used > 0, usage.total), (True, 100000))


@check
def collections_write_many_at_once(sf):
    records = [{"attributes": {"type": "Lead"}, **lead(f"Many {n}")} for n in range(3)]
    records[1]["Email"] = "no address"
    body = {"allOrNone": False, "records": records}
    results = sf.restful("composite/sobjects", method="POST", json=body)
    equal([result["success"] for result in results], [True, False, True])
    equal(results[1]["errors"][0]["statusCode"], "INVALID_EMAIL_ADDRESS")
    ids = [result["id"] for result in results if result["success"]]
    read = sf.restful(f"composite/sobjects/Lead?ids={','.join(ids)}&fields=LastName")
    equal([record["LastName"] for record in read], ["Many 0", "Many 2"])
    gone = sf.restful(f"composite/sobjects?ids={','.join(ids)}", method="DELETE")
    equal([result["success"] for result in gone], [True, True])


@check
def composites_refer_to_their_own_parts(sf):
    base = f"/services/data/v{sf.sf_version}"
    parts = [
        {
            "method": "POST",
            "url": f"{base}/sobjects/Account",
            "referenceId": "account",
            "body": {"Name": "Composite Ltd"},
        },
        {
            "method": "POST",
            "url": f"{base}/sobjects/Contact",
            "referenceId": "contact",
            "body": {"LastName": "Part", "AccountId": "@{account.id}"},
        },
        {
            "method": "GET",
            "url": f"{base}/sobjects/Contact/@{{contact.id}}?fields=AccountId",
            "referenceId": "read",
        },
    ]
    body = {"allOrNone": True, "compositeRequest": parts}
    answers = sf.restful("composite", method="POST", json=body)["compositeResponse"]
    equal([answer["httpStatusCode"] for answer in answers], [201, 201, 200])
    account = answers[0]["body"]["id"]
    equal(answers[2]["body"]["AccountId"], account)
    sf.Contact.delete(answers[1]["body"]["id"])
    sf.Account.delete(account)


@check
def people_are_searched(sf):
    made = sf.Lead.create(lead("Findable", Email="findable@clients.example"))
    found = sf.quick_search("Findable")["searchRecords"]
    equal([record["Id"] for record in found], [made["id"]])
    sosl = "FIND {findable@clients.example} IN EMAIL FIELDS RETURNING Lead(Id, LastName)"
    found = sf.search(sosl)["searchRecords"]
    equal([record["LastName"] for record in found], ["Findable"])
    sf.Lead.delete(made["id"])


@check
def bulk_2_queries_stream_all_rows(sf):
    soql = "SELECT Id, LastName, Email FROM Lead"
    pages = list(sf.bulk2.Lead.query(soql, max_records=2000, wait=0.1))
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    equal((len(pages), len(rows)), (3, LEADS))
    equal(list(rows[0]), ["Id", "LastName", "Email"])
    equal(len({row["Id"] for row in rows}), LEADS)


@check
def bulk_2_ingest_tells_about_each_row(sf):
    rows = [lead(f"Row {n}", Email=f"row{n}@clients.example") for n in range(250)]
    rows[7]["Email"] = "no address"
    (outcome,) = sf.bulk2.Lead.insert(records=rows, wait=0.1)
    equal(outcome["numberRecordsTotal"], 250)
    equal((outcome["numberRecordsProcessed"], outcome["numberRecordsFailed"]), (250, 1))
    failed = list(csv.DictReader(io.StringIO(sf.bulk2.Lead.get_failed_records(outcome["job_id"]))))
    equal([row["LastName"] for row in failed], ["Row 7"])
    equal(failed[0]["sf__Error"].startswith("INVALID_EMAIL_ADDRESS:"), True)
    done = sf.bulk2.Lead.get_successful_records(outcome["job_id"])
    ids = [row["sf__Id"] for row in csv.DictReader(io.StringIO(done))]
    equal(len(ids), 249)
    keyed = [lead("Upserted", Customer_Number__c=f"B-{n}") for n in range(2)]
    upsert = {"records": keyed, "external_id_field": "Customer_Number__c", "wait": 0.1}
    (outcome,) = sf.bulk2.Lead.upsert(**upsert)
    equal((outcome["numberRecordsProcessed"], outcome["numberRecordsFailed"]), (2, 0))
    done = sf.bulk2.Lead.get_successful_records(outcome["job_id"])
    ids += [row["sf__Id"] for row in csv.DictReader(io.StringIO(done))]
    (outcome,) = sf.bulk2.Lead.delete(records=[{"Id": one} for one in ids], wait=0.1)
    equal((outcome["numberRecordsProcessed"], outcome["numberRecordsFailed"]), (251, 0))
    equal(sf.query("SELECT COUNT() FROM Lead")["totalSize"], LEADS)


def log_ins():
    """Each way in that the client has, at the hosts that it has built in."""
    ways = {
        "soap_with_a_security_token": {**LOGIN, "security_token": "T0ken"},
        "oauth_with_a_password": {
            "username": LOGIN["username"],
            "password": "carrick-passwordT0ken",
            "consumer_key": "carrick-consumer-key",
            "consumer_secret": "carrick-consumer-secret",
        },
        "client_credentials_at_my_domain": {
            "consumer_key": "carrick-consumer-key",
            "consumer_secret": "carrick-consumer-secret",
            "domain": "harbourline.my",
        },
    }
    passed = failed = 0
    for name, arguments in ways.items():
        try:
            sf = Salesforce(session=proxied_session(), **arguments)
            equal(sf.query("SELECT Id FROM Lead LIMIT 1")["totalSize"], 1)
        except Exception as error:
            failed += 1
            print(f"test login::{name} ... FAILED\n{error!r}")
        else:
            passed += 1
            print(f"test login::{name} ... ok")
    try:
        wrong = {**LOGIN, "security_token": "wrong"}
        error = raises(
            SalesforceAuthenticationFailed,
            lambda: Salesforce(session=proxied_session(), **wrong),
        )
        equal(error.code, "INVALID_LOGIN")
        sf = Salesforce(session=proxied_session(), **ways["soap_with_a_security_token"])
        control("POST", "faults", [{"action": {"ends": "session"}}])
        equal(sf.query("SELECT Id FROM Lead LIMIT 1")["totalSize"], 1)
    except Exception as error:
        failed += 1
        print(f"test login::refused_and_renewed ... FAILED\n{error!r}")
    else:
        passed += 1
        print("test login::refused_and_renewed ... ok")
    return passed, failed


if __name__ == "__main__":
    hook = Salesforce(session_id=TOKEN, instance_url=PLAIN, session=plain_session())
    tls = Salesforce(session_id=TOKEN, instance_url=TLS, session=tls_session())
    finish([run("plain", hook), run("tls", tls), log_ins()])
