// The least that a list of checks needs: they run in order, each says how it went, and a last line
// counts them.
'use strict';

// A client that pages for ever must not hold up the others.
const PATIENCE_MS = 20_000;

function inTime(checked) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  return Promise.race([checked, late]).finally(() => clearTimeout(timer));
}

// Runs the checks of each way, one after the other. `ways` is a list of [name, arguments]; after a
// failure `clean` is called, so that what one check left behind disturbs no other.
async function run(checks, ways, clean = async () => {}) {
  const counts = { passed: 0, failed: 0 };
  for (const [way, passed] of ways) {
    for (const [name, check] of Object.entries(checks)) {
      try {
        await inTime(check(...passed));
        counts.passed += 1;
        console.log(`test ${way}::${name} ... ok`);
      } catch (error) {
        counts.failed += 1;
        console.log(`test ${way}::${name} ... FAILED`);
        console.log(error);
        await clean();
      }
    }
  }
  const word = counts.failed === 0 ? 'ok' : 'FAILED';
  console.log(`test result: ${word}. ${counts.passed} passed; ${counts.failed} failed`);
  // What is still under way was given up.
  process.exit(counts.failed === 0 ? 0 : 1);
}

module.exports = { run };
