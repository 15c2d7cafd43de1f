-- What becomes of images that nothing needs any more, how much a project may have, and which tags go or stay.

-- When it was first seen that nothing needs it; nothing: something does, or a client was told that it is there and has time to say what for.
ALTER TABLE registry_blobs ADD COLUMN unused_since bigint;
ALTER TABLE registry_manifests ADD COLUMN unused_since bigint;
ALTER TABLE registry_manifests ADD COLUMN pulled_at bigint; -- the last time, within the hour

CREATE TABLE registry_projects (
  project_id bigint NOT NULL PRIMARY KEY REFERENCES projects (id),
  quota bigint,                 -- bytes; nothing: the server's
  cleanup text,                 -- JSON: CleanupPolicy
  cleanup_at bigint             -- when it is run next; nothing: it is not
);
CREATE INDEX registry_projects_cleanup_at ON registry_projects (cleanup_at);

-- Tags that not everybody may push or delete; and, without levels, that nobody may change.
CREATE TABLE registry_tag_rules (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  pattern text NOT NULL,        -- regular expression, RE2's
  push_level bigint,
  delete_level bigint
);
CREATE UNIQUE INDEX registry_tag_rules_pattern ON registry_tag_rules (project_id, pattern);
