-- Vehicles, of which an institution answers for the fuel.

CREATE TABLE vehicle (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    plate text NOT NULL,
    since date NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON vehicle (institution_id, plate) WHERE known_until IS NULL;
ALTER TABLE vehicle ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON vehicle TO commonwatt_api;
GRANT UPDATE (known_until) ON vehicle TO commonwatt_api;
