-- query: audit_entries
-- A page of a tenant's entries, newest first, below a place; empty filters let everything pass.
SELECT sequence, service, actor, action, target, reason, CASE detail WHEN '{}' THEN '' ELSE detail::text END AS detail,
  happened_at, encode(hash, 'hex') AS hash
FROM ingest.audit_log
WHERE tenant_id = $1 AND sequence < $2 AND ($3 = '' OR actor = $3) AND ($4 = '' OR action = $4)
  AND ($5 = '' OR target = $5) AND happened_at >= $6 AND happened_at < $7
ORDER BY sequence DESC LIMIT $8;

-- query: verify_audit
-- All hashes of a tenant computed again, in one snapshot and in bounded memory: how many entries there are, the first that
-- does not fit, and where the chain should end. An entry fits that follows the one before it and carries the hash over it.
SELECT s.entries, s.broken, s.last, encode(s.last_hash, 'hex') AS last_hash, coalesce(h.sequence, 0) AS head,
  coalesce(h.hash = s.last_hash, s.last = 0) AS ends_well
FROM (
  SELECT count(*) AS entries, coalesce(min(c.sequence) FILTER (WHERE NOT c.fits), 0) AS broken,
    coalesce(max(c.sequence), 0) AS last,
    (SELECT l.hash FROM ingest.audit_log l WHERE l.tenant_id = $1 ORDER BY l.sequence DESC LIMIT 1) AS last_hash
  FROM (
    SELECT l.sequence, l.sequence = row_number() OVER chain
      AND l.hash = ingest.audit_hash(coalesce(lag(l.hash) OVER chain, ''), l) AS fits
    FROM ingest.audit_log l WHERE l.tenant_id = $1
    WINDOW chain AS (ORDER BY l.sequence)
  ) AS c
) AS s
LEFT JOIN ingest.audit_heads h ON h.tenant_id = $1;

-- query: take_time
-- For work over very many rows, in this transaction alone.
SET LOCAL statement_timeout = 0;
