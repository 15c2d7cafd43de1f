-- What people did, for whoever wants to see what goes on.
CREATE TABLE events (
  id {identity},
  project_id bigint NOT NULL REFERENCES projects (id),
  author_id bigint NOT NULL REFERENCES users (id),
  action text NOT NULL,         -- created, pushed
  origin text UNIQUE,           -- of a push: it may be told of twice
  push text,                    -- JSON: what moved
  created_at bigint NOT NULL
);
CREATE INDEX events_project_id ON events (project_id, id);
CREATE INDEX events_author_id ON events (author_id, id);
