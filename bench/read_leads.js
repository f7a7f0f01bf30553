// Reads all Leads of an org with jsforce's bulk2 and its own parser.
//
// A contender of `cargo xtask throughput`, which says what the checksum is:
// `read_leads.js URL ACCESS_TOKEN FIELD...` prints what it took in one line of JSON.
"use strict";

const zlib = require("node:zlib");
const jsforce = require("jsforce");

const [instanceUrl, accessToken, ...fields] = process.argv.slice(2);

async function main() {
  const connection = new jsforce.Connection({ instanceUrl, accessToken, version: "60.0" });
  connection.bulk2.pollInterval = 100;
  connection.bulk2.pollTimeout = 600_000;
  const started = process.hrtime.bigint();
  let rows = 0;
  let checksum = 0;
  const records = await connection.bulk2.query(`SELECT ${fields.join(", ")} FROM Lead`);
  await new Promise((resolve, reject) => {
    records.on("record", (record) => {
      const millis = Date.parse(record.SystemModstamp);
      const text = `${record.Id},${record.Email ?? ""},${millis}`;
      checksum = (checksum + zlib.crc32(text)) % 4294967296;
      rows += 1;
    });
    records.on("end", resolve);
    records.on("error", reject);
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const peak_bytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ rows, checksum, seconds, peak_bytes }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
