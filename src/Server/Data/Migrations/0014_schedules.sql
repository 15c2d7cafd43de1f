-- Pipelines that start by themselves.
CREATE TABLE pipeline_schedules (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  owner_id bigint NOT NULL REFERENCES users (id),  -- in whose name they run
  description text NOT NULL,
  ref text NOT NULL,            -- refs/heads/main, refs/tags/v1
  cron text NOT NULL,
  cron_timezone text NOT NULL,
  active bigint NOT NULL,
  next_run_at bigint NOT NULL,
  last_run_at bigint,           -- the moment the last one was due
  variables {bytes},            -- sealed JSON
  inputs text NOT NULL,         -- JSON: [{"name": "…", "value": …}]
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE INDEX pipeline_schedules_project_id ON pipeline_schedules (project_id, id);
CREATE INDEX pipeline_schedules_owner_id ON pipeline_schedules (owner_id);

-- Tokens with which somebody outside starts a pipeline in the owner's name.
CREATE TABLE pipeline_triggers (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  owner_id bigint NOT NULL REFERENCES users (id),
  description text NOT NULL,
  hash text NOT NULL,
  sealed {bytes} NOT NULL,      -- the token itself: its owner may read it again
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  expires_at bigint,
  last_used_at bigint
);
CREATE UNIQUE INDEX pipeline_triggers_hash ON pipeline_triggers (hash);
CREATE INDEX pipeline_triggers_project_id ON pipeline_triggers (project_id, id);
CREATE INDEX pipeline_triggers_owner_id ON pipeline_triggers (owner_id);

ALTER TABLE pipelines ADD COLUMN schedule_id bigint;
ALTER TABLE pipelines ADD COLUMN trigger_id bigint;
CREATE INDEX pipelines_schedule_id ON pipelines (schedule_id, id);
CREATE INDEX pipelines_trigger_id ON pipelines (trigger_id);
