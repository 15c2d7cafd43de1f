-- An account that somebody guesses at is shut for a while, but not to addresses that its user has signed in from.
ALTER TABLE users ADD COLUMN locked_until bigint;      -- until then no password opens it from elsewhere; null: never was
CREATE TABLE sign_in_addresses (
  user_id bigint NOT NULL REFERENCES users (id),
  network text NOT NULL,        -- an IPv4 address, or an IPv6 network's 64 bits in hex
  seen_at bigint NOT NULL,      -- of the last time with the right password, to the day
  PRIMARY KEY (user_id, network)
);
