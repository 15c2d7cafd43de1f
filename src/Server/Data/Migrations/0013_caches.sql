-- Cache archives that runners share. Jobs on protected refs have a set of their own, which no other job can write.
CREATE TABLE caches (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  protected bigint NOT NULL,
  key text NOT NULL,
  blob text NOT NULL,           -- digest
  size bigint NOT NULL,         -- bytes
  created_at bigint NOT NULL,
  used_at bigint NOT NULL
);
CREATE UNIQUE INDEX caches_place ON caches (project_id, protected, key);
CREATE INDEX caches_used_at ON caches (used_at);
CREATE INDEX caches_blob ON caches (blob);

-- How the jobs of a resource group take turns.
CREATE TABLE resource_groups (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  key text NOT NULL,
  process_mode text NOT NULL,   -- unordered, oldest_first, newest_first, newest_ready_first
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE UNIQUE INDEX resource_groups_place ON resource_groups (project_id, key);
