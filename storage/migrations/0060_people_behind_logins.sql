-- Some acts ask for another person, not another log-in: the log-ins of one person share a number.

CREATE SEQUENCE person_id_seq AS integer;
GRANT USAGE ON SEQUENCE person_id_seq TO commonwatt_api;
ALTER TABLE app_user ADD person_id integer NOT NULL DEFAULT nextval('person_id_seq');
CREATE INDEX ON app_user (person_id);

-- Whether the viewer is the person behind one of these actors; readers see no log-in but their own.
CREATE FUNCTION access.is_one_of(actors text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT access.viewer() = ANY(actors)
        OR EXISTS (SELECT FROM app_user me JOIN app_user other USING (person_id)
                    WHERE 'user:' || me.id = access.viewer() AND 'user:' || other.id = ANY(actors))
$$;
REVOKE ALL ON FUNCTION access.is_one_of FROM public;
GRANT EXECUTE ON FUNCTION access.is_one_of TO commonwatt_api;

-- Of one person what they did is read, the newest first.
CREATE INDEX ON deed (actor, id);

-- Everybody changes their own password, and nothing else of themselves; all their sessions end.
CREATE FUNCTION access.change_own_password(hashed text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    UPDATE app_user SET password_hash = hashed
     WHERE 'user:' || id = access.viewer() AND ended_at IS NULL AND id <> 1;
    DELETE FROM user_session WHERE 'user:' || user_id = access.viewer();
    DELETE FROM user_device WHERE 'user:' || user_id = access.viewer()
$$;
REVOKE ALL ON FUNCTION access.change_own_password FROM public;
GRANT EXECUTE ON FUNCTION access.change_own_password TO commonwatt_api;
