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
