-- Addresses that a project's events are told to.
CREATE TABLE webhooks (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  uuid text NOT NULL,           -- what its receiver knows it by
  url {bytes} NOT NULL,         -- sealed: it may hold a secret
  name text NOT NULL,
  description text NOT NULL,
  token {bytes},                -- sealed: sent with each event
  signing_token {bytes},        -- sealed: whsec_…, each event is signed with it
  events text NOT NULL,         -- JSON: push_events, pipeline_events ...
  branch_filter text NOT NULL,
  branch_filter_strategy text NOT NULL, -- wildcard, regex, all_branches
  failures bigint NOT NULL,     -- one after another, since it last went well
  disabled_until bigint,        -- after some of them it rests
  created_at bigint NOT NULL
);
CREATE INDEX webhooks_project_id ON webhooks (project_id);

-- One event told to one of them, and what came of it. Kept for seven days.
CREATE TABLE webhook_events (
  id {identity},
  webhook_id bigint NOT NULL REFERENCES webhooks (id),
  project_id bigint NOT NULL REFERENCES projects (id),
  trigger_name text NOT NULL,   -- push_events ...
  event_uuid text NOT NULL,     -- the same however often it is told
  request text NOT NULL,        -- the body
  attempts bigint NOT NULL,
  response_status bigint,
  response_headers text,        -- JSON
  response_body text,
  duration bigint,              -- milliseconds
  error text,                   -- why there is no response
  created_at bigint NOT NULL
);
CREATE UNIQUE INDEX webhook_events_event_uuid ON webhook_events (webhook_id, event_uuid);
CREATE INDEX webhook_events_project_id ON webhook_events (project_id, created_at);
