-- query: audit_entries
-- A page of a tenant's audit entries before a sequence number, newest first. An empty filter matches all entries.
SELECT sequence, service, actor, action, target, reason, CASE detail WHEN '{}' THEN '' ELSE detail::text END AS detail,
  happened_at, encode(hash, 'hex') AS hash
FROM ingest.audit_log
WHERE tenant_id = $1 AND sequence < $2 AND ($3 = '' OR actor = $3) AND ($4 = '' OR action = $4)
  AND ($5 = '' OR target = $5) AND happened_at >= $6 AND happened_at < $7
ORDER BY sequence DESC LIMIT $8;

-- query: verify_audit
-- Recomputes all hashes of a tenant's audit log in one snapshot and in bounded memory. Returns the number of entries, the first
-- invalid one, and the recorded end of the chain. A valid entry has the next sequence number and the hash over its predecessor.
SELECT s.entries, s.broken, s.last, encode(s.last_hash, 'hex') AS last_hash, coalesce(h.sequence, 0) AS head,
  coalesce(h.hash = s.last_hash, s.last = 0) AS is_end_valid
FROM (
  SELECT count(*) AS entries, coalesce(min(c.sequence) FILTER (WHERE NOT c.is_valid), 0) AS broken,
    coalesce(max(c.sequence), 0) AS last,
    (SELECT l.hash FROM ingest.audit_log l WHERE l.tenant_id = $1 ORDER BY l.sequence DESC LIMIT 1) AS last_hash
  FROM (
    SELECT l.sequence, l.sequence = row_number() OVER chain
      AND l.hash = ingest.audit_hash(coalesce(lag(l.hash) OVER chain, ''), l) AS is_valid
    FROM ingest.audit_log l WHERE l.tenant_id = $1
    WINDOW chain AS (ORDER BY l.sequence)
  ) AS c
) AS s
LEFT JOIN ingest.audit_heads h ON h.tenant_id = $1;
