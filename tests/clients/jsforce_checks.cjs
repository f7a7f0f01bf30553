// jsforce, as it comes from npm: over plain HTTP and over TLS.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const jsforce = require('jsforce');

const { run } = require('./checks.cjs');

const { CARRICK_SIM_PLAIN: PLAIN, CARRICK_SIM_TLS: TLS } = process.env;
const LEADS = 4500;
const CALLBACK = 'http://127.0.0.1:9/callback';
const USER = 'ops@harbourline.example';
const PASSWORD = 'carrick-passwordT0ken';
const APP = { clientId: 'carrick-consumer-key', clientSecret: 'carrick-consumer-secret' };

const lead = (name, more = {}) => ({ LastName: name, Company: 'Clients Ltd', ...more });

async function control(method, path, body) {
  const answer = await fetch(`${PLAIN}/_sim/${path}`, { method, body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
}

async function refusal(action) {
  try {
    await action();
  } catch (error) {
    return error.errorCode ?? error.name;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

// Allows the app on the consent page, as a person would; gives what the browser is sent back with.
async function consent(url) {
  const page = await (await fetch(url)).text();
  const form = new URLSearchParams();
  const unescaped = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
  for (const [, name, value] of page.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    form.append(unescaped(name), unescaped(value));
  }
  form.append('decision', 'allow');
  const target = new URL('/services/oauth2/authorize', url);
  const answer = await fetch(target, { method: 'POST', body: form, redirect: 'manual' });
  return new URL(answer.headers.get('location')).searchParams;
}

const checks = {
  async logs_in_by_soap(base) {
    const conn = new jsforce.Connection({ loginUrl: base });
    const user = await conn.login(USER, PASSWORD);
    assert.match(user.id, /^005.{15}$/);
    assert.match(user.organizationId, /^00D.{15}$/);
    assert.equal(conn.instanceUrl, base);
    assert.equal((await conn.identity()).username, USER);
    await conn.logout();
    const wrong = new jsforce.Connection({ loginUrl: base }).login(USER, 'wrong');
    await assert.rejects(wrong, { message: /^INVALID_LOGIN: Invalid username, password/ });
  },

  async logs_in_by_oauth_and_renews_its_session(base) {
    const conn = new jsforce.Connection({ oauth2: { loginUrl: base, ...APP } });
    await conn.login(USER, PASSWORD);
    assert.equal((await conn.identity()).username, USER);

    const oauth2 = new jsforce.OAuth2({ loginUrl: base, ...APP, redirectUri: CALLBACK });
    const state = crypto.randomUUID();
    const url = oauth2.getAuthorizationUrl({ scope: 'api refresh_token id', state });
    const answer = await consent(url);
    assert.equal(answer.get('state'), state);
    const web = new jsforce.Connection({ oauth2 });
    const user = await web.authorize(answer.get('code'));
    assert.match(user.id, /^005.{15}$/);
    assert.equal(web.instanceUrl, base);
    const [before, renewed] = [web.accessToken, []];
    web.on('refresh', (token) => renewed.push(token));
    await control('POST', 'faults', [{ action: { ends: 'session' } }]);
    assert.equal((await web.query('SELECT Id FROM Lead LIMIT 1')).totalSize, 1);
    assert.equal(renewed.length, 1);
    assert.notEqual(web.accessToken, before);
    await web.logout(true);
    assert.equal(await refusal(() => oauth2.refreshToken(web.refreshToken ?? 'gone')), 'invalid_grant');
  },

  async describes_the_org(base, conn) {
    const all = await conn.describeGlobal();
    const lead = all.sobjects.find((one) => one.name === 'Lead');
    assert.equal(lead.keyPrefix, '00Q');
    const described = await conn.sobject('Lead').describe();
    const field = described.fields.find((one) => one.name === 'Customer_Number__c');
    assert.equal(field.externalId, true);
    assert.equal(await refusal(() => conn.sobject('Nothing__c').describe()), 'NOT_FOUND');
  },

  async reads_all_pages(base, conn) {
    const first = await conn.query('SELECT Id FROM Lead');
    assert.deepEqual([first.totalSize, first.done, first.records.length], [LEADS, false, 2000]);
    const second = await conn.queryMore(first.nextRecordsUrl);
    const third = await conn.queryMore(second.nextRecordsUrl);
    assert.deepEqual([third.done, third.records.length], [true, 500]);
    const options = { autoFetch: true, maxFetch: 10_000 };
    const all = await conn.query('SELECT Id FROM Lead').execute(options);
    assert.equal(all.length ?? all.records.length, LEADS);
    assert.equal(await conn.sobject('Lead').count(), LEADS);
    const none = await conn.sobject('Lead').find({ LastName: "O'Nobody" }, 'Id, Name').limit(5);
    assert.deepEqual(none, []);
  },

  async writes_one_record(base, conn) {
    const leads = conn.sobject('Lead');
    const made = await leads.create(lead("O'Hara", { Email: 'ohara@clients.example' }));
    assert.equal(made.success, true);
    await leads.update({ Id: made.id, Title: 'Captain' });
    const read = await leads.retrieve(made.id);
    assert.deepEqual([read.LastName, read.Title], ["O'Hara", 'Captain']);
    const found = await leads.find({ LastName: "O'Hara" }, ['Id']);
    assert.deepEqual(found.map((one) => one.Id), [made.id]);
    assert.equal((await leads.destroy(made.id)).success, true);
    assert.equal(await refusal(() => leads.retrieve(made.id)), 'ENTITY_IS_DELETED');
  },

  async upserts_by_an_external_id(base, conn) {
    const leads = conn.sobject('Lead');
    const row = (name) => lead(name, { Customer_Number__c: 'J-1' });
    const first = await leads.upsert(row('First'), 'Customer_Number__c');
    const second = await leads.upsert(row('Second'), 'Customer_Number__c');
    assert.deepEqual([first.created, second.created], [true, false]);
    assert.equal((await leads.retrieve(first.id)).LastName, 'Second');
    await leads.destroy(first.id);
  },

  async writes_collections(base, conn) {
    const leads = conn.sobject('Lead');
    const made = await leads.create([lead('A'), lead('B', { Email: 'nothing' }), lead('C')]);
    assert.deepEqual(made.map((one) => one.success), [true, false, true]);
    assert.equal(made[1].errors[0].statusCode, 'INVALID_EMAIL_ADDRESS');
    const ids = [made[0].id, made[2].id];
    const saved = await leads.update(ids.map((Id) => ({ Id, Title: 'T' })));
    assert.deepEqual(saved.map((one) => one.success), [true, true]);
    const read = await leads.retrieve(ids);
    assert.deepEqual(read.map((one) => [one.LastName, one.Title]), [['A', 'T'], ['C', 'T']]);
    const gone = await leads.destroy(ids);
    assert.deepEqual(gone.map((one) => one.success), [true, true]);
  },

  async sends_composites(base, conn) {
    const at = `/services/data/v${conn.version}/sobjects`;
    const body = {
      allOrNone: true,
      compositeRequest: [
        { method: 'POST', url: `${at}/Account`, referenceId: 'a', body: { Name: 'Composite' } },
        { method: 'PATCH', url: `${at}/Account/@{a.id}`, referenceId: 'b', body: { Site: 'x' } },
        { method: 'DELETE', url: `${at}/Account/@{a.id}`, referenceId: 'c' },
      ],
    };
    const answer = await conn.requestPost(`/services/data/v${conn.version}/composite`, body);
    const statuses = answer.compositeResponse.map((one) => one.httpStatusCode);
    assert.deepEqual(statuses, [201, 204, 204]);
  },

  async searches(base, conn) {
    const made = await conn.sobject('Lead').create(lead('Searchable'));
    const found = await conn.search('FIND {Searchable} IN NAME FIELDS RETURNING Lead(Id)');
    assert.deepEqual(found.searchRecords.map((one) => one.Id), [made.id]);
    await conn.sobject('Lead').destroy(made.id);
  },

  async reads_limits_and_usage(base, conn) {
    const limits = await conn.limits();
    assert.equal(limits.DailyApiRequests.Max, 100000);
    assert.equal(conn.limitInfo.apiUsage.limit, 100000);
  },

  async reads_by_bulk_2(base, conn) {
    conn.bulk2.pollInterval = 100;
    const stream = await conn.bulk2.query('SELECT Id, LastName FROM Lead');
    const rows = await stream.toArray();
    assert.equal(rows.length, LEADS);
    assert.deepEqual(Object.keys(rows[0]), ['Id', 'LastName']);
  },

  async writes_by_bulk_2(base, conn) {
    conn.bulk2.pollInterval = 100;
    const input = [
      lead('Bulk A', { Email: 'bulk@clients.example' }),
      lead('Bulk B', { Email: 'nothing' }),
    ];
    const outcome = await conn.bulk2.loadAndWaitForResults({
      object: 'Lead',
      operation: 'insert',
      input,
    });
    const { successfulResults: good, failedResults: bad, unprocessedRecords: rest } = outcome;
    assert.deepEqual([good.length, bad.length, rest.length], [1, 1, 0]);
    assert.match(bad[0].sf__Error, /^INVALID_EMAIL_ADDRESS:/);
    const gone = await conn.bulk2.loadAndWaitForResults({
      object: 'Lead',
      operation: 'delete',
      input: [{ Id: good[0].sf__Id }],
    });
    assert.equal(gone.successfulResults.length, 1);
  },

  async tells_errors_apart(base, conn) {
    const made = () => conn.sobject('Lead').create({ FirstName: 'Nobody' });
    assert.equal(await refusal(made), 'REQUIRED_FIELD_MISSING');
    assert.equal(await refusal(() => conn.query('SELECT Id FORM Lead')), 'MALFORMED_QUERY');
    const wrong = new jsforce.Connection({ instanceUrl: base, accessToken: 'wrong' });
    const code = await refusal(() => wrong.query('SELECT Id FROM Lead'));
    assert.equal(code, 'INVALID_SESSION_ID');
    await control('POST', 'faults', [{ times: 2, action: { status: 503 } }]);
    assert.equal((await conn.query('SELECT Id FROM Lead LIMIT 1')).totalSize, 1);
  },
};

const connected = (base) => {
  const token = { instanceUrl: base, accessToken: 'an-access-token', version: '60.0' };
  return [base, new jsforce.Connection(token)];
};
run(checks, [['plain', connected(PLAIN)], ['tls', connected(TLS)]], () => control('DELETE', 'faults'));
