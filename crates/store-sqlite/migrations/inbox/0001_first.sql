-- Webhooks that were answered and are not yet in the store. Appended only; no secondary index, so
-- that a commit touches as few pages as it can.
CREATE TABLE inbox (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival; never used twice
  workspace_id TEXT NOT NULL,                     -- whose
  topic        TEXT NOT NULL,                     -- the vendor's topic
  received_at  INTEGER NOT NULL,                  -- when we got it, in milliseconds since 1970
  body         BLOB NOT NULL                      -- the exact bytes
) STRICT;
