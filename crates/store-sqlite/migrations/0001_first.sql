-- The first tables. Instants are milliseconds since 1970 (UTC), yes and no are 1 and 0, lists and
-- structures are JSON, ids are text as the vendor writes them. `c` is always the connection's
-- number and comes first in every key, so that one connection can be moved or removed as a range.
-- Tables are clustered by what the sweep reads: by the hash of the person's key, then by id.

CREATE TABLE connection (
  c            INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the connection; never used twice
  name         TEXT NOT NULL UNIQUE,              -- chosen by the admin
  org_id       TEXT,                              -- the org, once Salesforce is connected
  workspace_id TEXT UNIQUE,                       -- the workspace, once Intercom is connected
  state        TEXT NOT NULL,                     -- JSON: whether it works, and if not, why
  profile      TEXT NOT NULL,                     -- JSON: what is known of both sides, nothing secret
  settings     TEXT NOT NULL,                     -- JSON: the admin's choices
  settings_rev INTEGER NOT NULL,                  -- rises by one with each change of the settings
  projection   INTEGER NOT NULL DEFAULT 0,        -- number of the list of fields that is read now
  key_rev      INTEGER NOT NULL DEFAULT 0,        -- rises when keys are folded in another way
  queue_rev    INTEGER NOT NULL DEFAULT 0         -- last revision given to a queue row; never used twice
) STRICT;

CREATE TABLE credential (
  c      INTEGER NOT NULL, -- connection
  side   TEXT NOT NULL,    -- intercom or salesforce
  sealed BLOB NOT NULL,    -- cipher text with nonce and key id
  rev    INTEGER NOT NULL, -- rises by one with each change; refreshing compares it
  PRIMARY KEY (c, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
  org_id TEXT NOT NULL PRIMARY KEY, -- whose vendor calls the holder makes
  node   TEXT NOT NULL,             -- the holder
  epoch  INTEGER NOT NULL,          -- rises with each holder; a settle of an older one is refused
  until  INTEGER NOT NULL           -- when it ends unless renewed
) STRICT, WITHOUT ROWID;

-- The mirror of Intercom: contacts as they were last shown.
CREATE TABLE contact (
  c          INTEGER NOT NULL, -- connection
  kh         INTEGER NOT NULL, -- hash of the person's key; without a key, of the contact's id
  id         TEXT NOT NULL,    -- Intercom's id
  key        TEXT,             -- match key; empty for a person of one
  role       TEXT NOT NULL,    -- lead or user
  stamp      INTEGER NOT NULL, -- the vendor's updated_at
  seen_at    INTEGER NOT NULL, -- when we read it
  stale      INTEGER NOT NULL, -- 1: read it by id before the next plan
  projection INTEGER NOT NULL, -- which fields the body holds, in which order
  owner_id   TEXT,             -- teammate who owns it
  digest     INTEGER NOT NULL, -- hash over key, role, owner and body: equal means unchanged
  body       TEXT NOT NULL,    -- JSON array of the values
  PRIMARY KEY (c, kh, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX contact_by_id ON contact (c, id);

-- The mirror of Salesforce: Leads and contacts as they were last shown.
CREATE TABLE record (
  c            INTEGER NOT NULL, -- connection
  kh           INTEGER NOT NULL, -- hash of the match key; 0 without one
  id           TEXT NOT NULL,    -- Salesforce's id
  key          TEXT,             -- match key
  object       TEXT NOT NULL,    -- Lead or Contact
  stamp        INTEGER NOT NULL, -- SystemModstamp
  seen_at      INTEGER NOT NULL, -- when we read it
  stale        INTEGER NOT NULL, -- 1: read it by id before the next plan
  projection   INTEGER NOT NULL, -- which fields the body holds, in which order
  owner_id     TEXT,             -- User or queue
  account_id   TEXT,             -- a contact's Account
  successor_id TEXT,             -- what it became by conversion or merge
  gone         INTEGER NOT NULL, -- 1: deleted, merged away or invisible
  digest       INTEGER NOT NULL, -- hash over everything but stamps: equal means unchanged
  body         TEXT NOT NULL,    -- JSON array of the values
  PRIMARY KEY (c, kh, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX record_by_id ON record (c, id);
CREATE INDEX record_by_account ON record (c, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX record_by_owner ON record (c, owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX record_by_successor ON record (c, successor_id) WHERE successor_id IS NOT NULL;

CREATE TABLE account (
  c        INTEGER NOT NULL, -- connection
  id       TEXT NOT NULL,    -- Salesforce's id
  owner_id TEXT,             -- User who owns it
  stamp    INTEGER NOT NULL, -- SystemModstamp
  seen_at  INTEGER NOT NULL, -- when we read it
  body     TEXT NOT NULL,    -- JSON array of the values
  PRIMARY KEY (c, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_by_owner ON account (c, owner_id) WHERE owner_id IS NOT NULL;

-- Who can own things, on both sides.
CREATE TABLE directory (
  c      INTEGER NOT NULL, -- connection
  side   TEXT NOT NULL,    -- intercom or salesforce
  id     TEXT NOT NULL,    -- the vendor's id
  kind   TEXT NOT NULL,    -- teammate, user or queue
  email  TEXT,             -- a queue has none
  name   TEXT NOT NULL,    -- full name
  role   TEXT,             -- role in Salesforce
  title  TEXT,             -- job title
  active INTEGER NOT NULL, -- 1: may still own things
  PRIMARY KEY (c, side, id)
) STRICT, WITHOUT ROWID;

-- Which Salesforce User is which teammate.
CREATE TABLE pairing (
  c           INTEGER NOT NULL, -- connection
  user_id     TEXT NOT NULL,    -- Salesforce User
  teammate_id TEXT NOT NULL,    -- Intercom teammate
  by          TEXT NOT NULL,    -- email, or the admin who chose
  PRIMARY KEY (c, user_id)
) STRICT, WITHOUT ROWID;

-- Which contact shows which record. Cannot be read again from anywhere.
CREATE TABLE link (
  c          INTEGER NOT NULL,           -- connection
  contact_id TEXT NOT NULL,              -- Intercom contact; one link each
  record_id  TEXT NOT NULL,              -- Lead or Salesforce contact
  since      INTEGER NOT NULL,           -- when it was linked
  how        TEXT NOT NULL,              -- key, pin or created
  base       TEXT NOT NULL,              -- JSON: what each side showed when both last agreed
  writes     INTEGER NOT NULL DEFAULT 0, -- enforced writes within the hour, for the brake
  PRIMARY KEY (c, contact_id, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_record ON link (c, record_id);

-- A teammate's choice of the record that a person is; one each. Cannot be read again from anywhere.
CREATE TABLE pin (
  c         INTEGER NOT NULL, -- connection
  kh        INTEGER NOT NULL, -- hash of the match key
  key       TEXT NOT NULL,    -- match key
  record_id TEXT NOT NULL,    -- the chosen record
  by        TEXT NOT NULL,    -- teammate
  at        INTEGER NOT NULL, -- when
  PRIMARY KEY (c, kh, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX pin_by_record ON pin (c, record_id);

-- Ids that were replaced by merges and conversions.
CREATE TABLE alias (
  c      INTEGER NOT NULL, -- connection
  side   TEXT NOT NULL,    -- intercom or salesforce
  old_id TEXT NOT NULL,    -- the id that is no more
  new_id TEXT NOT NULL,    -- what stands for it
  why    TEXT NOT NULL,    -- merge or conversion
  at     INTEGER NOT NULL, -- when we learned it
  PRIMARY KEY (c, side, old_id)
) STRICT, WITHOUT ROWID;

-- Which subjects may need a look: a set, not a log.
CREATE TABLE queue (
  c       INTEGER NOT NULL, -- connection
  subject TEXT NOT NULL,    -- kind and id
  lane    INTEGER NOT NULL, -- 0 interactive, 1 live, 2 repair, 3 bulk
  due     INTEGER NOT NULL, -- not before
  rev     INTEGER NOT NULL, -- from connection.queue_rev at the last mark
  reason  TEXT NOT NULL,    -- why it was marked last
  PRIMARY KEY (c, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_by_due ON queue (c, lane, due);

-- Walks over all persons.
CREATE TABLE sweep (
  c           INTEGER NOT NULL, -- connection
  kind        TEXT NOT NULL,    -- which walk
  position_kh INTEGER,          -- hash of the last settled person; empty before the first
  position_id TEXT,             -- its last contact
  started_at  INTEGER NOT NULL, -- when it began
  state       TEXT NOT NULL,    -- reading, reconciling, stopped, done or failed
  counts      TEXT NOT NULL,    -- JSON: what it counted so far
  PRIMARY KEY (c, kind)
) STRICT, WITHOUT ROWID;

-- Readings of a whole side.
CREATE TABLE scan (
  id         INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the scan; never used twice
  c          INTEGER NOT NULL,                  -- connection
  side       TEXT NOT NULL,                     -- intercom or salesforce
  started_at INTEGER NOT NULL,                  -- when it began
  state      TEXT NOT NULL,                     -- reading, merging, finished or dropped
  read       INTEGER NOT NULL,                  -- rows staged; numbers them
  doubles    INTEGER NOT NULL,                  -- of these, with an id that was met before
  fresh      INTEGER NOT NULL,                  -- rows merged that were not in the mirror
  changed    INTEGER NOT NULL,                  -- rows merged that had changed
  missing    INTEGER NOT NULL,                  -- rows not met, once finished
  bucket     INTEGER NOT NULL,                  -- bucket of the stage that is merged next
  last_kh    INTEGER,                           -- last row merged of that bucket: hash
  last_seq   INTEGER                            -- last row merged of that bucket: number
) STRICT;
CREATE INDEX scan_by_side ON scan (c, side);

-- Ids that a scan met; dropped with it.
CREATE TABLE sighting (
  c     INTEGER NOT NULL, -- connection
  scan  INTEGER NOT NULL, -- the scan
  side  TEXT NOT NULL,    -- intercom or salesforce
  id    TEXT NOT NULL,    -- what was met
  twice INTEGER NOT NULL, -- 1: met more than once, so that none of its rows can be trusted
  PRIMARY KEY (c, scan, side, id)
) STRICT, WITHOUT ROWID;

-- Contacts that a scan read and did not merge yet. Rows are appended to buckets of neighbouring
-- hashes, so that merging in the order of the mirror sorts one bucket at a time.
CREATE TABLE stage_contact (
  scan       INTEGER NOT NULL, -- the scan
  bucket     INTEGER NOT NULL, -- leading bits of the hash
  seq        INTEGER NOT NULL, -- order of reading
  kh         INTEGER NOT NULL, -- as contact.kh, and so on
  id         TEXT NOT NULL,    -- as contact.id
  key        TEXT,             -- as contact.key
  role       TEXT NOT NULL,    -- as contact.role
  stamp      INTEGER NOT NULL, -- as contact.stamp
  seen_at    INTEGER NOT NULL, -- as contact.seen_at
  stale      INTEGER NOT NULL, -- as contact.stale
  projection INTEGER NOT NULL, -- as contact.projection
  owner_id   TEXT,             -- as contact.owner_id
  body       TEXT NOT NULL,    -- as contact.body
  PRIMARY KEY (scan, bucket, seq)
) STRICT, WITHOUT ROWID;

-- Records that a scan read and did not merge yet. Those without a key have the last bucket: whether
-- they are kept depends on the others.
CREATE TABLE stage_record (
  scan         INTEGER NOT NULL, -- the scan
  bucket       INTEGER NOT NULL, -- leading bits of the hash
  seq          INTEGER NOT NULL, -- order of reading
  kh           INTEGER NOT NULL, -- as record.kh, and so on
  id           TEXT NOT NULL,    -- as record.id
  key          TEXT,             -- as record.key
  stamp        INTEGER NOT NULL, -- as record.stamp
  seen_at      INTEGER NOT NULL, -- as record.seen_at
  stale        INTEGER NOT NULL, -- as record.stale
  projection   INTEGER NOT NULL, -- as record.projection
  owner_id     TEXT,             -- as record.owner_id
  account_id   TEXT,             -- as record.account_id
  successor_id TEXT,             -- as record.successor_id
  gone         INTEGER NOT NULL, -- as record.gone
  body         TEXT NOT NULL,    -- as record.body
  PRIMARY KEY (scan, bucket, seq)
) STRICT, WITHOUT ROWID;

-- What is about to be created in a cloud. Belongs to the org. Cannot be read again from anywhere.
CREATE TABLE intent (
  id          INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the intent; never used twice
  org_id      TEXT NOT NULL,                     -- where it is created
  c           INTEGER NOT NULL,                  -- connection that asked
  kind        TEXT NOT NULL,                     -- what is created
  target      TEXT NOT NULL,                     -- for whom; for a Lead the match key
  state       TEXT NOT NULL,                     -- open, sent, unknown, done or refused
  opened_at   INTEGER NOT NULL,                  -- when it was written down
  sent_at     INTEGER,                           -- when the last call was begun
  quiet_until INTEGER,                           -- until then "not found" is not final
  look_at     INTEGER,                           -- when to look again
  payload     TEXT NOT NULL,                     -- JSON: what is sent
  outcome_id  TEXT,                              -- what was created
  refusal     TEXT,                              -- why it was refused, in words for people
  by          TEXT NOT NULL                      -- teammate or rule
) STRICT;
CREATE UNIQUE INDEX intent_standing ON intent (org_id, kind, target)
  WHERE state IN ('open', 'sent', 'unknown');
CREATE UNIQUE INDEX intent_outcome ON intent (org_id, kind, outcome_id)
  WHERE outcome_id IS NOT NULL;

-- What did not work, until it does.
CREATE TABLE failure (
  c            INTEGER NOT NULL, -- connection
  subject      TEXT NOT NULL,    -- kind and id
  digest       INTEGER NOT NULL, -- hash of the write that failed
  cause        TEXT NOT NULL,    -- machine name of the cause
  waits_for    TEXT NOT NULL,    -- time, plan, reconnect or change
  retry_at     INTEGER,          -- when time may have cured it
  first        INTEGER NOT NULL, -- first time
  last         INTEGER NOT NULL, -- last time
  count        INTEGER NOT NULL, -- how often
  summary      TEXT NOT NULL,    -- what happened, in words for people
  vendor_words TEXT,             -- the vendor's own message
  PRIMARY KEY (c, subject, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX failure_by_cause ON failure (c, cause);
CREATE INDEX failure_by_waiting ON failure (c, waits_for);

CREATE TABLE conversation (
  c           INTEGER NOT NULL, -- connection
  id          TEXT NOT NULL,    -- Intercom's id
  stamp       INTEGER NOT NULL, -- the vendor's updated_at
  state       TEXT NOT NULL,    -- open, closed or snoozed
  assignee_id TEXT,             -- teammate who has it
  contact_ids TEXT NOT NULL,    -- JSON array
  digest      INTEGER NOT NULL, -- hash over what is logged of it
  PRIMARY KEY (c, id)
) STRICT, WITHOUT ROWID;

-- Which Salesforce Task logs which conversation.
CREATE TABLE task (
  c               INTEGER NOT NULL, -- connection
  conversation_id TEXT NOT NULL,    -- Intercom conversation
  record_id       TEXT NOT NULL,    -- on which record
  task_id         TEXT NOT NULL,    -- the Task
  state           TEXT NOT NULL,    -- open or closed
  digest          INTEGER NOT NULL, -- hash over what was last written
  PRIMARY KEY (c, conversation_id, record_id)
) STRICT, WITHOUT ROWID;

-- What was seen and done, and why. Appended only.
CREATE TABLE timeline (
  seq     INTEGER PRIMARY KEY, -- order of writing
  c       INTEGER NOT NULL,    -- connection
  kh      INTEGER,             -- hash of the person's key, where it is about a person
  subject TEXT NOT NULL,       -- an id, or person:hash; never an email
  at      INTEGER NOT NULL,    -- when
  kind    TEXT NOT NULL,       -- run, create, pin, sync, connection or failure
  rule    TEXT NOT NULL,       -- the rule that decided
  body    TEXT NOT NULL        -- JSON array of lines for people
) STRICT;
CREATE INDEX timeline_by_person ON timeline (c, kh, seq) WHERE kh IS NOT NULL;
CREATE INDEX timeline_by_subject ON timeline (c, subject, seq);
CREATE INDEX timeline_by_connection ON timeline (c, seq);

CREATE TABLE cursor (
  c       INTEGER NOT NULL, -- connection
  source  TEXT NOT NULL,    -- what is read
  value   TEXT NOT NULL,    -- up to where
  safe_at INTEGER NOT NULL, -- when it was moved
  PRIMARY KEY (c, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE metadata (
  c        INTEGER NOT NULL, -- connection
  object   TEXT NOT NULL,    -- API name
  describe TEXT NOT NULL,    -- JSON: fields, types, picklists, permissions
  digest   INTEGER NOT NULL, -- hash over it
  PRIMARY KEY (c, object)
) STRICT, WITHOUT ROWID;

-- What the card showed last, for a minute.
CREATE TABLE card (
  c         INTEGER NOT NULL, -- connection
  record_id TEXT NOT NULL,    -- which record
  read_at   INTEGER NOT NULL, -- when it was read
  body      TEXT NOT NULL,    -- JSON: what was read live
  PRIMARY KEY (c, record_id)
) STRICT, WITHOUT ROWID;

-- What another process or node asked of the one that makes the calls.
CREATE TABLE click (
  id      TEXT NOT NULL PRIMARY KEY, -- chosen by who asks
  c       INTEGER NOT NULL,          -- connection
  request TEXT NOT NULL,             -- JSON: what is asked
  answer  TEXT,                      -- JSON: what came of it
  state   TEXT NOT NULL,             -- asked, taken or answered
  until   INTEGER NOT NULL           -- when nobody waits any more
) STRICT, WITHOUT ROWID;
