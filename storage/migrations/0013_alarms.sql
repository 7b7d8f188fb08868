-- Whom an institution has told of its findings, by which way, and what became of each message.

CREATE TABLE alarm_route (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    way text NOT NULL CHECK (way IN ('mail', 'webhook', 'wecom', 'dingtalk')),
    address text NOT NULL CHECK (address <> ''),
    least_kgce_g bigint NOT NULL CHECK (least_kgce_g >= 0),
    lang text NOT NULL CHECK (lang IN ('zh', 'en')),
    secret text,  -- signs what goes to a webhook; nobody but the worker reads it
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    CHECK ((way = 'webhook') = (secret IS NOT NULL))
);
CREATE UNIQUE INDEX ON alarm_route (institution_id, way, address) WHERE known_until IS NULL;
ALTER TABLE alarm_route ENABLE ROW LEVEL SECURITY;
GRANT SELECT (id, institution_id, way, address, least_kgce_g, lang, known_since, known_until,
              known_by) ON alarm_route TO commonwatt_api;
GRANT INSERT, UPDATE (known_until) ON alarm_route TO commonwatt_api;
GRANT SELECT ON alarm_route TO commonwatt_worker;

-- body: what is said, the same at each attempt. A message is sent at least once: who hears the same
-- id again has heard it.
CREATE TABLE alarm_message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    route_id integer NOT NULL REFERENCES alarm_route,
    event text NOT NULL CHECK (event IN ('test', 'findings')),
    body jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    given_up_at timestamptz,
    error text,  -- of the last attempt that failed
    CHECK (sent_at IS NULL OR given_up_at IS NULL)
);
CREATE INDEX ON alarm_message (route_id, id);
ALTER TABLE alarm_message ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON alarm_message TO commonwatt_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON alarm_message TO commonwatt_worker;
