-- Only the jobs that wait, so that PostgreSQL has no reason to look for them by another index, whatever it believes that there are. SQLite would, without the status.
DROP INDEX jobs_queue;
CREATE INDEX jobs_queue ON jobs (status, project_id, id) WHERE status = 'pending';
