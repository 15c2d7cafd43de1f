-- A job has no log in the store, no secret, no runner and most often no resource group when it is made, and each index is written again with a job's row on
-- PostgreSQL: those that find jobs by what most have not leave these out.
DROP INDEX jobs_trace_blob;
CREATE INDEX jobs_trace_blob ON jobs (trace_blob) WHERE trace_blob IS NOT NULL;
DROP INDEX jobs_resource_group;
CREATE INDEX jobs_resource_group ON jobs (project_id, resource_group) WHERE resource_group IS NOT NULL;
DROP INDEX jobs_runner_id;
CREATE INDEX jobs_runner_id ON jobs (runner_id, id) WHERE runner_id IS NOT NULL;
DROP INDEX jobs_token_hash;
CREATE UNIQUE INDEX jobs_token_hash ON jobs (token_hash) WHERE token_hash IS NOT NULL;
