-- Where jobs deploy to.
CREATE TABLE environments (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  name text NOT NULL,
  slug text NOT NULL,
  tier text NOT NULL,           -- production, staging, testing, development, other
  state text NOT NULL,          -- available, stopping, stopped
  description text NOT NULL,
  external_url text,
  auto_stop_at bigint,
  auto_stop_setting text NOT NULL, -- always; with_action: only when a job stops it
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE UNIQUE INDEX environments_name ON environments (project_id, name);

-- One for each attempt at a job that deploys, and for each that somebody tells of.
CREATE TABLE deployments (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  iid bigint NOT NULL,
  environment_id bigint NOT NULL REFERENCES environments (id),
  job_id bigint REFERENCES jobs (id), -- null: done elsewhere
  user_id bigint NOT NULL REFERENCES users (id),
  ref text NOT NULL,            -- without refs/heads/ or refs/tags/
  tag bigint NOT NULL,
  sha text NOT NULL,
  status text NOT NULL,         -- created, running, success, failed, canceled, skipped
  on_stop text,                 -- the job that stops what this one started
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  finished_at bigint
);
CREATE UNIQUE INDEX deployments_iid ON deployments (project_id, iid);
CREATE UNIQUE INDEX deployments_job_id ON deployments (job_id);
CREATE INDEX deployments_environment_id ON deployments (environment_id, status, id);
