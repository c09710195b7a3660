-- query: lock_aliases
-- Serializes changes of the aliases of a tenant, so that their limit holds.
SELECT pg_advisory_xact_lock(72017, hashtext($1));

-- query: manual_aliases
-- Manual model aliases of a tenant.
SELECT alias, model, version FROM ingest.model_aliases WHERE tenant_id = $1 AND kind = 'manual';

-- query: list_model_aliases
-- A page of model aliases, by alias.
SELECT alias, model, version, kind, created_at, updated_at FROM ingest.model_aliases
WHERE tenant_id = $1 AND alias > $2 ORDER BY alias LIMIT $3;

-- query: count_manual_aliases
-- Number of manual model aliases of a tenant other than $2.
SELECT count(*) FROM ingest.model_aliases WHERE tenant_id = $1 AND kind = 'manual' AND alias <> $2;

-- query: set_model_alias
-- Stores a manual model alias.
INSERT INTO ingest.model_aliases (tenant_id, alias, model, version, kind) VALUES ($1, $2, $3, $4, 'manual')
ON CONFLICT (tenant_id, alias) DO UPDATE SET model = excluded.model, version = excluded.version, kind = 'manual',
  updated_at = clock_timestamp(), changed_at = clock_timestamp()
RETURNING alias, model, version, kind, created_at, updated_at;

-- query: delete_model_alias
-- Deletes a model alias; returns its name, or no row when there is none.
DELETE FROM ingest.model_aliases WHERE tenant_id = $1 AND alias = $2 RETURNING alias;

-- query: record_model_aliases
-- Stores automatic model aliases, unless they are stored and at most a minute old, or manual. At most $3 per tenant.
INSERT INTO ingest.model_aliases AS a (tenant_id, alias, model, version, kind, updated_at)
SELECT $1, n.alias, n.model, n.version, 'automatic', timestamptz 'epoch' + n.used_us * interval '1 microsecond'
FROM jsonb_to_recordset($2::text::jsonb) AS n (alias text, model text, version text, used_us bigint)
LEFT JOIN ingest.model_aliases o ON o.tenant_id = $1 AND o.alias = n.alias
WHERE CASE WHEN o.alias IS NULL THEN (SELECT count(*) FROM ingest.model_aliases WHERE tenant_id = $1) < $3
  ELSE o.kind = 'automatic'
    AND timestamptz 'epoch' + n.used_us * interval '1 microsecond' > o.updated_at + interval '1 minute' END
ORDER BY n.alias
ON CONFLICT (tenant_id, alias) DO UPDATE SET model = excluded.model, version = excluded.version,
  updated_at = excluded.updated_at,
  changed_at = CASE
    WHEN (a.model, a.version) = (excluded.model, excluded.version) THEN a.changed_at ELSE clock_timestamp() END
WHERE a.kind = 'automatic' AND excluded.updated_at > a.updated_at;

-- query: record_output_aliases
-- Stores aliases of new outputs. An alias that belongs to another output already is left unchanged.
INSERT INTO ingest.output_aliases (tenant_id, alias, user_id, output_id, kind)
SELECT $1, n.alias, n.user_id, n.output_id, 'automatic'
FROM unnest($2::text[], $3::text[], $4::text[]) AS n (alias, user_id, output_id)
ORDER BY n.alias, n.user_id
ON CONFLICT DO NOTHING;

-- query: resolve_outputs
-- Outputs that the ids in feedback of users stand for: by an alias of the user, or by one of all users unless an output has
-- the id.
SELECT DISTINCT ON (k.output_id, k.user_id) k.output_id AS alias, k.user_id, a.output_id
FROM unnest($2::text[], $3::text[]) AS k (output_id, user_id)
JOIN ingest.output_aliases a ON a.tenant_id = $1 AND a.alias = k.output_id AND a.user_id IN (k.user_id, '')
WHERE a.user_id <> '' OR NOT EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = $1 AND o.output_id = k.output_id)
ORDER BY k.output_id, k.user_id, a.user_id DESC;

-- query: owners_of_outputs
-- Users that outputs were made for.
SELECT output_id, m.user_id FROM ingest.outputs o JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at)
WHERE o.tenant_id = $1 AND o.output_id = ANY($2::text[]);

-- query: outputs_of_aliases
-- Outputs whose manifests stated aliases.
SELECT alias, output_id FROM ingest.output_aliases
WHERE tenant_id = $1 AND alias = ANY($2::text[]) AND user_id = '' AND kind = 'automatic';

-- query: output_exists
-- Whether an output has a manifest.
SELECT EXISTS (SELECT FROM ingest.outputs WHERE tenant_id = $1 AND output_id = $2);

-- query: match_output
-- Stores a manual alias of an output, and queues the output, so that the learner moves the feedback under the alias to it.
WITH stored AS (
  INSERT INTO ingest.output_aliases (tenant_id, alias, user_id, output_id, kind) VALUES ($1, $2, '', $3, 'manual')
  ON CONFLICT (tenant_id, alias, user_id) DO UPDATE SET output_id = excluded.output_id, kind = 'manual'
)
INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id) VALUES (ingest.shard_of($1, $3), $1, $3, '');

-- query: match_traces
-- Stores the trace ids of unmatched feedback, first seen from $1 to $2 ago, as aliases of the only output of their trace,
-- and queues the outputs. The names of a trace's outputs begin with its id and a hyphen, and continue with a hex digit.
WITH due AS (
  SELECT tenant_id, output_id AS trace_id FROM ingest.unmatched_feedback
  WHERE first_seen_at BETWEEN now() - $2::interval AND now() - $1::interval AND output_id ~ '^[0-9a-f]{32}$'
), found AS (
  SELECT d.tenant_id, d.trace_id, min(o.output_id) AS output_id FROM due d
  CROSS JOIN LATERAL (
    SELECT a.output_id FROM ingest.output_aliases a
    WHERE a.tenant_id = d.tenant_id AND a.alias >= d.trace_id || '-' AND a.alias < d.trace_id || '-g'
    UNION
    SELECT o.output_id FROM ingest.outputs o
    WHERE o.tenant_id = d.tenant_id AND o.output_id >= d.trace_id || '-' AND o.output_id < d.trace_id || '-g'
  ) AS o
  GROUP BY d.tenant_id, d.trace_id HAVING count(*) = 1
), stored AS (
  INSERT INTO ingest.output_aliases (tenant_id, alias, user_id, output_id, kind)
  SELECT tenant_id, trace_id, '', output_id, 'automatic' FROM found
  ON CONFLICT DO NOTHING
)
INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
SELECT ingest.shard_of(tenant_id, output_id), tenant_id, output_id, '' FROM found;

-- query: list_unmatched
-- A page of output ids with feedback and without a manifest, oldest first.
SELECT u.output_id, u.first_seen_at,
  (SELECT count(*) FROM ingest.explicit_feedback f WHERE f.tenant_id = $1 AND f.output_id = u.output_id) AS votes,
  (SELECT count(*) FROM ingest.implicit_signals f WHERE f.tenant_id = $1 AND f.output_id = u.output_id) AS signals,
  (SELECT count(*) FROM ingest.voice_feedback f WHERE f.tenant_id = $1 AND f.output_id = u.output_id) AS voice_comments,
  (SELECT count(DISTINCT f.user_id) FROM (
    SELECT user_id FROM ingest.explicit_feedback WHERE tenant_id = $1 AND output_id = u.output_id
    UNION SELECT user_id FROM ingest.implicit_signals WHERE tenant_id = $1 AND output_id = u.output_id
    UNION SELECT user_id FROM ingest.voice_feedback WHERE tenant_id = $1 AND output_id = u.output_id) AS f) AS users
FROM ingest.unmatched_feedback u
WHERE u.tenant_id = $1 AND (u.first_seen_at, u.output_id) > ($2::timestamptz, $3::text)
ORDER BY u.first_seen_at, u.output_id LIMIT $4;

-- query: count_unmatched
-- Number of output ids with feedback and without a manifest, counted up to $2.
SELECT count(*) FROM (SELECT FROM ingest.unmatched_feedback WHERE tenant_id = $1 LIMIT $2) AS counted;

-- query: has_new_unmatched
-- Whether one of the output ids has neither a manifest nor an alias and is not noted as unmatched.
SELECT EXISTS (
  SELECT FROM unnest($2::text[]) AS u (output_id)
  WHERE NOT EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = $1 AND o.output_id = u.output_id)
    AND NOT EXISTS (SELECT FROM ingest.output_aliases a WHERE a.tenant_id = $1 AND a.alias = u.output_id)
    AND NOT EXISTS (SELECT FROM ingest.unmatched_feedback f WHERE f.tenant_id = $1 AND f.output_id = u.output_id));

-- query: unmatched_total
-- Number of output ids with feedback and without a manifest over all tenants, and the age of the oldest in seconds.
SELECT count(*) AS outputs, coalesce(extract(epoch FROM now() - min(first_seen_at)), 0)::float8 AS age_seconds
FROM ingest.unmatched_feedback;
