-- A file waits for its confirmation, a day at most: it cannot ride hidden through a preview.
CREATE TABLE upload (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor text NOT NULL,
    name text NOT NULL,
    body bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON upload (at);
ALTER TABLE upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE upload FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON upload TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY own ON upload TO commonwatt_api
    USING (actor = access.viewer()) WITH CHECK (actor = access.viewer());
GRANT SELECT ON upload TO commonwatt_api;

-- Keeps a file of the viewer's, and of everybody's those alone that are still waited for.
CREATE FUNCTION access.keep_upload(named text, content bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    DELETE FROM upload WHERE at < now() - interval '1 day';
    DELETE FROM upload WHERE id IN (
        SELECT id FROM upload WHERE actor = access.viewer() ORDER BY id DESC OFFSET 3);
    INSERT INTO upload (actor, name, body) VALUES (access.viewer(), named, content)
    RETURNING id INTO made;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION access.keep_upload FROM public;
GRANT EXECUTE ON FUNCTION access.keep_upload TO commonwatt_api;
