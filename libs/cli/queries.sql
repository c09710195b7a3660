-- query: missing_roles
-- Roles of services that do not exist, for `radiant doctor`.
SELECT wanted AS role FROM unnest($1::text[]) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
ORDER BY wanted;

-- query: unsafe_roles
-- Roles of services with attributes that they must not have, and the statements that correct them.
SELECT rolname AS role, concat_ws(' ', format('ALTER ROLE %I', rolname),
    CASE WHEN rolsuper THEN 'NOSUPERUSER' END,
    CASE WHEN rolbypassrls THEN 'NOBYPASSRLS' END,
    CASE WHEN rolcreaterole THEN 'NOCREATEROLE' END,
    CASE WHEN rolcreatedb THEN 'NOCREATEDB' END,
    CASE WHEN rolreplication THEN 'NOREPLICATION' END,
    CASE WHEN rolinherit THEN 'NOINHERIT' END,
    CASE WHEN NOT rolcanlogin THEN 'LOGIN' END) AS correction
FROM pg_roles
WHERE rolname = ANY($1::text[])
  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit OR NOT rolcanlogin)
ORDER BY rolname;

-- query: has_bookkeeping
-- Whether the table of migrations exists. It does not exist before the first migration.
SELECT to_regclass('public.radiant_migrations') IS NOT NULL;

-- query: applied_numbers
-- Numbers of the applied migrations of a schema, for `radiant doctor`.
SELECT number FROM public.radiant_migrations WHERE schema = $1;

-- query: partitions
-- schema.sql leaves partitions out: their names depend on the date on which they were created.
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relispartition AND c.relkind = 'r'
ORDER BY name;
