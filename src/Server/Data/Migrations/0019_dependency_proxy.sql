-- What has been pulled from other registries through the dependency proxy. An image is named with its registry, docker.io/library/alpine. Whose it is says
-- namespace_id; 0: the mirror's, which is nobody's.
CREATE TABLE dependency_proxy_settings (
  namespace_id bigint NOT NULL PRIMARY KEY REFERENCES namespaces (id),
  enabled bigint NOT NULL,
  ttl_enabled bigint NOT NULL,
  ttl bigint NOT NULL           -- days
);

CREATE TABLE dependency_proxy_manifests (
  id {identity},
  namespace_id bigint NOT NULL,
  image text NOT NULL,
  digest text NOT NULL,
  media_type text NOT NULL,
  size bigint NOT NULL,         -- bytes
  created_at bigint NOT NULL,
  used_at bigint NOT NULL,      -- the last time, within the hour
  content {bytes} NOT NULL
);
CREATE UNIQUE INDEX dependency_proxy_manifests_digest ON dependency_proxy_manifests (image, digest, namespace_id);
CREATE INDEX dependency_proxy_manifests_used_at ON dependency_proxy_manifests (namespace_id, used_at);

-- What a manifest names: blobs and other manifests of its image.
CREATE TABLE dependency_proxy_links (
  id {identity},
  manifest_id bigint NOT NULL REFERENCES dependency_proxy_manifests (id),
  target text NOT NULL          -- digest
);
CREATE INDEX dependency_proxy_links_manifest_id ON dependency_proxy_links (manifest_id);
CREATE INDEX dependency_proxy_links_target ON dependency_proxy_links (target);

-- Where the other registry had its tags when it was last asked.
CREATE TABLE dependency_proxy_tags (
  id {identity},
  namespace_id bigint NOT NULL,
  image text NOT NULL,
  name text NOT NULL,
  digest text NOT NULL,
  checked_at bigint NOT NULL    -- within the hour
);
CREATE UNIQUE INDEX dependency_proxy_tags_name ON dependency_proxy_tags (image, name, namespace_id);
CREATE INDEX dependency_proxy_tags_namespace_id ON dependency_proxy_tags (namespace_id);

CREATE TABLE dependency_proxy_blobs (
  id {identity},
  namespace_id bigint NOT NULL,
  image text NOT NULL,
  digest text NOT NULL,
  blob text NOT NULL,           -- its digest in the store
  size bigint NOT NULL,         -- bytes
  created_at bigint NOT NULL,
  used_at bigint NOT NULL       -- the last time, within the hour
);
CREATE UNIQUE INDEX dependency_proxy_blobs_digest ON dependency_proxy_blobs (image, digest, namespace_id);
CREATE INDEX dependency_proxy_blobs_used_at ON dependency_proxy_blobs (namespace_id, used_at);
CREATE INDEX dependency_proxy_blobs_blob ON dependency_proxy_blobs (blob);
