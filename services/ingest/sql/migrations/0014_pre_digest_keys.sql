-- Keys of the digests that replace user ids in the names of Redis keys. Ingest and neural read them when they start.
SET LOCAL ROLE radiant_owner;
CREATE TABLE ingest.digest_keys (
  purpose text CONSTRAINT digest_keys_pkey PRIMARY KEY,
  key bytea NOT NULL CONSTRAINT digest_keys_key_check CHECK (length(key) = 32)
);
INSERT INTO ingest.digest_keys (purpose, key)
VALUES ('redis', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

-- Key of a purpose. It is the same for all tenants and processes of a deployment.
CREATE FUNCTION ingest_api_v1.digest_key(wanted text) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT key FROM ingest.digest_keys WHERE purpose = wanted;
END;
REVOKE ALL ON FUNCTION ingest_api_v1.digest_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest_api_v1.digest_key TO radiant_ingest, radiant_neural;
RESET ROLE;
