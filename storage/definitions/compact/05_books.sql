-- Books whose every cause sums to zero, and the run that they say is in force.

CREATE FUNCTION storage.note_causes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO storage.book_to_sum SELECT DISTINCT cause_id FROM added;
    RETURN NULL;
END $$;

CREATE FUNCTION storage.sum_to_zero() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    left_over numeric;
BEGIN
    DELETE FROM storage.book_to_sum WHERE cause_id = NEW.cause_id;
    IF NOT FOUND THEN
        RETURN NULL;  -- another note of the same cause has seen to it
    END IF;
    SELECT sum(amount_g) INTO left_over FROM book_entry WHERE cause_id = NEW.cause_id;
    IF left_over <> 0 THEN
        RAISE EXCEPTION 'the entries of cause % sum to % g, not to 0', NEW.cause_id, left_over
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'sums_to_zero';
    END IF;
    PERFORM journal.write(NEW.cause_id);  -- the second log refuses by checks of its own
    RETURN NULL;
END $$;

-- Nothing enters the books but a run's quotas and a movement that is done.
CREATE FUNCTION storage.cause_has_ground() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.run_id IS NOT NULL AND NEW.kind IN ('issue', 'adjustment') THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM movement m
                    WHERE m.id = NEW.movement_id AND m.kind = NEW.kind
                      AND 'do' = (SELECT d.deed FROM movement_deed d WHERE d.movement_id = m.id
                                   ORDER BY d.id DESC LIMIT 1)) THEN
        RAISE EXCEPTION 'cause % has neither a run nor a movement that is done', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cause_has_ground';
    END IF;
    RETURN NULL;
END $$;

-- Where a union has another person issue what one has asked for, the books hold to it too, whoever
-- writes into them: the person counts, not the log-in, and the operator's account is nobody.
CREATE FUNCTION storage.need_second_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    last run_request;
BEGIN
    IF (SELECT needed FROM union_second_person WHERE union_id = NEW.union_id
         ORDER BY id DESC LIMIT 1) IS NOT TRUE THEN
        RETURN NEW;
    END IF;
    SELECT * INTO last FROM run_request WHERE run_id = NEW.run_id ORDER BY id DESC LIMIT 1;
    IF last.said IS DISTINCT FROM 'asked' THEN
        RAISE EXCEPTION 'nobody has asked for the issue of run %', NEW.run_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'second_person';
    END IF;
    IF NEW.made_by IN (last.made_by, 'user:1')
        OR EXISTS (SELECT FROM app_user a JOIN app_user b USING (person_id)
                    WHERE 'user:' || a.id = last.made_by AND 'user:' || b.id = NEW.made_by) THEN
        RAISE EXCEPTION 'whoever asked for the issue of run % does not confirm it', NEW.run_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'second_person';
    END IF;
    RETURN NEW;
END $$;

-- A snapshot comes last of a run: with it stays what its rows were then, for the second log to compare,
-- and the root by which a part of it is shown to be of it. Nobody chooses the secret.
CREATE FUNCTION storage.seal_run() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    NEW.secret := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    NEW.root := (SELECT storage.tree_root(array_agg(l.digest ORDER BY l.place))
                   FROM storage.run_leaves(NEW.snapshot, NEW.secret) l);
    NEW.rows_sha256 := journal.run_digest(NEW.run_id, NEW.root, NEW.secret);
    RETURN NEW;
END $$;

-- Whoever writes a run's quotas into the books puts it in force by that, for the years it speaks
-- of.
CREATE FUNCTION storage.put_in_force() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO run_in_force AS f (union_id, indicator, year, run_id, cause_id, since)
    SELECT NEW.union_id, NEW.indicator, q.year, NEW.run_id, NEW.id, NEW.made_at
      FROM (SELECT DISTINCT year FROM run_quota WHERE run_id = NEW.run_id) q
    ON CONFLICT (union_id, indicator, year) DO UPDATE
       SET run_id = excluded.run_id, cause_id = excluded.cause_id, since = excluded.since
     WHERE f.cause_id < excluded.cause_id;
    RETURN NULL;
END $$;

CREATE VIEW quota WITH (security_invoker) AS
SELECT union_id, indicator, year, institution_id, sum(amount_g)::bigint AS amount_g
  FROM book_entry WHERE institution_id IS NOT NULL
 GROUP BY union_id, indicator, year, institution_id;

-- An account of the books, whether the run in force still has its institution, and as of when.
CREATE VIEW report.quota WITH (security_barrier) AS
WITH balance AS (
    SELECT e.union_id, e.indicator, e.year, e.institution_id, sum(e.amount_g)::bigint AS amount_g,
           max(e.cause_id) AS cause_id
      FROM book_entry e
     WHERE e.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
     GROUP BY e.union_id, e.indicator, e.year, e.institution_id
)
SELECT b.union_id, b.indicator, b.year, b.institution_id, b.amount_g, f.run_id,
       CASE WHEN q.run_id IS NULL AND b.amount_g = 0 THEN 'dropped' ELSE 'in_force' END AS state,
       greatest(f.since, c.made_at) AS as_of
  FROM balance b
  JOIN book_cause c ON c.id = b.cause_id
  LEFT JOIN run_in_force f ON f.union_id = b.union_id AND f.indicator = b.indicator
        AND f.year = b.year
  LEFT JOIN run_quota q ON q.run_id = f.run_id AND q.institution_id = b.institution_id
        AND q.year = b.year;

-- The path of a year by month, as the books hold it; without a base, no quota.
CREATE VIEW report.quota_month WITH (security_barrier) AS
SELECT q.union_id, q.indicator, q.institution_id, q.member_id, q.year,
       make_date(q.year, m.number::integer, 1) AS month, m.quota_g, m.base_g, q.run_id, q.as_of
  FROM (SELECT r.*, f.indicator, f.since AS as_of,
               storage.months_of(r.months_g, coalesce(b.amount_g, r.amount_g)) AS held_g
          FROM run_in_force f
          JOIN run_quota r ON r.run_id = f.run_id AND r.year = f.year
          LEFT JOIN (SELECT union_id, indicator, year, institution_id,
                            sum(amount_g)::bigint AS amount_g
                       FROM book_entry WHERE institution_id IN (SELECT s.id FROM access.sees() AS s(id))
                      GROUP BY 1, 2, 3, 4) b
                 ON b.union_id = f.union_id AND b.indicator = f.indicator AND b.year = f.year
                AND b.institution_id = r.institution_id
         WHERE r.institution_id IN (SELECT s.id FROM access.sees() AS s(id))) q
 CROSS JOIN LATERAL unnest(q.held_g, q.base_g) WITH ORDINALITY AS m(quota_g, base_g, number)
 WHERE m.base_g IS NOT NULL;

  -- as the snapshot says it; null where the run does not say
CREATE VIEW report.run WITH (security_barrier) AS
SELECT r.id AS run_id, r.target_id, r.union_id, t.indicator, r.version, r.rule, r.method, r.sha256, r.quotas,
       CASE WHEN s.known THEN r.base_g END AS base_g,
       CASE WHEN s.known THEN r.total_g END AS total_g,
       r.made_at, c.kind AS issued_as, c.made_at AS issued_at,
       ARRAY(SELECT f.year FROM run_in_force f WHERE f.run_id = r.id ORDER BY f.year) AS in_force,
       cardinality(r.without_base) AS without_base, cardinality(r.left_out) AS left_out,
       CASE WHEN s.known THEN r.covers END AS covers, r.shadow,
       (SELECT encode(x.root, 'hex') FROM run_snapshot x WHERE x.run_id = r.id) AS root
  FROM run r JOIN target t ON t.id = r.target_id LEFT JOIN book_cause c ON c.run_id = r.id
 CROSS JOIN LATERAL (SELECT -1 = ANY(access.nodes_shown(r.id)) AS known) s
 WHERE r.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

CREATE VIEW report.run_in_force WITH (security_barrier) AS
SELECT f.union_id, f.indicator, f.year, f.run_id, f.since, r.target_id, r.version, r.rule
  FROM run_in_force f JOIN run r ON r.id = f.run_id
 WHERE f.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

REVOKE ALL ON FUNCTION storage.seal_run, storage.put_in_force, storage.need_second_person,
    storage.cause_has_ground FROM PUBLIC;

GRANT SELECT ON public.quota
    TO commonwatt_api, commonwatt_worker;
