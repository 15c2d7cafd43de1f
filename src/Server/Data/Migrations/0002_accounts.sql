-- Who may sign in, and with what. Names that are looked up without regard to case stand a second time in lower case, as *_key.
CREATE TABLE users (
  id {identity},
  username text NOT NULL,
  username_key text NOT NULL UNIQUE,
  name text NOT NULL,
  email text NOT NULL,
  email_key text NOT NULL UNIQUE,
  kind text NOT NULL,           -- human, project_bot, group_bot
  state text NOT NULL,          -- active, blocked, deleted: the row stays for what it did
  admin bigint NOT NULL,        -- 1: administrator of the instance
  password text,                -- its hash; null: cannot sign in with one
  otp_secret {bytes},           -- sealed; null: no second factor
  otp_pending {bytes},          -- sealed; a second factor that has not been proven yet
  otp_recovery text NOT NULL,   -- hashes of the codes that replace a lost second factor, separated by blanks; each is good once
  otp_step bigint NOT NULL,     -- the last one-time password's time step: none is taken twice
  created_at bigint NOT NULL,
  last_activity_at bigint
);

-- Personal, project and group access tokens: the latter two belong to a bot. The token itself is nowhere.
CREATE TABLE access_tokens (
  id {identity},
  user_id bigint NOT NULL REFERENCES users (id),
  name text NOT NULL,
  description text NOT NULL,
  scopes text NOT NULL,         -- GitLab's words, separated by blanks
  hash text NOT NULL UNIQUE,    -- SHA-256, hex
  created_at bigint NOT NULL,
  expires_at bigint,
  last_used_at bigint,
  revoked_at bigint
);
CREATE INDEX access_tokens_user_id ON access_tokens (user_id);

CREATE TABLE sessions (
  id {identity},
  user_id bigint NOT NULL REFERENCES users (id),
  hash text NOT NULL UNIQUE,    -- of the cookie, SHA-256, hex
  created_at bigint NOT NULL,
  last_seen_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  user_agent text NOT NULL,
  address text NOT NULL
);
CREATE INDEX sessions_user_id ON sessions (user_id);

-- Written and never changed; each row's hash covers the row before it.
CREATE TABLE audit_events (
  id {identity},
  at bigint NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  details text NOT NULL,        -- JSON; never a secret
  previous text NOT NULL UNIQUE,  -- the hash of the row before, so that the chain cannot fork
  hash text NOT NULL UNIQUE     -- SHA-256, hex, of the row's other columns
);

CREATE TABLE settings (
  name text NOT NULL PRIMARY KEY,
  value text NOT NULL           -- JSON
);
