-- What bills and typed figures come to: parts by institution and month, and accounts without a meter.

-- When a carrier of an institution is in account, and by which days: each channel that counts, and,
-- where none does, bills and typing up to the last month that they tell. What comes in later is not
-- missing yet; a month that they skipped is.
CREATE VIEW storage.due AS
SELECT t.institution_id, t.carrier, c.zone, t.valid_from, t.valid_to
  FROM account_term t JOIN channel c ON c.id = t.channel_id
 WHERE t.known_until IS NULL
 UNION ALL
SELECT s.institution_id, s.carrier, s.zone, lower(d.days), upper(d.days)
  FROM stated_term s
 CROSS JOIN LATERAL (SELECT range_agg(daterange(t.valid_from, t.valid_to)) AS days
                       FROM account_term t
                      WHERE t.institution_id = s.institution_id AND t.carrier = s.carrier
                        AND t.known_until IS NULL) m
 CROSS JOIN LATERAL unnest(datemultirange(daterange(s.valid_from, s.known_to))
                           - coalesce(m.days, '{}')) AS d(days)
 WHERE s.valid_from < s.known_to;

-- Months in which a number or typing began or ended after the first: all that is due of them may be
-- billed, and they are no month of a base all the same.
CREATE VIEW storage.stated_in_part AS
SELECT s.institution_id, s.carrier, date_trunc('month', d.day::timestamp)::date AS month
  FROM stated_term s CROSS JOIN LATERAL (VALUES (s.valid_from), (s.valid_to)) AS d(day)
 WHERE extract(day FROM d.day) <> 1;

-- What institutions take of bills, by largest remainder: the parts of each basis add to the bill. A
-- day weighs what any other does, and of it each institution its share. As
-- analytics.bills.parts.
CREATE FUNCTION storage.bill_parts(asked bigint[]) RETURNS SETOF bill_part
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH piece AS MATERIALIZED (
        SELECT b.id AS bill_id, b.month AS billed_in, s.institution_id, m.month::date AS month,
               s.share, least(b.last + 1, s.valid_to, (m.month + interval '1 month')::date)
                        - greatest(b.first, s.valid_from, m.month::date) AS days
          FROM bill b
          JOIN utility_share s ON s.utility_account_id = b.utility_account_id
           AND s.known_until IS NULL
           AND s.valid_from <= b.last AND (s.valid_to IS NULL OR s.valid_to > b.first)
         CROSS JOIN LATERAL generate_series(
               date_trunc('month', greatest(b.first, s.valid_from)::timestamp),
               least(b.last + 1, s.valid_to)::timestamp - interval '1 day',
               interval '1 month') AS m(month)
         WHERE b.id = ANY(asked)
    ), share AS (
        SELECT bill_id, 'days' AS basis, institution_id, month, sum(days) AS days,
               sum(days::bigint * share)::numeric AS weight
          FROM piece GROUP BY bill_id, institution_id, month
         UNION ALL
        SELECT bill_id, 'billed', institution_id, billed_in, sum(days),
               sum(days::bigint * share)::numeric
          FROM piece GROUP BY bill_id, institution_id, billed_in
    ), floors AS (
        SELECT s.*, b.quanta AS all_quanta, w.all_fen, w.whole,
               div(b.quanta * s.weight, w.whole) AS quanta, mod(b.quanta * s.weight, w.whole) AS rest,
               div(w.all_fen * s.weight, w.whole) AS fen,
               mod(w.all_fen * s.weight, w.whole) AS fen_rest
          FROM share s JOIN bill b ON b.id = s.bill_id
         CROSS JOIN LATERAL (
                SELECT (b.last - b.first + 1)::numeric * 1000000 AS whole,
                       coalesce(b.total_fen, b.cost_fen + coalesce(b.tax_fen, 0)
                                             + coalesce(b.basic_fen, 0)) AS all_fen) w
    )
    SELECT f.bill_id, f.basis, f.institution_id, f.month, f.days::integer,
           (f.quanta + (row_number() OVER (each ORDER BY f.rest DESC, f.month, f.institution_id)
                        <= f.all_quanta - sum(f.quanta) OVER each)::integer)::bigint,
           (f.fen + (row_number() OVER (each ORDER BY f.fen_rest DESC, f.month, f.institution_id)
                     <= f.all_fen - sum(f.fen) OVER each)::integer)::bigint
      FROM floors f
    WINDOW each AS (PARTITION BY f.bill_id, f.basis)
$$;

-- What bills say of these months, in either way, as far as they know one whole. By days a month is
-- whole if every day of every number that is valid in it is billed; by billing month also one
-- without a bill of its own, whose days are in the bills of another: 0.
CREATE FUNCTION storage.billed(who integer[], carriers text[], months date[])
RETURNS TABLE (institution_id integer, carrier text, month date, by_days bigint, by_bill bigint)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH key AS MATERIALIZED (
        SELECT DISTINCT k.institution_id, k.carrier, k.month,
               (k.month + interval '1 month')::date AS until
          FROM unnest(who, carriers, months) AS k(institution_id, carrier, month)
    ), due AS (
        SELECT k.institution_id, k.carrier, k.month, s.utility_account_id,
               sum(least(k.until, s.valid_to) - greatest(k.month, s.valid_from)) AS days
          FROM key k
          JOIN utility_share s ON s.institution_id = k.institution_id AND s.known_until IS NULL
           AND s.valid_from < k.until AND (s.valid_to IS NULL OR s.valid_to > k.month)
          JOIN utility_account u ON u.id = s.utility_account_id AND u.carrier = k.carrier
         GROUP BY 1, 2, 3, 4
    ), part AS (
        SELECT k.institution_id, k.carrier, k.month, b.utility_account_id,
               sum(p.days) FILTER (WHERE p.basis = 'days') AS days,
               sum(p.quanta) FILTER (WHERE p.basis = 'days') AS quanta,
               sum(p.quanta) FILTER (WHERE p.basis = 'billed') AS billed
          FROM key k
          JOIN bill_part p ON p.institution_id = k.institution_id AND p.month = k.month
          JOIN bill b ON b.id = p.bill_id AND b.known_until IS NULL
          JOIN utility_account u ON u.id = b.utility_account_id AND u.carrier = k.carrier
         GROUP BY 1, 2, 3, 4
    )
    SELECT institution_id, carrier, month,
           CASE WHEN bool_and(coalesce(p.days, 0) = coalesce(d.days, 0)) THEN sum(p.quanta) END::bigint,
           CASE WHEN bool_and(p.billed IS NOT NULL OR p.days IS NOT DISTINCT FROM d.days)
                THEN coalesce(sum(p.billed), 0) END::bigint
      FROM due d FULL JOIN part p USING (institution_id, carrier, month, utility_account_id)
     GROUP BY institution_id, carrier, month
    HAVING count(p.utility_account_id) > 0
$$;

-- What bills, typed figures and estimates say of these months, a row for each source that knows its
-- month whole.
CREATE FUNCTION storage.stated(who integer[], carriers text[], months date[]) RETURNS SETOF account
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH key AS MATERIALIZED (
        SELECT DISTINCT k.institution_id, k.carrier, k.month,
               (k.month + interval '1 month')::date AS until, r.first_source, r.spread
          FROM unnest(who, carriers, months) AS k(institution_id, carrier, month)
          LEFT JOIN counting_rule r ON r.institution_id = k.institution_id AND r.carrier = k.carrier
           AND r.known_until IS NULL
           AND r.valid_from <= k.month AND (r.valid_to IS NULL OR k.month < r.valid_to)
    ), bill AS (
        SELECT institution_id, carrier, month,
               CASE WHEN k.spread = 'billed' THEN b.by_bill ELSE b.by_days END AS quanta
          FROM storage.billed(who, carriers, months) b
          JOIN key k USING (institution_id, carrier, month)
    ), typed AS (
        SELECT k.institution_id, k.carrier, k.month, sum(t.quanta) AS quanta
          FROM key k
          JOIN typed_figure t ON t.institution_id = k.institution_id AND t.carrier = k.carrier
           AND t.day >= k.month AND t.day < k.until AND t.known_until IS NULL
         GROUP BY 1, 2, 3
    ), estimate AS (
        SELECT DISTINCT ON (k.institution_id, k.carrier, k.month)
               k.institution_id, k.carrier, k.month, e.how, e.quanta
          FROM key k
          JOIN account_estimate e ON e.institution_id = k.institution_id
           AND e.carrier = k.carrier AND e.month = k.month
         ORDER BY k.institution_id, k.carrier, k.month, e.id DESC
    )
    SELECT b.institution_id, b.carrier, b.month, 'bill', b.quanta::bigint, 0::bigint, 0::bigint,
           coalesce(k.first_source, 'bill') <> 'meter'
      FROM bill b JOIN key k USING (institution_id, carrier, month) WHERE b.quanta IS NOT NULL
     UNION ALL
    SELECT t.institution_id, t.carrier, t.month, 'typed', t.quanta::bigint, 0, 0,
           coalesce(k.first_source = 'stated', false)
      FROM typed t JOIN key k USING (institution_id, carrier, month)
     UNION ALL
    SELECT e.institution_id, e.carrier, e.month, CASE e.how WHEN 'bill' THEN 'bill' ELSE 'estimate' END,
           e.quanta, 0, 0, false
      FROM estimate e
     WHERE e.quanta IS NOT NULL
       AND (e.how <> 'bill' OR NOT EXISTS (
                SELECT FROM bill b WHERE b.institution_id = e.institution_id
                   AND b.carrier = e.carrier AND b.month = e.month AND b.quanta IS NOT NULL))
$$;

-- Since when these carriers are in account by bills or typing, and how far these tell. A number is in
-- account until it ends, what is typed to the end of the last year of which any of it is known. made:
-- what is about to be in account.
CREATE FUNCTION storage.state_terms(made account[], who integer[], carriers text[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_catalog, pg_temp AS $$
    WITH pair AS MATERIALIZED (
        SELECT DISTINCT p.institution_id, p.carrier
          FROM unnest(who, carriers) AS p(institution_id, carrier)
    ), bound AS (
        SELECT p.institution_id, p.carrier, min(s.valid_from) AS first,
               nullif(max(coalesce(s.valid_to, 'infinity')), 'infinity') AS last
          FROM pair p
          JOIN utility_share s ON s.institution_id = p.institution_id AND s.known_until IS NULL
          JOIN utility_account u ON u.id = s.utility_account_id AND u.carrier = p.carrier
         GROUP BY 1, 2
    ), typed AS (
        SELECT p.institution_id, p.carrier,
               (SELECT date_trunc('month', min(t.day)::timestamp)::date FROM typed_figure t
                 WHERE t.institution_id = p.institution_id AND t.carrier = p.carrier
                   AND t.known_until IS NULL) AS first
          FROM pair p
    ), known AS (
        SELECT institution_id, carrier, max(month) AS month FROM (
            SELECT institution_id, carrier, month FROM unnest(made) WHERE source IN ('bill', 'typed')
             UNION ALL
            SELECT a.institution_id, a.carrier, a.month FROM account a JOIN pair USING (institution_id, carrier)
             WHERE a.source IN ('bill', 'typed') AND a.quanta IS NOT NULL) k
         GROUP BY 1, 2
    ), place AS (
        SELECT p.institution_id, max(l.region_id) AS region_id
          FROM (SELECT DISTINCT institution_id FROM pair) p
          LEFT JOIN location l ON l.institution_id = p.institution_id AND l.known_until IS NULL
           AND l.valid_to IS NULL
         GROUP BY 1
    ), zone AS MATERIALIZED (
        SELECT r.region_id, storage.region_zone(r.region_id) AS zone
          FROM (SELECT DISTINCT region_id FROM place) r
    ), wanted AS (
        SELECT p.institution_id, p.carrier, z.zone, least(b.first, t.first) AS valid_from, e.valid_to,
               least(greatest((k.month + interval '1 month')::date, b.first, t.first), e.valid_to)
                   AS known_to
          FROM pair p
          LEFT JOIN bound b USING (institution_id, carrier)
          LEFT JOIN typed t USING (institution_id, carrier)
          LEFT JOIN known k USING (institution_id, carrier)
         CROSS JOIN LATERAL (
                SELECT CASE WHEN t.first IS NULL THEN b.last
                            WHEN b.first IS NULL OR b.last IS NOT NULL
                            THEN greatest(b.last, (date_trunc('year', greatest(k.month, t.first)::timestamp)
                                                   + interval '1 year')::date) END AS valid_to) e
          JOIN place l USING (institution_id)
          JOIN zone z ON z.region_id IS NOT DISTINCT FROM l.region_id
         WHERE num_nonnulls(b.first, t.first) > 0
    ), gone AS (
        DELETE FROM stated_term s USING pair p
         WHERE s.institution_id = p.institution_id AND s.carrier = p.carrier
           AND NOT EXISTS (SELECT FROM wanted w
                            WHERE w.institution_id = p.institution_id AND w.carrier = p.carrier)
    )
    INSERT INTO stated_term AS s SELECT * FROM wanted
        ON CONFLICT (institution_id, carrier) DO UPDATE
           SET zone = excluded.zone, valid_from = excluded.valid_from,
               valid_to = excluded.valid_to, known_to = excluded.known_to
         WHERE (s.zone, s.valid_from, s.valid_to, s.known_to)
               IS DISTINCT FROM (excluded.zone, excluded.valid_from, excluded.valid_to, excluded.known_to)
$$;

-- Make the accounts of these months anew, as far as no meter makes them. Institutions are locked
-- first: whoever states something of the same one waits, and then sees what is known.
CREATE FUNCTION storage.restate(who integer[], carriers text[], months date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    made account[];
BEGIN
    IF coalesce(cardinality(who), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM FROM institution WHERE id = ANY(who) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM account a
     USING (SELECT DISTINCT * FROM unnest(who, carriers, months) AS k(institution_id, carrier, month)) k
     WHERE a.institution_id = k.institution_id AND a.carrier = k.carrier AND a.month = k.month
       AND a.source <> 'meter';
    made := ARRAY(SELECT s FROM storage.stated(who, carriers, months) AS s);
    PERFORM storage.state_terms(made, who, carriers);
    INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s, known_s,
                         before_meter)
    SELECT m.institution_id, m.carrier, m.month, m.source, m.quanta, 0,
           CASE WHEN m.source = 'estimate' THEN 0 ELSE coalesce(d.known_s, 0) END, m.before_meter
      FROM unnest(made) AS m
      LEFT JOIN LATERAL (
            SELECT sum(storage.whole_s(d.valid_from, d.valid_to, d.zone, m.month))::bigint AS known_s
              FROM storage.due d
             WHERE d.institution_id = m.institution_id AND d.carrier = m.carrier
               AND storage.is_zone(d.zone)) d ON true;
END $$;

CREATE FUNCTION storage.bills_came() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    whose integer[]; carriers text[]; months date[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO bill_part SELECT * FROM storage.bill_parts(ARRAY(SELECT id FROM fresh));
    END IF;
    SELECT array_agg(k.institution_id), array_agg(k.carrier), array_agg(k.month)
      INTO whose, carriers, months
      FROM (SELECT DISTINCT p.institution_id, u.carrier, p.month
              FROM fresh f JOIN bill_part p ON p.bill_id = f.id
              JOIN utility_account u ON u.id = f.utility_account_id) k;
    PERFORM storage.restate(whose, carriers, months);
    RETURN NULL;
END $$;

-- Other shares take other parts of the bills that are known, and make other days due.
CREATE FUNCTION storage.shares_came() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    bills bigint[];
    keys account[];
BEGIN
    IF EXISTS (SELECT FROM (SELECT f.utility_account_id, f.valid_from AS day FROM fresh f
                             UNION SELECT f.utility_account_id, f.valid_to FROM fresh f) d
                 JOIN utility_share s ON s.utility_account_id = d.utility_account_id
                  AND s.known_until IS NULL AND s.valid_from <= d.day
                  AND (s.valid_to IS NULL OR d.day < s.valid_to)
                GROUP BY d.utility_account_id, d.day HAVING sum(s.share) <> 1000000) THEN
        RAISE EXCEPTION 'the shares of a utility account number add to a whole, or to nothing'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'shares_whole';
    END IF;
    bills := ARRAY(SELECT b.id FROM bill b
                    WHERE b.known_until IS NULL
                      AND b.utility_account_id IN (SELECT utility_account_id FROM fresh));
    keys := ARRAY(SELECT ROW(p.institution_id, u.carrier, p.month, 'bill', 0, 0, 0, false)::account
                    FROM bill_part p JOIN bill b ON b.id = p.bill_id
                    JOIN utility_account u ON u.id = b.utility_account_id WHERE b.id = ANY(bills));
    DELETE FROM bill_part WHERE bill_id = ANY(bills);
    INSERT INTO bill_part SELECT * FROM storage.bill_parts(bills);
    keys := keys || ARRAY(
        SELECT DISTINCT ROW(f.institution_id, u.carrier,
                   coalesce(p.month, date_trunc('month', f.valid_from::timestamp)::date),
                   'bill', 0, 0, 0, false)::account
          FROM fresh f JOIN utility_account u ON u.id = f.utility_account_id
          LEFT JOIN (bill_part p JOIN bill b ON b.id = p.bill_id
                     JOIN utility_account o ON o.id = b.utility_account_id)
                 ON p.institution_id = f.institution_id AND o.carrier = u.carrier);
    PERFORM storage.restate(array_agg(k.institution_id), array_agg(k.carrier), array_agg(k.month))
       FROM unnest(keys) AS k;
    RETURN NULL;
END $$;

CREATE FUNCTION storage.typing_came() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    whose integer[]; carriers text[]; months date[];
BEGIN
    SELECT array_agg(k.institution_id), array_agg(k.carrier), array_agg(k.month)
      INTO whose, carriers, months
      FROM (SELECT DISTINCT institution_id, carrier,
                   date_trunc('month', day::timestamp)::date AS month FROM fresh) k;
    PERFORM storage.restate(whose, carriers, months);
    RETURN NULL;
END $$;

-- A rule changes what is stated of the months for which it holds.
CREATE FUNCTION storage.rules_came() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    whose integer[]; carriers text[]; months date[];
BEGIN
    SELECT array_agg(k.institution_id), array_agg(k.carrier), array_agg(k.month)
      INTO whose, carriers, months
      FROM (SELECT a.institution_id, a.carrier, a.month FROM fresh f
              JOIN account a ON a.institution_id = f.institution_id AND a.carrier = f.carrier
               AND a.source <> 'meter'
             UNION
            SELECT p.institution_id, u.carrier, p.month FROM fresh f
              JOIN bill_part p ON p.institution_id = f.institution_id
              JOIN bill b ON b.id = p.bill_id AND b.known_until IS NULL
              JOIN utility_account u ON u.id = b.utility_account_id AND u.carrier = f.carrier) k;
    PERFORM storage.restate(whose, carriers, months);
    RETURN NULL;
END $$;

-- What was estimated stands in the account, as a source beside the meter: it counts where the meter
-- does not know enough.
CREATE FUNCTION storage.estimate_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    whose integer[]; carriers text[]; months date[];
BEGIN
    SELECT array_agg(institution_id), array_agg(carrier), array_agg(month)
      INTO whose, carriers, months FROM fresh;
    PERFORM storage.restate(whose, carriers, months);
    RETURN NULL;
END $$;

-- Whether two figures of a month differ by so much that somebody must say why: by more than 2 % of
-- the greater. As analytics.bills.differs.
CREATE FUNCTION storage.differs(one bigint, other bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN abs(one - other)::numeric * 50 > greatest(abs(one), abs(other));

-- Whose number the viewer sees: of any institution with a share, unless a guarded one that is not
-- seen has another.
CREATE FUNCTION access.sees_utility_accounts() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH seen AS MATERIALIZED (SELECT s.id FROM access.sees() AS s(id))
    SELECT DISTINCT u.utility_account_id
      FROM utility_share u
     WHERE u.known_until IS NULL AND u.institution_id IN (SELECT id FROM seen)
       AND NOT EXISTS (
            SELECT FROM utility_share o
              JOIN institution_fact f ON f.institution_id = o.institution_id
               AND f.attribute = 'disclosure' AND f.value <> 'open' AND f.known_until IS NULL
               AND storage.civil_day() >= f.valid_from
               AND (f.valid_to IS NULL OR storage.civil_day() < f.valid_to)
             WHERE o.utility_account_id = u.utility_account_id AND o.known_until IS NULL
               AND o.institution_id NOT IN (SELECT id FROM seen))
$$;

CREATE FUNCTION access.covers_utility_accounts(asked text) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT DISTINCT u.utility_account_id FROM utility_share u
     WHERE u.known_until IS NULL
       AND u.institution_id IN (SELECT s.id FROM access.covers(asked) AS s(id))
    INTERSECT
    SELECT s.id FROM access.sees_utility_accounts() AS s(id)
$$;

-- Whose a number is on some days, past what the viewer sees: whoever registers it again is told that
-- it is somebody's, and of whom only what they see.
CREATE FUNCTION access.number_taken(asked text, whose text, wanted text, first date, until date)
RETURNS TABLE (utility_account_id integer, institution_id integer, valid_from date, valid_to date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.id, CASE WHEN s.institution_id IN (SELECT v.id FROM access.sees() AS v(id))
                      THEN s.institution_id END, s.valid_from, s.valid_to
      FROM utility_account u
      JOIN utility_share s ON s.utility_account_id = u.id AND s.known_until IS NULL
     WHERE u.number = asked AND u.supplier = whose AND u.carrier = wanted
       AND daterange(s.valid_from, s.valid_to) && daterange(first, until)
     ORDER BY s.valid_from, s.institution_id
$$;

CREATE FUNCTION access.number_id(asked text, whose text, wanted text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.id FROM utility_account u
     WHERE u.number = asked AND u.supplier = whose AND u.carrier = wanted
$$;

REVOKE ALL ON FUNCTION storage.bill_parts, storage.billed, storage.stated, storage.state_terms, storage.restate,
    storage.bills_came, storage.shares_came, storage.typing_came, storage.rules_came,
    storage.estimate_stands, access.sees_utility_accounts, access.covers_utility_accounts,
    access.number_taken, access.number_id
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.sees_utility_accounts, access.covers_utility_accounts,
    access.number_taken, access.number_id
    TO commonwatt_api;
