-- Strangers behind the same address lock nobody out: whoever logged in from a device before shows its token.

-- Of a token only the hash is kept. It opens nothing: a password is still asked for, and its own
-- failures make it wait.
CREATE TABLE user_device (
    token_sha256 bytea PRIMARY KEY,
    user_id integer NOT NULL REFERENCES app_user,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ON user_device (user_id, expires_at);
ALTER TABLE user_device ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_device FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON user_device TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);

-- Nobody is logged in yet when these two are asked. A login keeps its ten newest devices.
CREATE FUNCTION access.is_device_of(token bytea, wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM user_device d JOIN app_user u ON u.id = d.user_id
                    WHERE d.token_sha256 = sha256(token) AND d.expires_at > now()
                      AND u.login = wanted AND u.ended_at IS NULL)
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

-- With the sessions of a user its devices end, too: a new password is a new beginning.
CREATE OR REPLACE FUNCTION access.close_sessions_of(ended integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    DELETE FROM user_session
     WHERE user_id = ended AND (access.administers() OR access.viewer() = 'user:' || ended);
    DELETE FROM user_device
     WHERE user_id = ended AND (access.administers() OR access.viewer() = 'user:' || ended)
$$;

REVOKE ALL ON FUNCTION access.is_device_of, access.keep_device FROM public;
GRANT EXECUTE ON FUNCTION access.is_device_of, access.keep_device TO commonwatt_api;
