-- query: audit_entries
-- A page of a tenant's audit entries before a sequence number, newest first. An empty filter matches all entries.
SELECT sequence, service, actor, action, target, reason, CASE detail WHEN '{}' THEN '' ELSE detail::text END AS detail,
  happened_at, encode(hash, 'hex') AS hash
FROM ingest.audit_log
WHERE tenant_id = $1 AND sequence < $2 AND ($3 = '' OR actor = $3) AND ($4 = '' OR action = $4)
  AND ($5 = '' OR target = $5) AND happened_at >= $6 AND happened_at < $7
ORDER BY sequence DESC LIMIT $8;

-- query: audit_chain
-- All entries of a tenant's audit log in order, with the recorded end of the chain, in one snapshot. An empty log has one row
-- without an entry. The service computes the hashes itself, since the owner of the database can replace functions.
SELECT l.sequence, l.service, l.actor, l.action, l.target, l.reason, l.detail::text AS detail,
  (extract(epoch FROM l.happened_at) * 1000000)::bigint AS time_us, l.hash, h.sequence AS head, h.hash AS head_hash
FROM (SELECT $1::text AS tenant_id) t
LEFT JOIN ingest.audit_heads h USING (tenant_id)
LEFT JOIN ingest.audit_log l USING (tenant_id)
ORDER BY l.sequence;

-- query: audit_log_ends
-- The end of every tenant's audit log.
SELECT tenant_id, sequence, hash FROM ingest.audit_log_ends();

-- query: lock_checkpoints
-- Returns whether this transaction is the one that writes a checkpoint of the tenant.
SELECT pg_try_advisory_xact_lock(72016, hashtext($1));

-- query: audit_hashes
-- Hashes of some entries of a tenant's audit log.
SELECT sequence, hash FROM ingest.audit_log WHERE tenant_id = $1 AND sequence = ANY ($2::bigint[]);

-- query: audit_end
-- The recorded end of a tenant's audit log.
SELECT sequence, hash FROM ingest.audit_heads WHERE tenant_id = $1;
