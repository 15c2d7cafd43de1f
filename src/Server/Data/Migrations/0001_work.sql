-- What is still to be done. One row for each kind of work and what it is about.
CREATE TABLE work (
  id {identity},
  kind text NOT NULL,
  subject text NOT NULL,
  payload text NOT NULL,        -- JSON
  generation bigint NOT NULL,   -- counts how often it was asked for
  due_at bigint,                -- unix milliseconds; while somebody works at it, when he is given up; null: not tried again
  lease text,                   -- who works at it
  attempts bigint NOT NULL,
  error text,                   -- of the last attempt
  UNIQUE (kind, subject)
);
CREATE INDEX work_due_at ON work (due_at);
