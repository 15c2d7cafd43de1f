-- When it was first seen that what is kept is not what was pushed; nothing: it was never seen, or has been mended by another push.
ALTER TABLE registry_blobs ADD COLUMN damaged_at bigint;
ALTER TABLE registry_manifests ADD COLUMN damaged_at bigint;
CREATE INDEX registry_blobs_damaged_at ON registry_blobs (damaged_at) WHERE damaged_at IS NOT NULL;
CREATE INDEX registry_manifests_damaged_at ON registry_manifests (damaged_at) WHERE damaged_at IS NOT NULL;

-- When the cleanup policy last began with it.
ALTER TABLE registry_repositories ADD COLUMN cleaned_at bigint;

-- Repositories by their whole names, as clients know them, in the order of their bytes.
CREATE VIEW registry_names AS
SELECT r.id AS repository_id, r.project_id,
  LOWER(p.full_path) || CASE WHEN r.name = '' THEN '' ELSE '/' || r.name END AS name,
  CAST(LOWER(p.full_path) || CASE WHEN r.name = '' THEN '' ELSE '/' || r.name END AS {bytes}) AS name_key
FROM registry_repositories r JOIN projects p ON p.id = r.project_id WHERE p.deleted_at IS NULL;
