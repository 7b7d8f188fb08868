-- An agreement moves on as its members' signatures say, and in no other way, whoever writes.

CREATE FUNCTION storage.refuse_agreement(why text, "constraint" text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', why
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = "constraint";
END $$;

-- Who has signed what is laid before the members now.
CREATE FUNCTION storage.signatures(asked integer, asked_round integer) RETURNS integer[]
LANGUAGE sql STABLE RETURN coalesce(
    (SELECT array_agg(region_id ORDER BY region_id) FROM public.agreement_signature
      WHERE agreement_id = asked AND round = asked_round AND confirmed_by IS NOT NULL), '{}');

-- Nobody is a party who is no member, and no full member that stays is left out.
CREATE FUNCTION storage.fits_members(asked integer, parties integer[]) RETURNS boolean
LANGUAGE sql STABLE RETURN
    (parties <@ ARRAY(SELECT region_id FROM storage.member_now WHERE union_id = asked)
     AND ARRAY(SELECT region_id FROM public.union_member
                WHERE union_id = asked AND step = 'full' AND known_until IS NULL
                  AND storage.civil_day() >= valid_from AND valid_to IS NULL) <@ parties);

-- What a text says of a term; null where no clause names it.
CREATE FUNCTION storage.agreement_term(said text, name text) RETURNS text
LANGUAGE sql IMMUTABLE RETURN
    (SELECT c -> 'terms' ->> name FROM jsonb_array_elements(said::jsonb -> 'clauses') AS c
      WHERE c -> 'terms' ? name LIMIT 1);

-- Whether a text's term is over; one without a term has no end of its own.
CREATE FUNCTION storage.agreement_over(said text, today date) RETURNS boolean
LANGUAGE sql STABLE RETURN
    coalesce(storage.agreement_term(said, 'until')::date < today, false);

-- Of which of these members no account is known to count from: of the base year, where one is agreed
-- on, else of any.
CREATE FUNCTION storage.without_accounts(parties integer[], said text) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE below (member_id, region_id) AS (
        SELECT p, p FROM unnest(parties) AS p
         UNION
        SELECT b.member_id, u.region_id
          FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), base (year) AS (SELECT storage.agreement_term(said, 'base_year')::integer)
    SELECT p FROM unnest(parties) AS p
     WHERE coalesce(storage.agreement_term(said, 'fall_percent'),
                    storage.agreement_term(said, 'growth_percent'),
                    storage.agreement_term(said, 'base_year')) IS NOT NULL
       AND NOT EXISTS (
           SELECT FROM below b
             JOIN affiliation a ON a.region_id = b.region_id AND a.known_until IS NULL
              AND a.level <> 'central'
             JOIN account c ON c.institution_id = a.institution_id AND c.quanta IS NOT NULL
            WHERE b.member_id = p
              AND (SELECT base.year IS NULL OR c.month >= make_date(base.year, 1, 1)
                          AND c.month < make_date(base.year + 1, 1, 1) FROM base))
$$;

CREATE FUNCTION access.parties_without_accounts(asked integer) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT w.id FROM agreement a CROSS JOIN LATERAL storage.without_accounts(a.members, a.text) AS w(id)
     WHERE a.id = asked AND a.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))
$$;

CREATE FUNCTION storage.agreement_begins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.state <> 'draft' OR NEW.signed_by <> '{}' OR NEW.round <> 1 THEN
        PERFORM storage.refuse_agreement('an agreement begins as a draft', 'agreement_begins');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION storage.agreement_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    move CONSTANT text := OLD.state || ' to ' || NEW.state;
BEGIN
    IF move NOT IN ('draft to draft', 'draft to proposed', 'draft to withdrawn', 'proposed to draft',
                    'proposed to proposed', 'proposed to in_force', 'in_force to amended',
                    'in_force to ended')
       OR (NEW.id, NEW.union_id, NEW.version, NEW.made_by, NEW.made_at)
          IS DISTINCT FROM (OLD.id, OLD.union_id, OLD.version, OLD.made_by, OLD.made_at)
       OR (move <> 'draft to draft' AND (NEW.text, NEW.grade, NEW.members, NEW.source)
           IS DISTINCT FROM (OLD.text, OLD.grade, OLD.members, OLD.source))
       OR NEW.round <> OLD.round + (move = 'proposed to draft')::integer THEN
        PERFORM storage.refuse_agreement('an agreement does not go from ' || move,
                                         'agreement_moves');
    END IF;
    IF NEW.signed_by <> storage.signatures(NEW.id, NEW.round) THEN
        PERFORM storage.refuse_agreement('its signatures say who has signed', 'agreement_signed');
    END IF;
    IF move = 'in_force to ended' AND NOT storage.agreement_over(NEW.text, storage.civil_day()) THEN
        PERFORM storage.refuse_agreement('it ends with its term, or by an amended version',
                                         'agreement_ends');
    END IF;
    IF move = 'draft to proposed' AND NOT storage.fits_members(NEW.union_id, NEW.members) THEN
        PERFORM storage.refuse_agreement(
            'its parties are members, and all full members are among them', 'agreement_parties');
    END IF;
    IF move = 'draft to proposed'
       AND EXISTS (SELECT FROM storage.without_accounts(NEW.members, NEW.text)) THEN
        PERFORM storage.refuse_agreement('a party has no accounts of the base year',
                                         'agreement_accounts');
    END IF;
    RETURN NEW;
END $$;

-- A signature names the very text that is laid before the members in this round.
CREATE FUNCTION storage.signature_fits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    of agreement;
BEGIN
    SELECT * INTO of FROM agreement WHERE id = NEW.agreement_id FOR UPDATE;
    IF of.state <> 'proposed' OR NEW.round <> of.round OR NOT ARRAY[NEW.region_id] <@ of.members
       OR ARRAY[NEW.region_id] <@ of.signed_by THEN
        PERFORM storage.refuse_agreement('this is not for that member to sign now',
                                         'signature_now');
    END IF;
    IF NEW.sha256 <> of.sha256 THEN
        PERFORM storage.refuse_agreement('the text is not the one that was read',
                                         'signature_text');
    END IF;
    IF TG_OP = 'INSERT' AND NEW.confirmed_by IS NOT NULL THEN
        PERFORM storage.refuse_agreement('another person confirms it', 'signature_second');
    ELSIF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'confirmed_by' - 'confirmed_at'
           IS DISTINCT FROM to_jsonb(OLD) - 'confirmed_by' - 'confirmed_at'
           OR OLD.confirmed_by IS NOT NULL THEN
            PERFORM storage.refuse_agreement('a signature never changes', 'signature_changes');
        END IF;
        IF EXISTS (SELECT FROM app_user a JOIN app_user b USING (person_id)
                    WHERE 'user:' || a.id = NEW.prepared_by AND 'user:' || b.id = NEW.confirmed_by)
        THEN
            PERFORM storage.refuse_agreement('another person confirms it', 'signature_second');
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- The last signature brings it into force: the version before is amended, its members are full ones.
CREATE FUNCTION storage.signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    of agreement;
    names integer[] := storage.signatures(NEW.agreement_id, NEW.round);
BEGIN
    SELECT * INTO of FROM agreement WHERE id = NEW.agreement_id;
    IF NOT of.members <@ names THEN
        UPDATE agreement SET signed_by = names WHERE id = of.id;
        RETURN NULL;
    END IF;
    UPDATE agreement SET state = 'amended' WHERE union_id = of.union_id AND state = 'in_force';
    UPDATE agreement SET signed_by = names, state = 'in_force', since = storage.civil_day()
     WHERE id = of.id;
    INSERT INTO membership_deed (membership_id, union_id, region_id, deed, step, day, source, made_by)
    SELECT m.id, m.union_id, m.region_id, 'full', 'full', greatest(d.day, storage.civil_day()),
           of.source, NEW.confirmed_by
      FROM membership m
     CROSS JOIN LATERAL (SELECT * FROM membership_deed WHERE membership_id = m.id
                          ORDER BY id DESC LIMIT 1) d
     WHERE m.union_id = of.union_id AND m.region_id = ANY(of.members)
       AND d.deed IN ('accept', 'step', 'stay') AND d.step <> 'full';
    RETURN NULL;
END $$;

-- The years of which a target speaks; without any each institution has its own.
CREATE FUNCTION storage.years_of(base_year integer, target_year integer) RETURNS int4range
LANGUAGE sql IMMUTABLE RETURN int4range(base_year + 1, target_year, '[]');

-- Bind a full member to its union's binding targets up to its last year, if it leaves; nobody else's
-- binding target may hold for it then.
CREATE FUNCTION storage.bind(asked integer, asked_region integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM target_binding WHERE union_id = asked AND region_id = asked_region;
    INSERT INTO target_binding (target_id, union_id, region_id, indicator, years)
    SELECT t.id, t.union_id, m.region_id, t.indicator, b.years
      FROM union_member m
      JOIN target t ON t.union_id = m.union_id AND t.binding
     CROSS JOIN LATERAL (
           SELECT storage.years_of(t.base_year, t.target_year)
                  * int4range(NULL, extract(year FROM m.valid_to - 1)::integer, '[]') AS years) b
     WHERE m.union_id = asked AND m.region_id = asked_region AND m.known_until IS NULL
       AND m.step = 'full' AND NOT isempty(b.years)
       AND (m.valid_to IS NULL OR m.valid_to > storage.civil_day());
END $$;

-- A target binds where departments or governments have signed; a memorandum binds no amount.
CREATE FUNCTION storage.target_binds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM agreement WHERE union_id = NEW.union_id AND state = 'in_force'
                                           AND grade <> 'memorandum'
                                           AND NOT storage.agreement_over(text, storage.today())) THEN
        PERFORM storage.refuse_agreement('a memorandum binds nobody to a target', 'target_grade');
    END IF;
    PERFORM storage.bind(NEW.union_id, m.region_id)
       FROM storage.member_now m WHERE m.union_id = NEW.union_id AND m.step = 'full';
    RETURN NULL;
END $$;

CREATE FUNCTION storage.member_bound() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM storage.bind(NEW.union_id, NEW.region_id);
    RETURN NULL;
END $$;

-- Which of a union's members another union's binding target holds in these years.
CREATE FUNCTION access.bound_elsewhere(asked integer, regions integer[], wanted text,
                                       asked_years int4range) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT DISTINCT b.region_id FROM target_binding b
     WHERE b.union_id <> asked AND b.region_id = ANY(regions) AND b.indicator = wanted
       AND b.years && asked_years
       AND asked IN (SELECT s.id FROM access.sees_unions() AS s(id))
$$;

-- What compares does not enter the books of a member that another union binds.
CREATE FUNCTION storage.not_bound_elsewhere() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM target_binding b
                WHERE b.union_id <> NEW.union_id AND b.indicator = NEW.indicator
                  AND EXISTS (SELECT FROM run_quota q
                               WHERE q.run_id = NEW.run_id AND q.member_id = b.region_id
                                 AND b.years @> q.year)) THEN
        RAISE EXCEPTION 'another union binds a member of run %', NEW.run_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'bound_once';
    END IF;
    RETURN NEW;
END $$;

-- What was computed with a shadow member is for its eyes: nothing of it enters the books.
CREATE FUNCTION storage.no_shadow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT shadow <> '{}' FROM run WHERE id = NEW.run_id) THEN
        RAISE EXCEPTION 'run % counts shadow members and is never issued', NEW.run_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'no_shadow';
    END IF;
    RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION storage.refuse_agreement, storage.signatures, storage.fits_members,
    storage.agreement_term, storage.agreement_over, storage.without_accounts, access.parties_without_accounts,
    storage.agreement_begins, storage.agreement_moves, storage.signature_fits, storage.signed,
    storage.no_shadow, storage.bind, storage.target_binds, storage.member_bound,
    storage.not_bound_elsewhere, access.bound_elsewhere
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION storage.agreement_term, storage.agreement_over TO commonwatt_api;
GRANT EXECUTE ON FUNCTION access.parties_without_accounts, access.bound_elsewhere
    TO commonwatt_api;
