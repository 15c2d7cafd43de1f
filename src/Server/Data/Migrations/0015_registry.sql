-- Images: repositories below projects, what is in them, and uploads under way. Digests are as clients write them, sha256:… or sha512:…
CREATE TABLE registry_repositories (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  name text NOT NULL,           -- below the project's path; empty: the project's own
  created_at bigint NOT NULL
);
CREATE UNIQUE INDEX registry_repositories_place ON registry_repositories (project_id, name);

-- Which blobs are a repository's. The same bytes in two repositories are two rows and one blob.
CREATE TABLE registry_blobs (
  id {identity},
  repository_id bigint NOT NULL REFERENCES registry_repositories (id),
  digest text NOT NULL,
  blob text NOT NULL,           -- its digest in the store
  size bigint NOT NULL,         -- bytes
  created_at bigint NOT NULL
);
CREATE UNIQUE INDEX registry_blobs_digest ON registry_blobs (repository_id, digest);
CREATE INDEX registry_blobs_blob ON registry_blobs (blob);

CREATE TABLE registry_manifests (
  id {identity},
  repository_id bigint NOT NULL REFERENCES registry_repositories (id),
  digest text NOT NULL,
  media_type text NOT NULL,
  size bigint NOT NULL,         -- bytes
  subject text,                 -- digest of the manifest that it says something about, which may not be there
  artifact_type text,
  annotations text,             -- JSON, of those with a subject
  created_at bigint NOT NULL,
  content {bytes} NOT NULL      -- as it was sent
);
CREATE UNIQUE INDEX registry_manifests_digest ON registry_manifests (repository_id, digest);
CREATE INDEX registry_manifests_subject ON registry_manifests (repository_id, subject);

-- What a manifest needs: blobs and other manifests of its repository.
CREATE TABLE registry_links (
  id {identity},
  repository_id bigint NOT NULL REFERENCES registry_repositories (id),
  manifest_id bigint NOT NULL REFERENCES registry_manifests (id),
  target text NOT NULL          -- digest
);
CREATE INDEX registry_links_manifest_id ON registry_links (manifest_id);
CREATE INDEX registry_links_target ON registry_links (repository_id, target);

CREATE TABLE registry_tags (
  id {identity},
  repository_id bigint NOT NULL REFERENCES registry_repositories (id),
  name text NOT NULL,
  name_key {bytes} NOT NULL,    -- the same as bytes: they sort alike everywhere
  manifest_id bigint NOT NULL REFERENCES registry_manifests (id),
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE UNIQUE INDEX registry_tags_name ON registry_tags (repository_id, name_key);
CREATE INDEX registry_tags_manifest_id ON registry_tags (manifest_id);

CREATE TABLE registry_uploads (
  id {identity},
  repository_id bigint NOT NULL REFERENCES registry_repositories (id),
  key text NOT NULL UNIQUE,     -- in its address
  size bigint NOT NULL,         -- bytes that have come, all of them durable
  pieces bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE INDEX registry_uploads_repository_id ON registry_uploads (repository_id);
CREATE INDEX registry_uploads_updated_at ON registry_uploads (updated_at);

-- What an upload has so far: each request's bytes are a blob.
CREATE TABLE registry_pieces (
  id {identity},
  upload_id bigint NOT NULL REFERENCES registry_uploads (id),
  start bigint NOT NULL,
  size bigint NOT NULL,         -- bytes
  blob text NOT NULL            -- its digest in the store
);
CREATE UNIQUE INDEX registry_pieces_place ON registry_pieces (upload_id, start);
CREATE INDEX registry_pieces_blob ON registry_pieces (blob);
