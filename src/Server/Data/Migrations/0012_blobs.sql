-- Blobs that no row names, on their way out.
CREATE TABLE blob_sweeps (
  digest text NOT NULL PRIMARY KEY,
  marked_at bigint NOT NULL,    -- when it was first seen that no row names it
  deleting bigint NOT NULL,     -- 1: its bytes are going, or gone
  deleted_at bigint             -- since when they are gone
);
CREATE INDEX jobs_trace_blob ON jobs (trace_blob);
