-- Who left the roster, whom others succeed, and what is open while they do.

-- On which day an institution left the roster: it was closed, or went into others.
CREATE VIEW storage.left_roster AS
SELECT institution_id, min(valid_from) AS day
  FROM institution_fact
 WHERE attribute = 'roster_status' AND known_until IS NULL AND valid_to IS NULL
   AND value IN ('closed', 'dissolved', 'merged', 'split')
 GROUP BY institution_id;

-- What of whom went to whom, from which day on, change by change: an institution's share is
-- numerator / denominator. Nobody succeeds whom a change closes.
CREATE VIEW storage.successor AS
SELECT c.id AS change_id, c.kind, c.day, c.document_number, c.known_since,
       p.predecessor_id, p.successor_id, p.numerator, p.denominator
  FROM roster_change c JOIN roster_part p ON p.change_id = c.id
 WHERE c.known_until IS NULL;

CREATE FUNCTION storage.refuse_roster(why text, "constraint" text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', why
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = "constraint";
END $$;

-- The parts of each predecessor add to the whole, are said with their change, and nobody goes twice.
CREATE FUNCTION storage.parts_add_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f JOIN roster_part p USING (change_id, predecessor_id)
                GROUP BY f.change_id, f.predecessor_id, f.successor_id
               HAVING sum(p.numerator) <> max(p.denominator)
                   OR min(p.denominator) <> max(p.denominator)) THEN
        PERFORM storage.refuse_roster('successor shares add to one', 'roster_shares');
    END IF;
    IF EXISTS (SELECT FROM fresh f JOIN roster_change c ON c.id = f.change_id
                WHERE c.known_since <> now() OR c.known_until IS NOT NULL) THEN
        PERFORM storage.refuse_roster('a change of the roster is said at once', 'roster_changes');
    END IF;
    IF EXISTS (SELECT FROM fresh f
                 JOIN storage.successor o ON o.predecessor_id IN (f.predecessor_id, f.successor_id)
                  AND o.change_id <> f.change_id AND o.kind <> 'move'
                WHERE NOT EXISTS (SELECT FROM roster_part s
                                   WHERE s.change_id = o.change_id
                                     AND s.predecessor_id = o.predecessor_id
                                     AND s.successor_id = o.predecessor_id)) THEN
        PERFORM storage.refuse_roster('whoever has left the roster does not change any more',
                                      'roster_left');
    END IF;
    RETURN NULL;
END $$;

-- What is open of these institutions, as far as the viewer sees them, that a change from a day on
-- touches. kind: months (of accounts from then on), quota (g held in the books, by year), proposal
-- (runs that are not issued), base (confirmed bases), locked, verified (years closed), set_aside.
CREATE FUNCTION access.open_matters(asked integer[], since date)
RETURNS TABLE (institution_id integer, kind text, year integer, many bigint, amount_g numeric,
               indicator text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH who AS MATERIALIZED (
        SELECT s.id FROM access.sees() AS s(id) WHERE s.id = ANY(asked)
    )
    SELECT a.institution_id, 'months', NULL::integer, count(DISTINCT a.month), NULL::numeric,
           NULL::text
      FROM account a JOIN who ON who.id = a.institution_id
     WHERE a.month >= date_trunc('month', since) AND a.quanta IS NOT NULL GROUP BY a.institution_id
     UNION ALL
    SELECT e.institution_id, 'quota', e.year, count(*), sum(e.amount_g), e.indicator
      FROM book_entry e JOIN who ON who.id = e.institution_id
     WHERE e.account = 'holder' AND e.year >= extract(year FROM since)
     GROUP BY e.institution_id, e.year, e.indicator
    HAVING sum(e.amount_g) <> 0
     UNION ALL
    SELECT q.institution_id, 'proposal', q.year, count(*), NULL, NULL
      FROM run_quota q JOIN who ON who.id = q.institution_id
     WHERE q.year >= extract(year FROM since)
       AND NOT EXISTS (SELECT FROM book_cause c WHERE c.run_id = q.run_id)
     GROUP BY q.institution_id, q.year
     UNION ALL
    SELECT v.institution_id, 'base', NULL, count(*), NULL, NULL
      FROM (SELECT DISTINCT ON (b.target_id, b.institution_id) b.institution_id, b.verdict
              FROM base_verdict b JOIN who ON who.id = b.institution_id
             ORDER BY b.target_id, b.institution_id, b.id DESC) v
     WHERE v.verdict = 'confirmed' GROUP BY v.institution_id
     UNION ALL
    SELECT v.institution_id, CASE WHEN v.answer IS NULL THEN 'locked' ELSE 'verified' END, v.year,
           count(*), NULL, NULL
      FROM account_version v JOIN who ON who.id = v.institution_id
     WHERE v.year >= extract(year FROM since) AND v.answer IS DISTINCT FROM 'returned'
     GROUP BY v.institution_id, v.answer IS NULL, v.year
     UNION ALL
    SELECT s.institution_id, 'set_aside', NULL, count(*), NULL, NULL
      FROM set_aside s JOIN who ON who.id = s.institution_id GROUP BY s.institution_id
     ORDER BY 1, 2, 3, 6
$$;

-- Whether the viewer keeps the roster of a region, or of a department line: who moves an institution
-- gives it to nobody else's.
CREATE FUNCTION access.takes_in(asked integer, line text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT * FROM access_grant
         WHERE viewer = access.viewer()
           AND role IN (SELECT role FROM role_right WHERE named_right = 'register')
           AND storage.civil_day() >= valid_from AND (valid_to IS NULL OR storage.civil_day() < valid_to)
    ), up (region_id) AS (
        SELECT asked
         UNION
        SELECT u.parent_id FROM storage.region_up u JOIN up ON u.region_id = up.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT EXISTS (SELECT FROM held WHERE scope = 'all'
                      OR (scope = 'department_line' AND department_line = line)
                      OR (scope = 'region' AND region_id IN (SELECT up.region_id FROM up)))
$$;

-- Let an institution belong elsewhere from a day on. While its row is replaced nobody's grant would
-- reach it, so this asks first.
CREATE FUNCTION access.move_institution(asked integer, region integer, to_level text, line text,
                                        day date, said text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    held affiliation;
BEGIN
    IF asked NOT IN (SELECT k.id FROM access.keeps_roster() AS k(id))
       OR NOT access.takes_in(region, line) THEN
        RAISE EXCEPTION 'the viewer does not keep both rosters'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE affiliation a SET known_until = now()
     WHERE a.institution_id = asked AND a.known_until IS NULL AND a.valid_from <= day
       AND (a.valid_to IS NULL OR a.valid_to > day)
    RETURNING * INTO STRICT held;
    IF held.valid_from < day THEN
        INSERT INTO affiliation (institution_id, region_id, level, department_line, valid_from,
                                 valid_to, source, known_by)
        VALUES (asked, held.region_id, held.level, held.department_line, held.valid_from, day,
                held.source, access.viewer());
    END IF;
    INSERT INTO affiliation (institution_id, region_id, level, department_line, valid_from, valid_to,
                             source, known_by)
    VALUES (asked, region, to_level, line, day, held.valid_to, said, access.viewer());
END $$;

-- Enter an institution on the roster: nobody's grant reaches it before it belongs anywhere, so this
-- asks whether the viewer keeps the roster on which it comes.
CREATE FUNCTION access.found_institution(region integer, at_level text, line text, facts jsonb,
                                         day date, document text, why text,
                                         OUT made integer, OUT change integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    said text;
BEGIN
    IF NOT access.takes_in(region, line) THEN
        RAISE EXCEPTION 'the viewer does not keep that roster'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO institution DEFAULT VALUES RETURNING id INTO made;
    INSERT INTO roster_change (kind, day, document_number, reason, before, after, known_by)
    VALUES ('found', day, document, why,
            '{"terms": [], "statuses": [], "places": [], "facts": []}',
            jsonb_build_object('terms', '[]'::jsonb, 'statuses', '[]'::jsonb,
                'places', jsonb_build_array(jsonb_build_array(made, region, at_level, line)),
                'facts', (SELECT jsonb_agg(jsonb_build_array(made, f.key, f.value))
                            FROM jsonb_each(facts) f)),
            access.viewer())
    RETURNING id INTO change;
    said := format('%s (roster change %s)', document, change);
    INSERT INTO affiliation (institution_id, region_id, level, department_line, valid_from, source,
                             known_by)
    VALUES (made, region, at_level, line, day, said, access.viewer());
    INSERT INTO location (institution_id, region_id, valid_from, source, known_by)
    VALUES (made, region, day, said, access.viewer());
    INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source, known_by)
    SELECT made, f.key, f.value, day, said, access.viewer()
      FROM jsonb_each_text(facts || '{"disclosure": "open"}') f;
    INSERT INTO roster_part (change_id, predecessor_id, successor_id, numerator, denominator)
    VALUES (change, made, made, 1, 1);
END $$;

REVOKE ALL ON FUNCTION access.found_institution, access.takes_in, access.move_institution,
    storage.refuse_roster, storage.parts_add_up, access.open_matters
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.found_institution, access.open_matters, access.takes_in,
    access.move_institution
    TO commonwatt_api;
