-- What other systems say of a commit: jobs of a pipeline that no runner of ours runs.
CREATE TABLE commit_statuses (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  pipeline_id bigint NOT NULL REFERENCES pipelines (id),
  user_id bigint NOT NULL REFERENCES users (id),
  ref text NOT NULL,
  name text NOT NULL,
  status text NOT NULL,         -- pending, running, success, failed, canceled, skipped
  retried bigint NOT NULL,      -- 1: a newer one of this name counts
  description text,
  target_url text,
  coverage text,                -- percent
  created_at bigint NOT NULL,
  started_at bigint,
  finished_at bigint
);
CREATE INDEX commit_statuses_pipeline_id ON commit_statuses (pipeline_id, name);
CREATE INDEX commit_statuses_project_id ON commit_statuses (project_id);

-- 1: the pipeline has some.
ALTER TABLE pipelines ADD COLUMN external bigint NOT NULL DEFAULT 0;
