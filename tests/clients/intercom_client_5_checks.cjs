// intercom-client 5, the vendor's own for JavaScript before it was rewritten: it sends the token as
// the user name of Basic, names no version, and calls paths that are not described any more.
'use strict';

const assert = require('node:assert/strict');
const { Client } = require('intercom-client-5');

const { run } = require('./checks.cjs');

const { CARRICK_SIM_PLAIN: PLAIN } = process.env;

let made = 0;
const name = () => `five-${(made += 1)}-${process.pid}`;
const partsOf = (talk) => talk.conversation_parts.conversation_parts.map((part) => part.part_type);

async function talk(client) {
  const user = await client.contacts.createUser({ externalId: name() });
  const { conversation_id: id } = await client.conversations.create({ userId: user.id, body: 'Hello' });
  const { admins } = await client.admins.list();
  return { id, user, admins };
}

const checks = {
  async needs_its_token(client, base) {
    assert.ok((await client.admins.list()).admins.length > 1);
    const stranger = new Client({ tokenAuth: { token: 'wrong' } }).useRequestOpts({ baseURL: base });
    await assert.rejects(() => stranger.admins.list(), { statusCode: 401 });
  },

  async makes_a_user_of_a_lead(client) {
    const user = await client.contacts.createUser({
      externalId: name(), phone: '+48370044567', name: 'Niko', signedUpAt: 1638203719, isUnsubscribedFromEmails: true,
    });
    assert.deepEqual([user.role, user.unsubscribed_from_emails, user.signed_up_at], ['user', true, 1638203719]);
    const lead = await client.contacts.createLead({ name: 'Roman', phone: '+48370044567' });
    assert.equal(lead.role, 'lead');
    await client.contacts.archive({ id: lead.id });
    await client.contacts.unarchive({ id: lead.id });
    const merged = await client.contacts.mergeLeadInUser({ leadId: lead.id, userId: user.id });
    assert.equal(merged.id, user.id);
    const changed = await client.contacts.update({ id: user.id, name: 'Niko Bellic' });
    assert.equal(changed.name, 'Niko Bellic');
    assert.equal((await client.contacts.find({ id: user.id })).name, 'Niko Bellic');
    assert.equal((await client.contacts.delete({ id: user.id })).deleted, true);
  },

  async searches_and_pages_people(client) {
    const { id } = await client.contacts.createUser({ externalId: name(), name: 'Sought' });
    const value = [{ field: 'name', operator: '=', value: 'Sought' }, { field: 'role', operator: '=', value: 'user' }];
    const query = { operator: 'AND', value };
    const found = await client.contacts.search({ data: { query, pagination: { per_page: 5 } } });
    assert.deepEqual(found.data.map((row) => row.id), [id]);
    await client.contacts.delete({ id });
    const first = await client.contacts.list({ perPage: 5 });
    const second = await client.contacts.list({ perPage: 5, startingAfter: first.pages.next.starting_after });
    const ids = [...first.data, ...second.data].map((row) => row.id);
    assert.equal(new Set(ids).size, 10);
  },

  async keeps_companies_of_people(client) {
    const companyId = name();
    const company = await client.companies.create({ companyId, name: companyId, monthlySpend: 9001, plan: 'Pro', size: 62 });
    assert.deepEqual([company.company_id, company.monthly_spend, company.plan.name], [companyId, 9001, 'Pro']);
    await client.companies.update({ companyId: company.id, name: `${companyId} Ltd` });
    const user = await client.contacts.createUser({ externalId: name() });
    await client.companies.attachContact({ contactId: user.id, companyId: company.id });
    assert.equal((await client.companies.find({ companyId })).name, `${companyId} Ltd`);
    const attached = await client.companies.listAttachedContacts({ companyId: company.id, page: 1, perPage: 15 });
    assert.deepEqual(attached.data.map((row) => row.id), [user.id]);
    const theirs = await client.contacts.listAttachedCompanies({ id: user.id, perPage: 5, page: 1 });
    assert.deepEqual(theirs.data.map((row) => row.id), [company.id]);
    await client.tags.tagCompanies({ tagName: 'five', companiesIds: [company.id] });
    await client.tags.untagCompanies({ tagName: 'five', companiesIds: [company.id] });
    await client.companies.detachContact({ contactId: user.id, companyId: company.id });
    await client.companies.delete({ id: company.id });
    await assert.rejects(() => client.companies.find({ companyId }), { statusCode: 404 });
  },

  async lets_people_and_teammates_talk(client) {
    const { id, user, admins: [ada, bob] } = await talk(client);
    await client.conversations.replyByIdAsUser({ id, body: 'Anyone?', intercomUserId: user.id });
    await client.conversations.replyByIdAsAdmin({ id, adminId: ada.id, messageType: 'comment', body: 'Yes' });
    await client.conversations.replyByIdAsAdmin({ id, adminId: ada.id, messageType: 'note', body: '<b>VIP</b>' });
    await client.conversations.replyByLastAsUser({ body: 'Good', intercomUserId: user.id });
    await client.conversations.assign({ id, type: 'admin', adminId: ada.id, assigneeId: bob.id, body: 'Yours' });
    const assigned = await client.conversations.assign({ id, withRunningAssignmentRules: true });
    assert.equal(String(assigned.admin_assignee_id), bob.id);
    const snoozed = await client.conversations.snooze({ id, adminId: ada.id, snoozedUntil: 2501541980 });
    assert.deepEqual([snoozed.state, snoozed.snoozed_until], ['snoozed', 2501541980]);
    await client.conversations.open({ id, adminId: ada.id });
    const closed = await client.conversations.close({ id, adminId: ada.id, body: 'Bye' });
    assert.equal(closed.state, 'closed');
    assert.deepEqual(partsOf(await client.conversations.find({ id })),
      ['comment', 'comment', 'note', 'comment', 'assignment', 'snoozed', 'open', 'close']);
    const plain = await client.conversations.find({ id, inPlainText: true });
    assert.equal(plain.source.body, 'Hello');
    const query = { field: 'id', operator: '=', value: id };
    const found = await client.conversations.search({ data: { query } });
    assert.deepEqual(found.conversations.map((row) => row.id), [id]);
  },

  async lets_a_teammate_write_first(client) {
    const { user, admins: [ada] } = await talk(client);
    const from = { type: 'admin', id: ada.id };
    const to = { type: 'user', id: user.id };
    const sent = await client.messages.create({ messageType: 'email', subject: 'Hi', body: 'News', template: 'plain', from, to });
    assert.deepEqual([sent.message_type, sent.subject], ['email', 'Hi']);
  },

  async redacts_and_joins(client) {
    const { id, user, admins: [ada] } = await talk(client);
    const lead = await client.contacts.createLead({ name: 'Joins' });
    await client.conversations.attachContactAsAdmin({ id, adminId: ada.id, customer: { intercomUserId: lead.id } });
    await client.conversations.detachContactAsAdmin({ conversationId: id, contactId: lead.id, adminId: ada.id });
    await client.conversations.replyByIdAsUser({ id, body: 'My PIN is 1234', intercomUserId: user.id });
    const parts = (await client.conversations.find({ id })).conversation_parts.conversation_parts;
    const conversationPartId = parts.at(-1).id;
    const redacted = await client.conversations.redactConversationPart({ type: 'conversation_part', conversationId: id, conversationPartId });
    assert.ok(!JSON.stringify(redacted).includes('1234'));
  },

  async keeps_attributes_events_notes_and_tags(client) {
    const { id, user, admins: [ada] } = await talk(client);
    const options = [{ value: 'one' }, { value: 'two' }];
    const attribute = await client.dataAttributes.create({ name: name(), model: 'contact', dataType: 'string', options });
    const changed = await client.dataAttributes.update({ id: String(attribute.id), description: 'Which', archived: false });
    assert.equal(changed.description, 'Which');
    const attributes = await client.dataAttributes.list({ model: 'contact', includeArchived: true });
    assert.ok(attributes.data.some((row) => row.id === attribute.id));
    const createdAt = Math.floor(Date.now() / 1000);
    await client.events.create({ userId: user.external_id, eventName: 'ordered', createdAt, metadata: { price: 1 } });
    const events = await client.events.listBy({ userId: user.external_id, perPage: 2 });
    assert.deepEqual(events.events.map((event) => event.event_name), ['ordered']);
    const note = await client.notes.create({ adminId: ada.id, body: 'Calls back', contactId: user.id });
    assert.equal((await client.notes.find({ id: note.id })).body, '<p>Calls back</p>');
    assert.equal((await client.notes.list({ contactId: user.id, perPage: 25, page: 1 })).data.length, 1);
    const tag = await client.tags.create({ name: name() });
    await client.tags.tagContact({ contactId: user.id, tagId: tag.id });
    await client.tags.tagConversation({ conversationId: id, tagId: tag.id, adminId: ada.id });
    assert.deepEqual((await client.contacts.listAttachedTags({ id: user.id })).data.map((row) => row.id), [tag.id]);
    await client.tags.untagConversation({ conversationId: id, tagId: tag.id, adminId: ada.id });
    await client.tags.untagContact({ contactId: user.id, tagId: tag.id });
    await client.tags.delete({ id: tag.id });
  },

  async knows_the_workspace(client) {
    const { admins: [ada] } = await client.admins.list();
    const away = await client.admins.away({ adminId: ada.id, enableAwayMode: true, enableReassignMode: false });
    assert.equal(away.away_mode_enabled, true);
    await client.admins.away({ adminId: ada.id, enableAwayMode: false, enableReassignMode: false });
    const log = await client.admins.listAllActivityLogs({ after: new Date(Date.now() - 60_000), before: new Date(Date.now() + 60_000) });
    assert.deepEqual(log.activity_logs.slice(0, 2).map((row) => row.metadata.away_mode), [false, true]);
    const { teams } = await client.teams.list();
    assert.equal((await client.teams.find({ id: teams[0].id })).name, teams[0].name);
    assert.equal((await client.segments.list({ includeCount: true })).segments.length, 2);
    assert.ok((await client.subscriptions.listTypes()).data.length > 0);
  },

  async scrolls_all_companies(client) {
    const all = await client.companies.scroll.each({});
    const ids = all.map((company) => company.id);
    assert.equal(new Set(ids).size, ids.length);
    const { total_count: total } = await client.companies.list({ page: 1, perPage: 1 });
    assert.equal(ids.length, total);
  },
};

const connected = (base) => [new Client({ tokenAuth: { token: 'a-token' } }).useRequestOpts({ baseURL: base }), base];
run(checks, [['plain', connected(PLAIN)]]);
