-- The analysis checks the variant of an output against the assignment of its user.

SET LOCAL ROLE radiant_owner;

-- Largest share of users in treatment during an epoch: traffic may rise within an epoch, and the definition of the epoch
-- is that of its start. NULL for epochs of earlier versions.
ALTER TABLE experiments.epochs ADD COLUMN traffic_max double precision;
GRANT UPDATE (traffic_max) ON experiments.epochs TO radiant_experiments;

-- Bucket of a text, in [0, 2^64), as 9 bytes, so that 2^64 is also a limit. The same function as in libs/splits.
CREATE FUNCTION experiments.bucket(name text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '\x00'::bytea || substr(sha256(convert_to(name, 'UTF8')), 1, 8);
RESET ROLE;
