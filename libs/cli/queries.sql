-- query: missing_roles
-- Doctor names the roles without which services cannot connect.
SELECT wanted AS role FROM unnest($1::text[]) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
ORDER BY wanted;

-- query: has_bookkeeping
-- A database that never saw a migration has no table of them.
SELECT to_regclass('public.radiant_migrations') IS NOT NULL;

-- query: applied_numbers
-- Doctor compares what is applied with what the package brings.
SELECT number FROM public.radiant_migrations WHERE schema = $1;

-- query: partitions
-- schema.sql leaves partitions out: their names depend on the date on which they were made.
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relispartition AND c.relkind = 'r'
ORDER BY name;
