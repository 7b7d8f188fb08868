-- Who acts: the viewer of a session, log-ins, devices, tasks that somebody started.

CREATE FUNCTION access.viewer() RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN pg_has_role(session_user, 'commonwatt_api', 'MEMBER')
                THEN nullif(current_setting('commonwatt.actor', true), '')
                ELSE 'login:' || session_user END
$$;

CREATE FUNCTION access.administers() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM access_grant g JOIN role_right r USING (role)
                    WHERE g.viewer = access.viewer() AND r.named_right = 'administer'
                      AND g.scope = 'all' AND storage.civil_day() >= g.valid_from
                      AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to))
$$;

-- Whether the viewer holds a right anywhere; where it holds is asked by the policies.
CREATE FUNCTION access.may(asked text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM access_grant g JOIN role_right r USING (role)
                    WHERE g.viewer = access.viewer() AND r.named_right = asked
                      AND storage.civil_day() >= g.valid_from
                      AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to))
$$;

-- Whether the viewer is the person behind one of these actors; readers see no log-in but their own.
CREATE FUNCTION access.is_one_of(actors text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT access.viewer() = ANY(actors)
        OR EXISTS (SELECT FROM app_user me JOIN app_user other USING (person_id)
                    WHERE 'user:' || me.id = access.viewer() AND 'user:' || other.id = ANY(actors))
$$;

-- What people read in the place of actors; whoever sees what somebody did may know the name.
CREATE FUNCTION access.called(actors text[]) RETURNS TABLE (actor text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT 'user:' || u.id,
           CASE WHEN EXISTS (SELECT FROM app_user o WHERE o.name = u.name AND o.id <> u.id)
                THEN u.name || ' (' || u.login || ')' ELSE u.name END
      FROM app_user u
     WHERE u.id IN (SELECT substr(a, 6)::integer FROM unnest(actors) a WHERE a ~ '^user:\d{1,9}$')
$$;

-- Nobody is logged in yet when these are asked.
CREATE FUNCTION access.credentials(wanted text)
RETURNS TABLE (id integer, password_hash text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT id, password_hash FROM app_user WHERE login = wanted AND ended_at IS NULL
$$;

CREATE FUNCTION access.open_session(user_id integer, token bytea, csrf text, expires timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    DELETE FROM user_session WHERE expires_at < now();
    INSERT INTO user_session (token_sha256, user_id, csrf, expires_at)
    VALUES (sha256(token), user_id, csrf, expires)
$$;

CREATE FUNCTION access.session(token bytea)
RETURNS TABLE (user_id integer, login text, name text, lang text, csrf text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.id, u.login, u.name, u.lang, s.csrf
      FROM user_session s JOIN app_user u ON u.id = s.user_id
     WHERE s.token_sha256 = sha256(token) AND s.expires_at > now() AND u.ended_at IS NULL
$$;

CREATE FUNCTION access.close_session(token bytea) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    DELETE FROM user_session WHERE token_sha256 = sha256(token)
$$;

-- With the sessions of a user its devices end, too: a new password is a new beginning.
CREATE FUNCTION access.close_sessions_of(ended integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    DELETE FROM user_session
     WHERE user_id = ended AND (access.administers() OR access.viewer() = 'user:' || ended);
    DELETE FROM user_device
     WHERE user_id = ended AND (access.administers() OR access.viewer() = 'user:' || ended)
$$;

CREATE FUNCTION access.keep_device(holder integer, token bytea, expires timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    INSERT INTO user_device (token_sha256, user_id, expires_at)
    VALUES (sha256(token), holder, expires)
        ON CONFLICT (token_sha256) DO UPDATE SET expires_at = excluded.expires_at
     WHERE user_device.user_id = holder;
    DELETE FROM user_device
     WHERE user_id = holder
       AND (expires_at < now() OR token_sha256 NOT IN (
            SELECT token_sha256 FROM user_device WHERE user_id = holder
             ORDER BY expires_at DESC LIMIT 10))
$$;

-- Nobody is logged in yet when these two are asked. A login keeps its ten newest devices.
CREATE FUNCTION access.is_device_of(token bytea, wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM user_device d JOIN app_user u ON u.id = d.user_id
                    WHERE d.token_sha256 = sha256(token) AND d.expires_at > now()
                      AND u.login = wanted AND u.ended_at IS NULL)
$$;

-- Everybody changes their own password, and nothing else of themselves; all their sessions end.
CREATE FUNCTION access.change_own_password(hashed text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    UPDATE app_user SET password_hash = hashed
     WHERE 'user:' || id = access.viewer() AND ended_at IS NULL AND id <> 1;
    DELETE FROM user_session WHERE 'user:' || user_id = access.viewer();
    DELETE FROM user_device WHERE 'user:' || user_id = access.viewer()
$$;

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

-- The same again moves to the earlier instant. A row that is locked is being done, or is being
-- moved by somebody else at this moment: nobody waits for that, there will be two, and whoever
-- takes one of them answers both.
CREATE FUNCTION access.add_task(wanted text, named text, instant timestamptz, content jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    UPDATE task SET at = least(at, instant), payload = content
     WHERE id = (SELECT id FROM task WHERE kind = wanted AND key = named AND done_at IS NULL
                  ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id INTO found;
    IF found IS NULL THEN
        INSERT INTO task (kind, key, at, payload, by)
        VALUES (wanted, named, instant, content, access.viewer())
        RETURNING id INTO found;
    END IF;
    RETURN found;
END $$;

-- Have what failed tried again at once.
CREATE FUNCTION access.retry_tasks(asked bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    retried integer;
BEGIN
    UPDATE task SET at = now()
     WHERE id IN (SELECT id FROM task
                   WHERE done_at IS NULL AND attempts > 0 AND (asked IS NULL OR id = asked)
                     AND (by = access.viewer() OR access.administers())
                     FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS retried = ROW_COUNT;
    RETURN retried;
END $$;

REVOKE ALL ON FUNCTION access.is_one_of, access.called, access.credentials,
    access.open_session, access.session,
    access.close_session, access.close_sessions_of, access.keep_device, access.is_device_of,
    access.change_own_password, access.keep_upload, access.add_task, access.retry_tasks
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.is_one_of, access.called, access.credentials,
    access.open_session, access.session,
    access.close_session, access.close_sessions_of, access.keep_device, access.is_device_of,
    access.change_own_password, access.keep_upload, access.retry_tasks
    TO commonwatt_api;

GRANT EXECUTE ON FUNCTION access.add_task
    TO commonwatt_api, commonwatt_worker;
