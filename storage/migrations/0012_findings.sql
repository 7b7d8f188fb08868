-- What stands out of the hours of channels, and what people said of it. Nothing is changed by it.

CREATE TABLE finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id integer NOT NULL REFERENCES channel,
    kind text NOT NULL CHECK (kind IN ('spike', 'stuck', 'zero', 'overuse', 'idle')),
    first timestamptz NOT NULL,
    until timestamptz NOT NULL,
    used bigint NOT NULL,      -- quanta of the carrier, in hours of which it is known
    expected bigint NOT NULL,  -- what is usual for these hours
    score double precision NOT NULL,
    method text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    gone_at timestamptz,      -- later readings show it no longer
    answer text CHECK (answer IN ('confirmed', 'dismissed')),
    answer_reason text CHECK (answer_reason <> ''),
    answered_at timestamptz,
    answered_by text,
    CHECK (until > first),
    CHECK (num_nulls(answer, answer_reason, answered_at, answered_by) IN (0, 4)),
    EXCLUDE USING gist (channel_id WITH =, kind WITH =, tstzrange(first, until) WITH &&)
        WHERE (gone_at IS NULL) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ON finding (first DESC, id DESC) WHERE gone_at IS NULL;
ALTER TABLE finding ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON finding TO commonwatt_api;
GRANT UPDATE (answer, answer_reason, answered_at, answered_by) ON finding TO commonwatt_api;
GRANT SELECT, INSERT, UPDATE ON finding TO commonwatt_worker;

-- Up to which civil day a channel's hours have been looked at.
CREATE TABLE finding_looked (
    channel_id integer PRIMARY KEY REFERENCES channel,
    until date NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON finding_looked TO commonwatt_worker;
