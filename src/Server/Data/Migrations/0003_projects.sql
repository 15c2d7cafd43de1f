-- A user's own namespace, or a group.
CREATE TABLE namespaces (
  id {identity},
  kind text NOT NULL,           -- user, group
  parent_id bigint REFERENCES namespaces (id),
  owner_id bigint REFERENCES users (id),  -- of a user's namespace
  name text NOT NULL,
  path text NOT NULL,
  full_path text NOT NULL,
  description text NOT NULL,
  visibility text NOT NULL,     -- private, internal, public
  created_at bigint NOT NULL,
  deleted_at bigint             -- being removed: nobody sees it
);
CREATE INDEX namespaces_parent_id ON namespaces (parent_id);
CREATE UNIQUE INDEX namespaces_owner_id ON namespaces (owner_id);

CREATE TABLE projects (
  id {identity},
  namespace_id bigint NOT NULL REFERENCES namespaces (id),
  creator_id bigint NOT NULL REFERENCES users (id),
  name text NOT NULL,
  path text NOT NULL,
  full_path text NOT NULL,
  description text NOT NULL,
  visibility text NOT NULL,     -- private, internal, public
  default_branch text,          -- null: nothing has been pushed
  archived bigint NOT NULL,
  settings text NOT NULL,       -- JSON: ProjectSettings
  pipelines bigint NOT NULL,    -- how many there have been: the last one's iid
  created_at bigint NOT NULL,
  last_activity_at bigint NOT NULL,
  deleted_at bigint             -- being removed: nobody sees it
);
CREATE INDEX projects_namespace_id ON projects (namespace_id);
CREATE INDEX projects_last_activity_at ON projects (last_activity_at);

-- Every path that is taken, by a namespace or a project, in lower case.
CREATE TABLE routes (
  path_key text NOT NULL PRIMARY KEY,
  namespace_id bigint REFERENCES namespaces (id),
  project_id bigint REFERENCES projects (id)
);
CREATE INDEX routes_namespace_id ON routes (namespace_id);
CREATE INDEX routes_project_id ON routes (project_id);

-- Somebody's role, in a group and all below it, or in one project.
CREATE TABLE members (
  id {identity},
  user_id bigint NOT NULL REFERENCES users (id),
  namespace_id bigint REFERENCES namespaces (id),
  project_id bigint REFERENCES projects (id),
  access_level bigint NOT NULL, -- 10 guest, 15 planner, 20 reporter, 30 developer, 40 maintainer, 50 owner
  created_at bigint NOT NULL,
  expires_at bigint
);
CREATE UNIQUE INDEX members_namespace ON members (namespace_id, user_id);
CREATE UNIQUE INDEX members_project ON members (project_id, user_id);
CREATE INDEX members_user_id ON members (user_id);

CREATE TABLE deploy_tokens (
  id {identity},
  namespace_id bigint REFERENCES namespaces (id),
  project_id bigint REFERENCES projects (id),
  name text NOT NULL,
  username text NOT NULL,
  scopes text NOT NULL,
  hash text NOT NULL UNIQUE,
  sealed {bytes} NOT NULL,      -- the token itself, sealed: gitlab-deploy-token is given to jobs
  created_at bigint NOT NULL,
  expires_at bigint,
  revoked_at bigint
);
CREATE INDEX deploy_tokens_namespace_id ON deploy_tokens (namespace_id);
CREATE INDEX deploy_tokens_project_id ON deploy_tokens (project_id);

-- Branches and tags that not everybody may move.
CREATE TABLE protected_refs (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  kind text NOT NULL,           -- branch, tag
  name text NOT NULL,           -- with * for anything
  push_level bigint NOT NULL,   -- the least role that may push (a branch) or create (a tag); 0 nobody
  merge_level bigint NOT NULL,
  allow_force_push bigint NOT NULL
);
CREATE UNIQUE INDEX protected_refs_name ON protected_refs (project_id, kind, name);

-- Whose jobs may come into a project with their own token: those of another project, or of all projects in a group and below it.
CREATE TABLE job_token_allowlist (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),  -- that lets them in
  from_project_id bigint REFERENCES projects (id),
  from_namespace_id bigint REFERENCES namespaces (id),
  created_at bigint NOT NULL
);
CREATE UNIQUE INDEX job_token_allowlist_project ON job_token_allowlist (project_id, from_project_id);
CREATE UNIQUE INDEX job_token_allowlist_namespace ON job_token_allowlist (project_id, from_namespace_id);
CREATE INDEX job_token_allowlist_from_project_id ON job_token_allowlist (from_project_id);
CREATE INDEX job_token_allowlist_from_namespace_id ON job_token_allowlist (from_namespace_id);
