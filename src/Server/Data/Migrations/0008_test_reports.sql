-- What a job's JUnit reports say in numbers; the cases themselves are in the artifact.
CREATE TABLE test_reports (
  job_id bigint NOT NULL PRIMARY KEY REFERENCES jobs (id),
  project_id bigint NOT NULL REFERENCES projects (id),
  success bigint NOT NULL,
  skipped bigint NOT NULL,
  failed bigint NOT NULL,
  errors bigint NOT NULL,
  milliseconds bigint NOT NULL, -- that the cases took
  suite_error text              -- why not all of it could be read
);
CREATE INDEX test_reports_project_id ON test_reports (project_id);
