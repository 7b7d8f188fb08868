-- What is shown of the books' accounts, movements, the second log and its reconciliations.

-- Each account with its balance: an institution's for who sees it, a union's own for its members.
CREATE VIEW report.book_account WITH (security_barrier) AS
SELECT e.union_id, e.indicator, e.year, e.account, e.institution_id, e.region_id,
       sum(e.amount_g)::bigint AS amount_g, max(e.cause_id) AS cause_id
  FROM book_entry e
 WHERE e.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
    OR (e.institution_id IS NULL AND e.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)))
 GROUP BY e.union_id, e.indicator, e.year, e.account, e.institution_id, e.region_id;

-- The newest word of each account.
CREATE VIEW storage.account_state AS
SELECT DISTINCT ON (union_id, institution_id, indicator) union_id, institution_id, indicator, state,
       reason, made_at, made_by, cover_deadline
  FROM book_account_state ORDER BY union_id, institution_id, indicator, id DESC;

CREATE VIEW report.account_state WITH (security_barrier) AS
SELECT * FROM storage.account_state
 WHERE institution_id IN (SELECT s.id FROM access.sees() AS s(id))
    OR (institution_id IS NULL AND union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));

-- Every movement with its last deed, for who sees one of its holders; those of no single holder are
-- the members'.
CREATE VIEW report.movement WITH (security_barrier) AS
SELECT m.id AS movement_id, m.union_id, m.indicator, m.kind, m.year, m.member_id, m.institution_id,
       m.taker_id, m.amount_g, m.reason, m.document_sha256, m.reverses, m.made_at, m.made_by,
       storage.movement_state(d.deed) AS state, d.code, d.due_at, d.reason AS said, d.made_at AS since,
       d.made_by AS by, storage.needs_two(m.kind) AS second_person,
       (SELECT max(r.id) FROM movement r WHERE r.reverses = m.id) AS reversed_by,
       CASE m.kind WHEN 'pool' THEN (  -- whether it takes, and does not give
           SELECT l.amount_g > 0 FROM movement_leg l
            WHERE l.movement_id = m.id AND l.account = 'pool') END AS into_pool
  FROM movement m
 CROSS JOIN LATERAL (SELECT * FROM movement_deed x WHERE x.movement_id = m.id
                      ORDER BY x.id DESC LIMIT 1) d
 WHERE m.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
    OR m.taker_id IN (SELECT s.id FROM access.sees() AS s(id))
    OR (m.institution_id IS NULL AND m.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));

CREATE VIEW report.journal_line WITH (security_barrier) AS
SELECT l.union_id, l.number, l.cause_id, l.kind, l.indicator, l.movement_id,
       to_timestamp(l.at_ms / 1000.0) AS made_at, cardinality(l.entries) AS entries,
       encode(l.previous, 'hex') AS previous, encode(l.hash, 'hex') AS hash
  FROM journal.line l WHERE l.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

CREATE VIEW report.journal_head WITH (security_barrier) AS
SELECT h.union_id, h.day, h.number, encode(h.hash, 'hex') AS hash, h.made_at
  FROM journal.head h WHERE h.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

CREATE VIEW report.reconciliation WITH (security_barrier) AS
SELECT r.id AS reconciliation_id, r.union_id, r.lines, r.entries, r.differences, r.made_at, r.made_by
  FROM journal.reconciliation r WHERE r.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

-- What differs names accounts and amounts: whoever plans the union reads all of it, others their own.
CREATE VIEW report.book_difference WITH (security_barrier) AS
SELECT d.reconciliation_id, r.union_id, d.place, d.code, d.institution_id, d.indicator, d.what, r.made_at
  FROM journal.difference d JOIN journal.reconciliation r ON r.id = d.reconciliation_id
 WHERE r.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))
    OR (d.institution_id IS NULL AND r.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)))
    OR d.institution_id IN (SELECT s.id FROM access.sees() AS s(id));

-- What a holder used in a year by its newest verified accounts, as an indicator counts it; null where
-- they are not final, or a factor is missing.
CREATE FUNCTION storage.locked_use_g(holder integer, of_year integer, asked_profile text,
                                     wanted text) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT CASE storage.quantity_of(wanted) WHEN 'co2' THEN u.co2_g
                WHEN 'water' THEN storage.amount_of('water', u.water_quanta, NULL, NULL, (
                    SELECT c.per_unit FROM carrier c WHERE c.code = 'water'))
                ELSE u.kgce_g END
      FROM storage.verified_use u
     WHERE u.institution_id = holder AND u.year = of_year AND u.profile = asked_profile
     ORDER BY u.version DESC LIMIT 1
$$;

-- Who holds quota of a year: by the run in force, or as a successor; whoever has left the roster before
-- the year began uses nothing in it.
CREATE FUNCTION storage.holders_of(asked integer, wanted text, whose integer)
RETURNS TABLE (institution_id integer, member_id integer, year integer, run_id integer)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT h.institution_id, h.member_id, h.year, h.run_id
      FROM (SELECT q.institution_id, q.member_id, f.year, f.run_id
              FROM run_in_force f JOIN run_quota q ON q.run_id = f.run_id AND q.year = f.year
             WHERE f.union_id = asked AND f.indicator = wanted
               AND (whose IS NULL OR q.institution_id = whose)
             UNION ALL
            SELECT i.institution_id, i.member_id, f.year, f.run_id
              FROM storage.heir i JOIN run_in_force f USING (union_id, indicator, year)
             WHERE i.union_id = asked AND i.indicator = wanted
               AND (whose IS NULL OR i.institution_id = whose)
               AND (NOT pg_has_role(current_user, 'commonwatt_api', 'MEMBER')
                    OR i.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
                    OR ((SELECT access.reckons())
                        AND asked IN (SELECT s.id FROM access.planned_unions() AS s(id))))
               AND NOT EXISTS (SELECT FROM run_quota q WHERE q.run_id = f.run_id AND q.year = f.year
                                  AND q.institution_id = i.institution_id)) h
     WHERE NOT EXISTS (SELECT FROM storage.left_roster x
                        WHERE x.institution_id = h.institution_id
                          AND x.day <= make_date(h.year, 1, 1))
$$;

-- The periods of several years that an agreement binds its members to: until one is over, a percentage
-- of each of its years is to be covered. They begin after the base year, else with the agreement.
CREATE FUNCTION storage.cover_period(asked integer)
RETURNS TABLE (first_year integer, years integer, interim_percent numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce(storage.agreement_term(a.text, 'base_year')::integer + 1,
                    extract(year FROM a.since)::integer), t.years, t.interim
      FROM agreement a
     CROSS JOIN (SELECT storage.binding_term(asked, 'period_years')::integer AS years,
                        storage.binding_term(asked, 'interim_percent')::numeric AS interim) t
     WHERE a.union_id = asked AND a.state = 'in_force' AND t.years > 1 AND t.interim IS NOT NULL
$$;

-- The year from which on all of a year's use is due, and which part is in another year. As
-- compact.cover.Periods.
CREATE FUNCTION storage.whole_due_from(of_year integer, first_year integer, years integer)
RETURNS integer LANGUAGE sql IMMUTABLE
RETURN CASE WHEN of_year < first_year THEN of_year + 1
            ELSE first_year + ((of_year - first_year) / years + 1) * years END;

CREATE FUNCTION storage.due_share(of_year integer, now_year integer, first_year integer, years integer,
                                  interim_percent numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN CASE WHEN years IS NULL OR now_year >= storage.whole_due_from(of_year, first_year, years)
            THEN 1
            ELSE interim_percent / 100 END;

-- Every holder of a union's quota with its years, or one, for who sees it or reckons for the union.
-- last_year: of who has left the roster, the last in which it used anything.
CREATE TYPE storage.cover_held AS (
    institution_id integer, member_id integer, first_year integer, years integer[], used_g numeric[],
    excluded integer[], covered_g numeric, last_year integer, period_first integer,
    period_years integer, interim_percent numeric);
CREATE FUNCTION storage.cover_of(asked integer, wanted text, whose integer)
RETURNS SETOF storage.cover_held LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH held AS (
        SELECT h.institution_id, h.member_id, h.year, t.profile
          FROM storage.holders_of(asked, wanted, whose) h
          JOIN run r ON r.id = h.run_id JOIN target t ON t.id = r.target_id
    ), left_out AS (
        SELECT x.institution_id, array_agg(x.year) AS years
          FROM (SELECT DISTINCT ON (e.institution_id, e.year) e.institution_id, e.year, e.excluded
                  FROM cover_exclusion e WHERE e.union_id = asked AND e.indicator = wanted
                 ORDER BY e.institution_id, e.year, e.id DESC) x
         WHERE x.excluded GROUP BY x.institution_id
    ), covered AS (
        SELECT e.institution_id, sum(e.amount_g) AS g FROM book_entry e
         WHERE e.union_id = asked AND e.indicator = wanted AND e.account = 'covered'
           AND (whose IS NULL OR e.institution_id = whose)
         GROUP BY e.institution_id
    )
    SELECT h.institution_id, (array_agg(h.member_id ORDER BY h.year DESC))[1], min(h.year),
           array_agg(h.year ORDER BY h.year),
           array_agg(storage.locked_use_g(h.institution_id, h.year, h.profile, wanted) ORDER BY h.year),
           coalesce(l.years, '{}'), coalesce(c.g, 0),
           (SELECT min(extract(year FROM x.day - 1))::integer FROM storage.left_roster x
             WHERE x.institution_id = h.institution_id),
           p.first_year, p.years, p.interim_percent
      FROM held h LEFT JOIN left_out l USING (institution_id) LEFT JOIN covered c USING (institution_id)
      LEFT JOIN storage.cover_period(asked) p ON true
     GROUP BY h.institution_id, l.years, c.g, p.first_year, p.years, p.interim_percent
$$;

-- How many holders each member has: whoever sees fewer is not told how the member stands.
CREATE FUNCTION access.holders_by_member(asked integer, wanted text)
RETURNS TABLE (member_id integer, holders bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT h.member_id, count(*)
      FROM (SELECT DISTINCT ON (q.institution_id) q.institution_id, q.member_id
              FROM storage.holders_of(asked, wanted, NULL) q
             ORDER BY q.institution_id, q.year DESC) h
     WHERE asked IN (SELECT s.id FROM access.sees_unions() AS s(id))
     GROUP BY h.member_id
$$;

-- A planner of the union, and the worker at night.
CREATE FUNCTION access.reconcile(asked integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    IF NOT (pg_has_role(session_user, 'commonwatt_worker', 'MEMBER')
            OR asked IN (SELECT s.id FROM access.planned_unions() AS s(id))) THEN
        RAISE EXCEPTION 'not a planner of this union' USING ERRCODE = 'insufficient_privilege';
    END IF;
    made := journal.reconcile(asked, coalesce(access.viewer(), 'user:1'));
    PERFORM journal.publish(asked, storage.civil_day());
    RETURN made;
END $$;

-- Of each union that has books: where its log ends, what the last comparison found, and which accounts
-- rest; for doctor and status.
CREATE FUNCTION storage.books_stand()
RETURNS TABLE (union_id integer, lines bigint, head text, reconciled_at timestamptz, differences bigint,
               blocked bigint, restricted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.id, l.number, encode(l.hash, 'hex'), r.made_at, r.differences,
           (SELECT count(*) FROM storage.account_state s WHERE s.union_id = u.id AND s.state = 'blocked'),
           (SELECT count(*) FROM storage.account_state s
             WHERE s.union_id = u.id AND s.state = 'restricted')
      FROM region_union u
     CROSS JOIN LATERAL (SELECT x.number, x.hash FROM journal.line x WHERE x.union_id = u.id
                          ORDER BY x.number DESC LIMIT 1) l
      LEFT JOIN LATERAL (SELECT x.made_at, x.differences FROM journal.reconciliation x
                          WHERE x.union_id = u.id ORDER BY x.id DESC LIMIT 1) r ON true
     ORDER BY u.id
$$;

REVOKE ALL ON FUNCTION access.reconcile, storage.books_stand, storage.locked_use_g, storage.cover_of,
    access.holders_by_member, storage.holders_of, storage.cover_period
    FROM PUBLIC;
GRANT SELECT ON storage.heir, storage.left_roster TO commonwatt_api;
GRANT EXECUTE ON FUNCTION access.reconcile, storage.books_stand TO commonwatt_api, commonwatt_worker;
GRANT EXECUTE ON FUNCTION storage.locked_use_g, storage.cover_of, storage.holders_of,
    storage.cover_period,
    access.holders_by_member
    TO commonwatt_api;
