// intercom-client, the vendor's own for JavaScript, as it comes from npm: over plain HTTP and over
// TLS. It speaks version 2.14.
'use strict';

const assert = require('node:assert/strict');
const { Intercom, IntercomClient, IntercomError } = require('intercom-client');

const { run } = require('./checks.cjs');

const { CARRICK_SIM_PLAIN: PLAIN, CARRICK_SIM_TLS: TLS } = process.env;
const [LEADS, USERS] = [120, 80];
const ID = /^[0-9a-f]{24}$/;

async function control(method, path, body) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${PLAIN}/_sim/${path}`, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
}

// Status and code of what is refused.
async function refusal(action) {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof IntercomError, String(error));
    return [error.statusCode, error.body.errors[0].code, error.body.errors[0].message];
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

async function all(page) {
  const found = [];
  for await (const row of await page) found.push(row);
  return found;
}

let made = 0;
// An address that nobody has.
const address = () => `client${(made += 1)}.${process.pid}@clients.example`;

const lead = (intercom, more = {}) => intercom.contacts.create({ role: 'lead', ...more });
const user = (intercom, more = {}) => intercom.contacts.create({ role: 'user', email: address(), ...more });
const anAdmin = async (intercom) => (await intercom.admins.list()).admins[0];

const checks = {
  async knows_who_it_is(intercom) {
    const me = await intercom.admins.identify();
    assert.equal(me.type, 'admin');
    assert.match(me.app.id_code, /^[0-9a-z]{8}$/);
    const { admins } = await intercom.admins.list();
    assert.ok(admins.some((admin) => admin.id === me.id));
    assert.equal((await intercom.admins.find({ admin_id: Number(me.id) })).email, me.email);
    const { teams } = await intercom.teams.list();
    assert.equal((await intercom.teams.find({ team_id: teams[0].id })).name, teams[0].name);
  },

  async creates_reads_changes_and_deletes_a_contact(intercom) {
    const email = address();
    const created = await user(intercom, { email: email.toUpperCase(), name: 'Ada', external_id: email });
    assert.match(created.id, ID);
    assert.equal(created.email, email, 'stored in lower case');
    const changed = await intercom.contacts.update({ contact_id: created.id, name: 'Ada L.', phone: '+353871234567' });
    assert.deepEqual([changed.name, changed.phone], ['Ada L.', '+353871234567']);
    const found = await intercom.contacts.find({ contact_id: created.id });
    assert.equal(found.name, 'Ada L.');
    const same = await intercom.contacts.showContactByExternalId({ external_id: email });
    assert.equal(same.id, created.id);
    const cleared = await intercom.contacts.update({ contact_id: created.id, phone: null });
    assert.equal(cleared.phone, null);
    const gone = await intercom.contacts.delete({ contact_id: created.id });
    assert.deepEqual([gone.id, gone.deleted], [created.id, true]);
    const [status, code] = await refusal(() => intercom.contacts.find({ contact_id: created.id }));
    assert.deepEqual([status, code], [404, 'not_found']);
  },

  async is_told_the_id_of_whom_there_is_already(intercom) {
    const email = address();
    const first = await user(intercom, { email });
    const [status, code, message] = await refusal(() => user(intercom, { email }));
    assert.deepEqual([status, code], [409, 'conflict']);
    assert.ok(message.endsWith(`id=${first.id}`), message);
    const [one, two] = [await lead(intercom, { email }), await lead(intercom, { email })];
    assert.notEqual(one.id, two.id, 'leads do not conflict');
  },

  async archives_unarchives_and_blocks(intercom) {
    const { id } = await user(intercom);
    assert.equal((await intercom.contacts.archive({ contact_id: id })).archived, true);
    assert.equal((await intercom.contacts.unarchive({ contact_id: id })).archived, false);
    const nuisance = await lead(intercom);
    assert.equal((await intercom.contacts.blockContact({ contact_id: nuisance.id })).blocked, true);
  },

  async merges_a_lead_into_a_user(intercom) {
    const email = address();
    const [from, into] = [await lead(intercom, { email }), await user(intercom, { email })];
    const merged = await intercom.contacts.mergeLeadInUser({ from: from.id, into: into.id });
    assert.equal(merged.id, into.id);
    const [status] = await refusal(() => intercom.contacts.find({ contact_id: from.id }));
    assert.equal(status, 404, 'before 2.16');
  },

  async lists_and_searches_page_by_page(intercom) {
    const rows = await all(intercom.contacts.list({ per_page: 60 }));
    assert.ok(rows.length >= LEADS + USERS, `${rows.length} contacts`);
    assert.equal(new Set(rows.map((row) => row.id)).size, rows.length, 'each once');
    const email = address();
    const created = await user(intercom, { email, name: 'Findable Person' });
    const query = {
      operator: 'AND',
      value: [
        { field: 'role', operator: '=', value: 'user' },
        { field: 'email', operator: '=', value: email },
      ],
    };
    const found = await all(intercom.contacts.search({ query, pagination: { per_page: 5 } }));
    assert.deepEqual(found.map((row) => row.id), [created.id]);
    const users = { field: 'role', operator: '=', value: 'user' };
    const everyone = await all(intercom.contacts.search({ query: users, pagination: { per_page: 25 } }));
    assert.ok(everyone.length >= USERS);
    const wrong = { field: 'shoe_size', operator: '=', value: '44' };
    const [status] = await refusal(() => intercom.contacts.search({ query: wrong }));
    assert.equal(status, 400);
  },

  async tags_contacts(intercom) {
    const tag = await intercom.tags.create({ name: `vip ${address()}` });
    const { id } = await lead(intercom);
    await intercom.tags.tagContact({ contact_id: id, id: tag.id });
    const listed = await intercom.contacts.listAttachedTags({ contact_id: id });
    assert.deepEqual(listed.data.map((it) => it.name), [tag.name]);
    await intercom.tags.untagContact({ contact_id: id, tag_id: tag.id });
    assert.deepEqual((await intercom.contacts.listAttachedTags({ contact_id: id })).data, []);
    assert.ok((await intercom.tags.list()).data.some((it) => it.id === tag.id));
    await intercom.tags.delete({ tag_id: tag.id });
    assert.equal((await refusal(() => intercom.tags.find({ tag_id: tag.id })))[0], 404);
  },

  async upserts_companies_and_attaches_them(intercom) {
    const company_id = address();
    const made = await intercom.companies.createOrUpdate({ company_id, name: 'Clients Ltd', size: 85 });
    const again = await intercom.companies.createOrUpdate({ company_id, name: 'Clients plc' });
    assert.deepEqual([again.id, again.name, again.size], [made.id, 'Clients plc', 85]);
    const { id } = await user(intercom);
    const attached = await intercom.companies.attachContact({ contact_id: id, id: made.id });
    assert.equal(attached.company_id, company_id);
    const theirs = await all(intercom.contacts.listAttachedCompanies({ contact_id: id }));
    assert.deepEqual(theirs.map((company) => company.id), [made.id]);
    const people = await intercom.companies.listAttachedContacts({ company_id: made.id });
    assert.deepEqual(people.data.map((contact) => contact.id), [id]);
    const one = await intercom.companies.retrieve({ company_id });
    assert.equal(one.id, made.id);
    const changed = await intercom.companies.update({ company_id: made.id, body: { website: 'http://clients.example/' } });
    assert.equal(changed.website, 'http://clients.example/');
    const listed = await all(intercom.companies.list({ per_page: 15 }));
    assert.ok(listed.some((company) => company.id === made.id));
    assert.equal(new Set(listed.map((company) => company.id)).size, listed.length);
    const scrolled = await all(intercom.companies.scroll());
    assert.deepEqual(new Set(scrolled.map((it) => it.id)), new Set(listed.map((it) => it.id)));
    await intercom.companies.detachContact({ contact_id: id, company_id: made.id });
    assert.deepEqual(await all(intercom.contacts.listAttachedCompanies({ contact_id: id })), []);
    const unknown = '58a430d35458202d41b1e65b';
    const refused = await refusal(() => intercom.companies.attachContact({ contact_id: id, id: unknown }));
    assert.deepEqual(refused.slice(0, 2), [404, 'company_not_found']);
    assert.equal((await intercom.companies.delete({ company_id: made.id })).deleted, true);
  },

  async keeps_notes(intercom) {
    const { id } = await lead(intercom);
    const admin = await anAdmin(intercom);
    const note = await intercom.notes.create({ contact_id: id, body: 'Called back', admin_id: admin.id });
    assert.equal(note.body, '<p>Called back</p>');
    assert.equal(note.author.id, admin.id);
    assert.equal((await intercom.notes.find({ note_id: Number(note.id) })).body, note.body);
    for (const body of ['two', 'three']) await intercom.notes.create({ contact_id: id, body, admin_id: admin.id });
    const notes = await all(intercom.notes.list({ contact_id: id, per_page: 2 }));
    assert.equal(new Set(notes.map((it) => it.id)).size, 3);
    const nobody = { contact_id: '5ba682d23d7cf92bef87bfd4', body: 'x', admin_id: admin.id };
    const refused = await refusal(() => intercom.notes.create(nobody));
    assert.deepEqual(refused.slice(0, 2), [404, 'not_found']);
  },

  async talks(intercom) {
    const contact = await user(intercom);
    const admin = await anAdmin(intercom);
    const message = await intercom.conversations.create({ from: { type: 'user', id: contact.id }, body: 'Hi, I need help' });
    const conversation_id = message.conversation_id;
    assert.ok(conversation_id);
    const begun = await intercom.conversations.find({ conversation_id });
    assert.equal(begun.source.body, '<p>Hi, I need help</p>');
    assert.deepEqual([begun.state, begun.priority], ['open', 'not_priority']);
    assert.equal(begun.conversation_parts.total_count, 0, 'the first message is the source');

    const answered = await intercom.conversations.reply({
      conversation_id,
      body: { message_type: 'comment', type: 'admin', admin_id: admin.id, body: 'One moment' },
    });
    assert.equal(answered.conversation_parts.conversation_parts.at(-1).body, '<p>One moment</p>');
    await intercom.conversations.reply({
      conversation_id,
      body: { message_type: 'note', type: 'admin', admin_id: admin.id, body: '<html><body><h2>Plan</h2></body></html>' },
    });
    await intercom.conversations.manage({
      conversation_id,
      body: { message_type: 'assignment', type: 'admin', admin_id: admin.id, assignee_id: admin.id },
    });
    const closing = { message_type: 'close', type: 'admin', admin_id: admin.id };
    assert.equal((await intercom.conversations.manage({ conversation_id, body: closing })).state, 'closed');
    const reopened = await intercom.conversations.reply({
      conversation_id,
      body: { message_type: 'comment', type: 'user', intercom_user_id: contact.id, body: 'Still there?' },
    });
    assert.equal(reopened.state, 'open', 'an answer of the contact opens it again');
    const snoozed_until = Math.floor(Date.now() / 1000) + 3600;
    const snooze = { message_type: 'snoozed', admin_id: admin.id, snoozed_until };
    const snoozed = await intercom.conversations.manage({ conversation_id, body: snooze });
    assert.deepEqual([snoozed.state, snoozed.snoozed_until], ['snoozed', snoozed_until]);
    const opened = await intercom.conversations.manage({ conversation_id, body: { message_type: 'open', admin_id: admin.id } });
    assert.equal(opened.state, 'open');

    const whole = await intercom.conversations.find({ conversation_id });
    const parts = whole.conversation_parts.conversation_parts;
    const said = parts.filter((part) => part.body).map((part) => [part.author.type, part.body]);
    assert.deepEqual(said, [
      ['admin', '<p>One moment</p>'],
      ['admin', '<h2>Plan</h2>'],
      ['user', '<p>Still there?</p>'],
    ]);
    const kinds = parts.map((part) => part.part_type);
    for (const kind of ['comment', 'note', 'assignment', 'close', 'snoozed', 'open']) {
      assert.ok(kinds.includes(kind), `${kind} of ${kinds}`);
    }
    assert.equal(whole.admin_assignee_id, Number(admin.id));
    const plain = await intercom.conversations.find({ conversation_id, display_as: 'plaintext' });
    assert.equal(plain.source.body, 'Hi, I need help');
  },

  async changes_tags_and_finds_conversations(intercom) {
    const contact = await user(intercom);
    const admin = await anAdmin(intercom);
    const { conversation_id } = await intercom.conversations.create({
      from: { type: 'user', id: contact.id }, body: 'A peculiar question',
    });
    const updated = await intercom.conversations.update({ conversation_id, read: true, title: 'Peculiar' });
    assert.deepEqual([updated.read, updated.title], [true, 'Peculiar']);
    const tag = await intercom.tags.create({ name: `billing ${address()}` });
    await intercom.tags.tagConversation({ conversation_id, id: tag.id, admin_id: admin.id });
    const tagged = await intercom.conversations.find({ conversation_id });
    assert.deepEqual(tagged.tags.tags.map((it) => it.id), [tag.id]);
    await intercom.tags.untagConversation({ conversation_id, tag_id: tag.id, admin_id: admin.id });
    const query = { operator: 'AND', value: [{ field: 'contact_ids', operator: '=', value: contact.id }] };
    const found = await all(intercom.conversations.search({ query, pagination: { per_page: 5 } }));
    assert.deepEqual(found.map((it) => it.id), [conversation_id]);
    const listed = await all(intercom.conversations.list({ per_page: 20 }));
    assert.ok(listed.some((it) => it.id === conversation_id));
    const other = await user(intercom);
    const joined = await intercom.conversations.attachContactAsAdmin({
      conversation_id, admin_id: admin.id, customer: { intercom_user_id: other.id },
    });
    assert.equal(joined.contacts.contacts.length, 2);
    const comment = { message_type: 'comment', type: 'admin', admin_id: admin.id, body: 'A secret' };
    const said = await intercom.conversations.reply({ conversation_id, body: comment });
    const part = said.conversation_parts.conversation_parts.at(-1);
    const redacted = await intercom.conversations.redactConversationPart({
      type: 'conversation_part', conversation_id, conversation_part_id: part.id,
    });
    const hidden = redacted.conversation_parts.conversation_parts.find((it) => it.id === part.id);
    assert.equal(hidden.redacted, true);
    assert.doesNotMatch(hidden.body, /secret/);
    const gone = await intercom.conversations.deleteConversation({ conversation_id: Number(conversation_id) });
    assert.equal(gone.deleted, true);
    const refused = await refusal(() => intercom.conversations.find({ conversation_id }));
    assert.equal(refused[0], 404);
  },

  async reports_events(intercom) {
    const contact = await user(intercom);
    const at = Math.floor(Date.now() / 1000) - 60;
    const event = { event_name: 'opportunity-won', created_at: at, id: contact.id, metadata: { stage: 'Closed Won' } };
    await intercom.events.create(event);
    await intercom.events.create(event);
    await intercom.events.create({ ...event, created_at: at + 1 });
    const listed = await intercom.events.list({ type: 'user', intercom_user_id: contact.id });
    assert.equal(listed.events.length, 2, 'twins of one second are one');
    assert.deepEqual(listed.events[0].metadata, { stage: 'Closed Won' });
    const nobody = { event_name: 'x', created_at: at, id: '5ba682d23d7cf92bef87bfd4' };
    assert.equal((await refusal(() => intercom.events.create(nobody)))[0], 404);
  },

  async defines_data_attributes(intercom) {
    const name = `score_${process.pid}_${(made += 1)}`;
    const created = await intercom.dataAttributes.create({ name, model: 'contact', data_type: 'integer' });
    assert.deepEqual([created.name, created.custom, created.archived], [name, true, false]);
    const twice = await refusal(() => intercom.dataAttributes.create({ name, model: 'company', data_type: 'string' }));
    assert.deepEqual(twice.slice(0, 2), [400, 'parameter_invalid']);
    const { id } = await lead(intercom, { custom_attributes: { [name]: 7 } });
    assert.equal((await intercom.contacts.find({ contact_id: id })).custom_attributes[name], 7);
    const listed = await intercom.dataAttributes.list({ model: 'contact' });
    assert.ok(listed.data.some((attribute) => attribute.name === name));
    const archived = await intercom.dataAttributes.update({ data_attribute_id: created.id, body: { archived: true } });
    assert.equal(archived.archived, true);
    const unknown = { custom_attributes: { never_defined: 'x' } };
    assert.equal((await refusal(() => lead(intercom, unknown)))[0], 400);
  },

  async reads_segments_and_subscriptions(intercom) {
    const { id } = await user(intercom);
    const { segments } = await intercom.segments.list();
    assert.deepEqual(segments.map((it) => [it.name, it.person_type]), [['All users', 'user'], ['All leads', 'contact']]);
    const theirs = await intercom.contacts.listAttachedSegments({ contact_id: id });
    assert.deepEqual(theirs.data.map((it) => it.id), [segments[0].id]);
    const types = (await intercom.subscriptionTypes.list()).data;
    assert.ok(types.some((it) => it.consent_type === 'opt_in'), JSON.stringify(types));
    const none = await intercom.contacts.listAttachedSubscriptions({ contact_id: id });
    assert.deepEqual(none.data, [], 'nothing was chosen yet');
  },

  async tells_errors_apart(intercom, base) {
    const wrong = new IntercomClient({ token: 'wrong', baseUrl: base, maxRetries: 0 });
    await assert.rejects(() => wrong.contacts.list(), Intercom.UnauthorizedError);
    const path = '/contacts';
    await control('POST', 'faults', { method: 'GET', path, status: 503, times: 2 });
    assert.ok((await intercom.contacts.list({ per_page: 5 })).data.length > 0, 'tried again');
    await control('PUT', 'rate-limit', { per_minute: 6 });
    const patient = new IntercomClient({ token: 'a-token', baseUrl: base, maxRetries: 0 });
    const many = Promise.all([1, 2, 3].map(() => patient.admins.list()));
    await assert.rejects(many, { statusCode: 429 });
    await control('PUT', 'rate-limit', { per_minute: null });
  },
};

const connected = (base) => [new IntercomClient({ token: 'a-token', baseUrl: base }), base];
run(checks, [['plain', connected(PLAIN)], ['tls', connected(TLS)]], async () => {
  await control('DELETE', 'faults');
  await control('PUT', 'rate-limit', { per_minute: null });
});
