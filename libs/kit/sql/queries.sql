-- query: set_tenant
-- Sets the tenant whose rows the rest of the transaction can access.
SELECT set_config('app.current_tenant_id', $1, true);

-- query: set_statement_timeout
-- Sets the time in milliseconds after which the server cancels a statement of the transaction.
SELECT set_config('statement_timeout', $1, true);

-- query: server_process
-- The process of the server that serves this transaction.
SELECT pg_backend_pid();

-- query: set_role
-- Sets the role and the tenant for the rest of the transaction. An empty tenant sets no tenant.
SELECT set_config('role', $1, true), set_config('app.current_tenant_id', $2, true);

-- query: lock_migrations
-- One process migrates at a time. Others poll: a waiting lock would block CREATE INDEX CONCURRENTLY.
SELECT pg_try_advisory_lock(hashtextextended('radiant.migrations', 0));

-- query: unlock_migrations
-- Releases the lock for the next process.
SELECT pg_advisory_unlock(hashtextextended('radiant.migrations', 0));

-- query: make_bookkeeping
-- Creates the table of applied migrations with the digests of their files.
CREATE TABLE IF NOT EXISTS public.radiant_migrations (
  schema text NOT NULL,
  number integer NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT radiant_migrations_pkey PRIMARY KEY (schema, number)
);

-- query: applied_migrations
-- The applied migrations of a schema.
SELECT number, name, sha256 FROM public.radiant_migrations WHERE schema = $1 ORDER BY number;

-- query: note_migration
-- Records a migration in its transaction.
INSERT INTO public.radiant_migrations (schema, number, name, sha256) VALUES ($1, $2, $3, $4);

-- query: role_exists
-- Whether a login role exists.
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1);

-- query: role_is_safe
-- Whether an existing role can log in and has no other attributes, so that only its password needs to be set.
SELECT rolcanlogin AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolinherit OR rolreplication)
FROM pg_roles WHERE rolname = $1;

-- query: set_password_statement
-- Needs no superuser, other than a change of attributes.
SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text);

-- query: create_role_statement
-- Names and passwords in role statements cannot be parameters; the server quotes them.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD %L', $1::text, $2::text);

-- query: alter_role_statement
-- The same for a role that exists.
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD %L', $1::text, $2::text);

-- query: lock_roles
-- Serialises the set-up of roles of one database.
SELECT pg_advisory_xact_lock(hashtextextended('radiant.roles', 0));

-- query: append_audit
-- Appends to the audit log in the transaction of the change.
SELECT ingest_api_v1.append_audit($1, $2, $3, $4, $5, $6::text::jsonb);

-- query: erasures_pending
-- Erasures of all tenants that wait for a part.
SELECT tenant_id, erasure_id::text AS erasure_id, user_id, asked_at, queued_until FROM ingest_api_v1.erasures_pending($1);

-- query: erasure_done
-- Marks the part as done.
SELECT ingest_api_v1.erasure_done($1, $2, $3);

-- query: digest_key
-- Key of the digests of a purpose.
SELECT ingest_api_v1.digest_key($1);

-- query: role_facts
-- Attributes of the role of this connection, whether it owns tables, whether the connection is encrypted, and the clock.
SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit,
  EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')) AS is_owner,
  coalesce((SELECT s.ssl FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()), false) AS is_encrypted,
  extract(epoch FROM clock_timestamp())::float8 AS clock
FROM pg_roles r WHERE r.rolname = current_user;

-- query: unprotected_tables
-- Tables with a tenant without forced row-level security, and the number of tables with a tenant.
SELECT count(*)::int AS tables,
  coalesce(array_agg(c.oid::regclass::text ORDER BY c.oid)
    FILTER (WHERE NOT (c.relrowsecurity AND c.relforcerowsecurity)), '{}') AS unprotected
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('ingest', 'neural', 'experiments', 'voice') AND c.relkind IN ('r', 'p')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped);
