-- What matching, owners and events need. Instants, yes and no, and ids as in the first script.

-- Pairs follow from the directory and the settings.
DROP TABLE pairing;

ALTER TABLE link DROP COLUMN writes;
-- When the last event about it was dated; two of one second would pass for one.
ALTER TABLE link ADD COLUMN announced INTEGER;
-- JSON: by field, when it was last put back against somebody else's writes.
ALTER TABLE link ADD COLUMN put_backs TEXT NOT NULL DEFAULT '{}';

-- 1: a Salesforce User of the type Standard; 1 for teammates and queues too.
ALTER TABLE directory ADD COLUMN standard INTEGER NOT NULL DEFAULT 1;
-- When a Salesforce User last logged in.
ALTER TABLE directory ADD COLUMN last_login INTEGER;

-- 1: did not come when asked for by id, but nobody said that it was deleted.
ALTER TABLE record ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

-- Of a merged contact: its match key, while a pin or an intent of that key still has to move to the
-- survivor, because the survivor's key is not known yet.
ALTER TABLE alias ADD COLUMN key TEXT;
CREATE INDEX alias_moving ON alias (c) WHERE key IS NOT NULL;
INSERT OR IGNORE INTO alias (c, side, old_id, new_id, why, at)
  SELECT c, 'salesforce', id, successor_id,
         CASE WHEN substr(id, 1, 3) = substr(successor_id, 1, 3) THEN 'merge' ELSE 'conversion' END,
         seen_at
  FROM record WHERE successor_id IS NOT NULL;

-- Persons without a clear match, and nobody else.
CREATE TABLE verdict (
  c           INTEGER NOT NULL, -- connection
  kh          INTEGER NOT NULL, -- hash of the match key
  key         TEXT NOT NULL,    -- match key
  verdict     TEXT NOT NULL,    -- many_leads, many_contacts or crowded
  contacts    INTEGER NOT NULL, -- how many contacts have the key
  leads       INTEGER NOT NULL, -- how many Leads
  sf_contacts INTEGER NOT NULL, -- how many Salesforce contacts
  since       INTEGER NOT NULL, -- since when this is the verdict
  PRIMARY KEY (c, kh, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdict_by_verdict ON verdict (c, verdict, kh, key);

-- Many events may wait while few can be sent, and closed ones pile up; each is found in its order.
CREATE INDEX intent_open ON intent (c, kind) WHERE state = 'open';
CREATE INDEX intent_unknown ON intent (c, kind) WHERE state = 'unknown';
CREATE INDEX intent_sent ON intent (c, kind, sent_at) WHERE state = 'sent';
CREATE INDEX intent_closed ON intent (org_id, kind, opened_at)
  WHERE state IN ('done', 'refused');
