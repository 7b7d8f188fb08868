-- Below a member's total a run is a proposal: nothing of it enters the books until the member's own
-- authority lets it, whoever writes into them.

CREATE POLICY ours ON quota_release TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON quota_release FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON quota_release FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND region_id IN (SELECT s.id FROM access.acts_for() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON quota_release
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

-- The members of a run that have not let it be issued; whoever acts for a member lets it by issuing.
CREATE FUNCTION access.run_waits_for(asked integer) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT m.region_id
      FROM (SELECT DISTINCT n.union_id, split_part(n.key, '/region:', 2)::integer AS region_id
              FROM run_node n
              JOIN run_node y ON y.run_id = n.run_id AND y.place = n.parent AND y.parent IS NULL
             WHERE n.run_id = asked) m
     WHERE m.region_id NOT IN (SELECT s.id FROM access.acts_for() AS s(id))
       AND (SELECT q.released FROM quota_release q
             WHERE q.union_id = m.union_id AND q.region_id = m.region_id
               AND (q.run_id IS NULL OR q.run_id = asked)
             ORDER BY q.id DESC LIMIT 1) IS NOT TRUE
     ORDER BY 1
$$;

CREATE FUNCTION storage.run_is_released() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    waited integer;
BEGIN
    SELECT w.id INTO waited FROM access.run_waits_for(NEW.run_id) AS w(id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'region % has not let run % be issued to its institutions', waited, NEW.run_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'run_is_released';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER run_is_released BEFORE INSERT ON book_cause
    FOR EACH ROW WHEN (new.run_id IS NOT NULL)
    EXECUTE FUNCTION storage.run_is_released();

REVOKE ALL ON FUNCTION access.run_waits_for, storage.run_is_released FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.run_waits_for TO commonwatt_api;
