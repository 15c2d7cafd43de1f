-- Which webhook's event brought something about, so that webhooks which call each other in a circle come to an end.
ALTER TABLE pipelines ADD COLUMN hook_link text;       -- the first event's id and the request's; nothing: no webhook had to do with it
ALTER TABLE webhook_events ADD COLUMN chain text;      -- the first event's id; its own when it is the first
ALTER TABLE webhook_events ADD COLUMN link text;       -- the request whose doing it is; nothing: it is the first
CREATE INDEX webhook_events_chain ON webhook_events (chain, webhook_id);
