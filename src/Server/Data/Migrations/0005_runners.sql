CREATE TABLE runners (
  id {identity},
  runner_type text NOT NULL,    -- instance_type, group_type, project_type
  namespace_id bigint REFERENCES namespaces (id),
  creator_id bigint REFERENCES users (id),
  token_hash text NOT NULL UNIQUE,
  token_expires_at bigint,
  description text NOT NULL,
  maintenance_note text NOT NULL,
  paused bigint NOT NULL,
  locked bigint NOT NULL,
  run_untagged bigint NOT NULL,
  tags text NOT NULL,           -- JSON
  access_level text NOT NULL,   -- not_protected, ref_protected
  maximum_timeout bigint,       -- seconds
  created_at bigint NOT NULL,
  contacted_at bigint
);

CREATE TABLE runner_projects (
  runner_id bigint NOT NULL REFERENCES runners (id),
  project_id bigint NOT NULL REFERENCES projects (id),
  PRIMARY KEY (runner_id, project_id)
);
CREATE INDEX runner_projects_project_id ON runner_projects (project_id);

-- A process that uses a runner's token.
CREATE TABLE runner_managers (
  id {identity},
  runner_id bigint NOT NULL REFERENCES runners (id),
  system_id text NOT NULL,
  version text NOT NULL,
  revision text NOT NULL,
  platform text NOT NULL,
  architecture text NOT NULL,
  executor text NOT NULL,
  address text NOT NULL,
  features text NOT NULL,       -- JSON: those it has
  created_at bigint NOT NULL,
  contacted_at bigint
);
CREATE UNIQUE INDEX runner_managers_system_id ON runner_managers (runner_id, system_id);

-- The old way for a runner to register: one secret for the instance, each group and each project.
CREATE TABLE registration_tokens (
  id {identity},
  scope text NOT NULL UNIQUE,   -- instance, group 7, project 7
  hash text NOT NULL UNIQUE,    -- SHA-256, hex
  sealed {bytes} NOT NULL,      -- the token itself: shown to those who may register runners there
  created_at bigint NOT NULL
);

-- What waits for a runner, project by project.
CREATE INDEX jobs_queue ON jobs (status, project_id, id);
