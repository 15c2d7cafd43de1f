CREATE TABLE pipelines (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  iid bigint NOT NULL,
  user_id bigint NOT NULL REFERENCES users (id),
  source text NOT NULL,         -- push, web, api, schedule, trigger, parent_pipeline, pipeline ...
  ref text NOT NULL,            -- without refs/heads/ or refs/tags/
  tag bigint NOT NULL,          -- 1: ref is a tag
  sha text NOT NULL,
  before_sha text NOT NULL,
  protected bigint NOT NULL,    -- 1: the ref was protected when it was created
  name text,
  status text NOT NULL,
  yaml_errors text,             -- why it has no jobs
  failure_reason text,          -- config_error ...
  origin text UNIQUE,           -- what asked for it, when that may ask twice: a push and the ref it moved
  ready bigint NOT NULL,        -- 1: its jobs are there, or it is known that it has none
  version bigint NOT NULL,      -- counts the changes of its state
  bridge_id bigint,             -- the job, here or in another project, that started it
  superseded_by bigint,         -- the pipeline whose creation cancelled it
  variables {bytes},            -- sealed JSON: given for this pipeline alone
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  committed_at bigint,
  started_at bigint,
  finished_at bigint
);
CREATE UNIQUE INDEX pipelines_iid ON pipelines (project_id, iid);
CREATE INDEX pipelines_project ON pipelines (project_id, id);
CREATE INDEX pipelines_ref ON pipelines (project_id, ref, id);
CREATE INDEX pipelines_sha ON pipelines (project_id, sha);
CREATE INDEX pipelines_status ON pipelines (status, project_id);
CREATE INDEX pipelines_bridge_id ON pipelines (bridge_id);

-- The jobs as they were compiled, in an order that never changes: JSON, gzip, sealed, because it holds variables.
CREATE TABLE compiled_pipelines (
  pipeline_id bigint NOT NULL PRIMARY KEY REFERENCES pipelines (id),
  body {bytes} NOT NULL
);

-- One attempt at one job of a pipeline, or at a trigger job.
CREATE TABLE jobs (
  id {identity},
  pipeline_id bigint NOT NULL REFERENCES pipelines (id),
  project_id bigint NOT NULL REFERENCES projects (id),
  number bigint NOT NULL,       -- the attempt's place among all of the pipeline's, from 0
  job_index bigint NOT NULL,    -- the job's place among those compiled: all attempts share it
  attempt bigint NOT NULL,      -- from 1
  bridge bigint NOT NULL,       -- 1: a trigger job, which no runner sees
  name text NOT NULL,
  stage text NOT NULL,
  stage_index bigint NOT NULL,
  status text NOT NULL,
  retried bigint NOT NULL,      -- 1: a newer attempt counts
  allow_failure bigint NOT NULL,
  played bigint NOT NULL,
  play_variables {bytes},       -- sealed JSON
  cancels_gracefully bigint NOT NULL,
  failure_reason text,
  exit_code bigint,
  user_id bigint NOT NULL REFERENCES users (id),  -- who pushed, or played it
  protected bigint NOT NULL,    -- 1: a protected runner may have it
  tags text NOT NULL,           -- JSON: the runner must have them all
  environment text,             -- its name; null: none
  resource_group text,
  runner_id bigint,             -- has it, or had it
  runner_manager_id bigint,
  offered_until bigint,         -- handed out and not yet acknowledged: afterwards somebody else may have it
  token_hash text,              -- of the secret it was handed out with; null: nobody may speak for it
  token {bytes},                -- that secret, sealed: those who fetch its artifacts get it
  timeout bigint,               -- seconds, once it runs
  coverage text,                -- percent, as written in the log
  trace_size bigint NOT NULL,   -- bytes that are on the disk
  trace_blob text,              -- sha256, once it is archived
  trace_checksum text,          -- crc32, as the runner said at the end
  erased_at bigint,
  debug_trace bigint NOT NULL,  -- 1: the log may show secrets
  created_at bigint NOT NULL,
  scheduled_at bigint,
  queued_at bigint,
  started_at bigint,
  finished_at bigint,
  updated_at bigint NOT NULL    -- the last sign of life
);
CREATE UNIQUE INDEX jobs_number ON jobs (pipeline_id, number);
CREATE INDEX jobs_project ON jobs (project_id, id);
CREATE INDEX jobs_status ON jobs (status, id);
CREATE INDEX jobs_runner_id ON jobs (runner_id, id);
CREATE UNIQUE INDEX jobs_token_hash ON jobs (token_hash);
CREATE INDEX jobs_resource_group ON jobs (project_id, resource_group);

-- What a job left: one row for each file of a report and for the archive.
CREATE TABLE artifacts (
  id {identity},
  job_id bigint NOT NULL REFERENCES jobs (id),
  project_id bigint NOT NULL REFERENCES projects (id),
  file_type text NOT NULL,      -- archive, metadata, junit, dotenv ...
  file_format text NOT NULL,    -- zip, gzip, raw
  filename text NOT NULL,
  size bigint NOT NULL,
  blob text NOT NULL,           -- sha256
  access text NOT NULL,         -- all, developer, maintainer, none
  created_at bigint NOT NULL,
  expires_at bigint,            -- null: never
  locked bigint NOT NULL        -- 1: of the latest good pipeline of its ref, kept although it has expired
);
CREATE UNIQUE INDEX artifacts_file_type ON artifacts (job_id, file_type);
CREATE INDEX artifacts_expires_at ON artifacts (expires_at);
CREATE INDEX artifacts_blob ON artifacts (blob);

-- What a job's dotenv report said, for those that come after it.
CREATE TABLE job_variables (
  job_id bigint NOT NULL REFERENCES jobs (id),
  place bigint NOT NULL,
  name text NOT NULL,
  value {bytes} NOT NULL,       -- sealed
  PRIMARY KEY (job_id, place)
);

-- Variables of the instance (neither), a group or a project.
CREATE TABLE ci_variables (
  id {identity},
  namespace_id bigint REFERENCES namespaces (id),
  project_id bigint REFERENCES projects (id),
  name text NOT NULL,
  value {bytes} NOT NULL,       -- sealed
  variable_type text NOT NULL,  -- env_var, file
  protected bigint NOT NULL,
  masked bigint NOT NULL,
  hidden bigint NOT NULL,
  raw bigint NOT NULL,
  environment_scope text NOT NULL,
  description text
);
CREATE INDEX ci_variables_namespace_id ON ci_variables (namespace_id);
CREATE INDEX ci_variables_project_id ON ci_variables (project_id);
