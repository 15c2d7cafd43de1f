-- A push whose refs are about to move, until it is said that they have.
CREATE TABLE push_intents (
  id text NOT NULL PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  payload text NOT NULL,        -- JSON
  created_at bigint NOT NULL
);
CREATE INDEX push_intents_project_id ON push_intents (project_id);

-- Which large files are a project's. The bytes are a blob of the same name.
CREATE TABLE lfs_objects (
  project_id bigint NOT NULL REFERENCES projects (id),
  oid text NOT NULL,            -- SHA-256, hex
  size bigint NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (project_id, oid)
);
CREATE INDEX lfs_objects_oid ON lfs_objects (oid);
