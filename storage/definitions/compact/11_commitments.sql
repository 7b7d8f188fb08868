-- What may follow what in a commitment, who says it, and how each stands. compact.commitments says
-- the first in Python.

CREATE FUNCTION storage.commitment_state(last text) RETURNS text
LANGUAGE sql IMMUTABLE RETURN CASE WHEN last IS NULL THEN 'open'
    WHEN last = 'returned' THEN 'under_way' ELSE last END;

CREATE FUNCTION storage.commitment_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    last commitment_word;
    was text;
BEGIN
    PERFORM FROM commitment WHERE id = NEW.commitment_id FOR UPDATE;
    SELECT * INTO last FROM commitment_word
     WHERE commitment_id = NEW.commitment_id ORDER BY id DESC LIMIT 1;
    was := storage.commitment_state(last.said);
    IF was IN ('confirmed', 'withdrawn')
       OR (NEW.said IN ('confirmed', 'returned') AND was <> 'done') THEN
        RAISE EXCEPTION 'a commitment that is % cannot become %', was, NEW.said
            USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_follows';
    END IF;
    IF NEW.said IN ('confirmed', 'returned') AND last.made_by = NEW.made_by THEN
        RAISE EXCEPTION 'another person looks at what was reported'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_second_person';
    END IF;
    RETURN NEW;
END $$;

CREATE POLICY ours ON commitment TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON commitment FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON commitment FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON commitment
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON commitment_word TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON commitment_word FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON commitment_word FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND CASE
        WHEN said IN ('under_way', 'done') THEN
            region_id IN (SELECT s.id FROM access.acts_for() AS s(id))
        WHEN said IN ('confirmed', 'returned') THEN
            union_id IN (SELECT s.id FROM access.prepares_unions() AS s(id))
        ELSE union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)) END);
CREATE TRIGGER follows BEFORE INSERT ON commitment_word
    FOR EACH ROW EXECUTE FUNCTION storage.commitment_follows();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON commitment_word
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

-- overdue: its day is over and the member has not reported it done.
CREATE VIEW report.commitment WITH (security_barrier) AS
SELECT c.id AS commitment_id, c.union_id, c.region_id, c.number, c.title, c.body, c.due,
       c.evidence, c.source, c.made_at, c.made_by, storage.commitment_state(w.said) AS state,
       w.said, w.percent, w.text AS said_text, w.made_by AS said_by, w.made_at AS said_at,
       d.made_by AS done_by,
       storage.commitment_state(w.said) IN ('open', 'under_way') AND c.due < storage.today()
           AS overdue,
       CASE WHEN storage.commitment_state(w.said) IN ('open', 'under_way')
            THEN greatest(storage.today() - c.due, 0) END AS days_over
  FROM commitment c
  LEFT JOIN LATERAL (SELECT * FROM commitment_word w
                      WHERE w.commitment_id = c.id ORDER BY w.id DESC LIMIT 1) w ON true
  LEFT JOIN LATERAL (SELECT made_by FROM commitment_word d
                      WHERE d.commitment_id = c.id AND d.said = 'done'
                      ORDER BY d.id DESC LIMIT 1) d ON true
 WHERE c.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

REVOKE ALL ON FUNCTION storage.commitment_follows FROM PUBLIC;
