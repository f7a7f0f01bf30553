// Reads all Leads of an org with jsforce's bulk2 and its own parser.
//
// A contender of `cargo xtask throughput`, which says what the checksum is:
// `read_leads.js URL ACCESS_TOKEN FIELD...` prints what it took in one line of JSON.
//
// `bulk2.query` itself pipes the pages of a result, headers and all, into one parser, and loses
// rows or invents one as soon as there is a second page. So the job and the parser are jsforce's,
// and each page has a parser of its own.
"use strict";

const zlib = require("node:zlib");
const jsforce = require("jsforce");
const { QueryJobV2 } = require("jsforce/lib/api/bulk2");
const { Parsable } = require("jsforce/lib/record-stream");

const [instanceUrl, accessToken, ...fields] = process.argv.slice(2);
const PAGE_ROWS = 50_000;

async function main() {
  const connection = new jsforce.Connection({ instanceUrl, accessToken, version: "60.0" });
  const started = process.hrtime.bigint();
  const query = `SELECT ${fields.join(", ")} FROM Lead`;
  const job = new QueryJobV2(connection, {
    bodyParams: { query, operation: "query" },
    pollingOptions: { pollInterval: 100, pollTimeout: 600_000 },
  });
  await job.open();
  await job.poll(100, 600_000);
  let rows = 0;
  let checksum = 0;
  while (job.locator !== "null") {
    const locator = job.locator ? `&locator=${job.locator}` : "";
    const page = new Parsable();
    const request = job.createQueryRequest({
      method: "GET",
      path: `/${job.id}/results?maxRecords=${PAGE_ROWS}${locator}`,
      headers: { Accept: "text/csv" },
    });
    const read = new Promise((resolve, reject) => {
      page.on("record", (record) => {
        const millis = Date.parse(record.SystemModstamp);
        const text = `${record.Id},${record.Email ?? ""},${millis}`;
        checksum = (checksum + zlib.crc32(text)) % 4294967296;
        rows += 1;
      });
      page.on("end", resolve);
      page.on("error", reject);
    });
    request.stream().pipe(page.stream("csv"));
    await request;
    await read;
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const peak_bytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ rows, checksum, seconds, peak_bytes }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
