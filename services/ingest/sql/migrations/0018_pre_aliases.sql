-- Other names of models and of outputs, and feedback that waits for the manifest of its output.

SET LOCAL ROLE radiant_owner;

CREATE TABLE ingest.model_aliases (
  tenant_id text NOT NULL,
  alias text NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  kind text NOT NULL CONSTRAINT model_aliases_kind_check CHECK (kind IN ('automatic', 'manual')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- latest output of an automatic alias, to within a minute
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- latest change of the model or the version
  CONSTRAINT model_aliases_pkey PRIMARY KEY (tenant_id, alias)
);

-- Names under which feedback may name an output. A row with a user applies to the feedback of this user alone.
CREATE TABLE ingest.output_aliases (
  tenant_id text NOT NULL,
  alias text NOT NULL,
  user_id text NOT NULL,
  output_id text NOT NULL,
  kind text NOT NULL CONSTRAINT output_aliases_kind_check CHECK (kind IN ('automatic', 'manual')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT output_aliases_pkey PRIMARY KEY (tenant_id, alias, user_id)
);
CREATE INDEX output_aliases_output_idx ON ingest.output_aliases (tenant_id, output_id);
CREATE INDEX output_aliases_user_key_idx ON ingest.output_aliases (hashtext(tenant_id || '/' || user_id));
CREATE INDEX output_aliases_spellings_idx ON ingest.output_aliases (tenant_id, user_id)
  WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0;

-- Output ids with feedback and without a manifest, as the learner finds them.
CREATE TABLE ingest.unmatched_feedback (
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT unmatched_feedback_pkey PRIMARY KEY (tenant_id, output_id)
);
CREATE INDEX unmatched_feedback_age_idx ON ingest.unmatched_feedback (tenant_id, first_seen_at, output_id);
CREATE INDEX unmatched_feedback_expiry_idx ON ingest.unmatched_feedback (first_seen_at);

ALTER TABLE ingest.execution_manifests
  ADD COLUMN requested_models text[], -- one per model of models_used, '' if it was requested by this name; NULL if all were
  ADD COLUMN output_aliases text[], -- as they were sent; NULL without any
  ADD COLUMN output_id_foreign boolean NOT NULL DEFAULT false;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['model_aliases', 'output_aliases', 'unmatched_feedback'] LOOP
    EXECUTE format('ALTER TABLE ingest.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE ingest.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON ingest.%I USING (ingest.may_touch(tenant_id))', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.%I TO radiant_ingest', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['output_aliases', 'unmatched_feedback'] LOOP
    EXECUTE format('CREATE POLICY retention ON ingest.%I TO radiant_archivist USING (true)', name);
    EXECUTE format('GRANT SELECT, DELETE ON ingest.%I TO radiant_archivist', name);
  END LOOP;
END
$$;

-- Feedback that names a trace is matched across tenants by the role that also deletes old rows.
CREATE POLICY matching ON ingest.output_aliases FOR INSERT TO radiant_archivist WITH CHECK (true);
GRANT INSERT ON ingest.output_aliases TO radiant_archivist;

CREATE VIEW ingest_api_v1.model_aliases AS
SELECT tenant_id, alias, model, version, kind, changed_at FROM ingest.model_aliases;
GRANT SELECT ON ingest_api_v1.model_aliases TO radiant_neural, radiant_learner, radiant_experiments, radiant_experimenter;

-- Moves the feedback under an alias, of one user or ('') of all users without an alias of their own, to an output. Of two
-- votes of a user the later one stands, and of two retractions of a kind. A voice comment that is not transcribed yet
-- stays until it is: its worker then queues the unit again. Both units of each user are queued.
CREATE FUNCTION ingest.move_feedback(tenant text, name text, rater text, target text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  raters text[];
BEGIN
  SELECT array_agg(u.user_id ORDER BY u.user_id) INTO raters FROM (
    SELECT f.user_id FROM ingest.explicit_feedback f WHERE f.tenant_id = tenant AND f.output_id = name
    UNION SELECT f.user_id FROM ingest.implicit_signals f WHERE f.tenant_id = tenant AND f.output_id = name
    UNION SELECT f.user_id FROM ingest.voice_feedback f WHERE f.tenant_id = tenant AND f.output_id = name
      AND f.status NOT IN ('pending', 'processing')
    UNION SELECT f.user_id FROM ingest.retractions f WHERE f.tenant_id = tenant AND f.output_id = name
  ) AS u
  WHERE CASE WHEN rater <> '' THEN u.user_id = rater ELSE NOT EXISTS (
    SELECT FROM ingest.output_aliases a WHERE a.tenant_id = tenant AND a.alias = name AND a.user_id = u.user_id) END;
  IF raters IS NULL THEN
    RETURN;
  END IF;
  PERFORM ingest.hold_users(tenant, raters); -- an erasure of one of them comes before or after the move
  DELETE FROM ingest.explicit_feedback f USING ingest.explicit_feedback g
  WHERE f.tenant_id = tenant AND g.tenant_id = tenant AND f.user_id = g.user_id AND f.user_id = ANY (raters)
    AND ((f.output_id = name AND g.output_id = target AND (f.client_time, f.request_id) <= (g.client_time, g.request_id))
      OR (f.output_id = target AND g.output_id = name AND (f.client_time, f.request_id) < (g.client_time, g.request_id)));
  UPDATE ingest.explicit_feedback f SET output_id = target
  WHERE f.tenant_id = tenant AND f.output_id = name AND f.user_id = ANY (raters);
  DELETE FROM ingest.implicit_signals f USING ingest.implicit_signals g
  WHERE f.tenant_id = tenant AND f.output_id = name AND f.user_id = ANY (raters) AND g.tenant_id = tenant
    AND g.output_id = target AND g.user_id = f.user_id AND g.signal_id = f.signal_id AND g.occurred_at = f.occurred_at;
  UPDATE ingest.implicit_signals f SET output_id = target
  WHERE f.tenant_id = tenant AND f.output_id = name AND f.user_id = ANY (raters);
  UPDATE ingest.voice_feedback f SET output_id = target
  WHERE f.tenant_id = tenant AND f.output_id = name AND f.user_id = ANY (raters)
    AND f.status NOT IN ('pending', 'processing');
  INSERT INTO ingest.retractions AS r (tenant_id, output_id, user_id, explicit_until, implicit_until, voice_until)
  SELECT f.tenant_id, target, f.user_id, f.explicit_until, f.implicit_until, f.voice_until FROM ingest.retractions f
  WHERE f.tenant_id = tenant AND f.output_id = name AND f.user_id = ANY (raters)
  ON CONFLICT (tenant_id, output_id, user_id) DO UPDATE SET
    explicit_until = greatest(r.explicit_until, excluded.explicit_until),
    implicit_until = greatest(r.implicit_until, excluded.implicit_until),
    voice_until = greatest(r.voice_until, excluded.voice_until);
  DELETE FROM ingest.retractions f WHERE f.tenant_id = tenant AND f.output_id = name AND f.user_id = ANY (raters);
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT ingest.shard_of(tenant, r.user_id), tenant, o.output_id, r.user_id
  FROM unnest(raters) AS r (user_id) CROSS JOIN (VALUES (name), (target)) AS o (output_id);
EXCEPTION WHEN unique_violation THEN
  -- A concurrent write stored feedback of the same user on the output. The next step of the learner repeats the move.
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  VALUES (ingest.shard_of(tenant, target), tenant, target, '');
END
$$;

-- Moves the outcome under an alias to the output, unless an output has the alias as its id. The outcome of the output
-- takes precedence, and an equal one completes it. Queues the output if an outcome was moved.
CREATE FUNCTION ingest.move_outcome(tenant text, name text, target text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ingest.outcomes r WHERE r.tenant_id = tenant AND r.output_id = name)
    OR EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = tenant AND o.output_id = name) THEN
    RETURN;
  END IF;
  WITH moved AS (
    DELETE FROM ingest.outcomes r WHERE r.tenant_id = tenant AND r.output_id = name RETURNING r.*
  )
  INSERT INTO ingest.outcomes AS r (tenant_id, output_id, outcome, error_type, error_message, input_tokens, output_tokens,
    total_latency_ms, time_to_first_token_ms, total_cost, recorded_at)
  SELECT m.tenant_id, target, m.outcome, m.error_type, m.error_message, m.input_tokens, m.output_tokens, m.total_latency_ms,
    m.time_to_first_token_ms, m.total_cost, m.recorded_at
  FROM moved m
  ON CONFLICT (tenant_id, output_id) DO UPDATE SET
    input_tokens = coalesce(r.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(r.output_tokens, excluded.output_tokens),
    total_latency_ms = coalesce(r.total_latency_ms, excluded.total_latency_ms),
    time_to_first_token_ms = coalesce(r.time_to_first_token_ms, excluded.time_to_first_token_ms),
    total_cost = coalesce(r.total_cost, excluded.total_cost)
  WHERE r.outcome = excluded.outcome;
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  VALUES (ingest.shard_of(tenant, target), tenant, target, '');
END
$$;

-- Whether an output id has feedback.
CREATE FUNCTION ingest.has_feedback(tenant text, name text) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM ingest.explicit_feedback f WHERE f.tenant_id = tenant AND f.output_id = name)
  OR EXISTS (SELECT FROM ingest.implicit_signals f WHERE f.tenant_id = tenant AND f.output_id = name)
  OR EXISTS (SELECT FROM ingest.voice_feedback f WHERE f.tenant_id = tenant AND f.output_id = name);

-- Whether a name has feedback, a retraction or an outcome, or is noted as unmatched.
CREATE FUNCTION ingest.is_used(tenant text, name text) RETURNS boolean
LANGUAGE sql STABLE
RETURN ingest.has_feedback(tenant, name)
  OR EXISTS (SELECT FROM ingest.retractions r WHERE r.tenant_id = tenant AND r.output_id = name)
  OR EXISTS (SELECT FROM ingest.outcomes r WHERE r.tenant_id = tenant AND r.output_id = name)
  OR EXISTS (SELECT FROM ingest.unmatched_feedback f WHERE f.tenant_id = tenant AND f.output_id = name);

-- Moves the feedback of units whose output id is an alias, and notes those without a manifest as unmatched. The learner
-- calls it with such units, in the transaction that takes them from its queue.
CREATE FUNCTION ingest_api_v1.match_units(tenants text[], outputs text[], users text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part record;
  found record;
BEGIN
  FOR part IN
    SELECT u.tenant_id, array_agg(u.output_id) AS outputs, array_agg(u.user_id) AS users
    FROM unnest(tenants, outputs, users) AS u (tenant_id, output_id, user_id) GROUP BY u.tenant_id ORDER BY u.tenant_id
  LOOP
    PERFORM set_config('app.current_tenant_id', part.tenant_id, true);
    FOR found IN
      SELECT DISTINCT a.alias, a.user_id, a.output_id FROM unnest(part.outputs, part.users) AS u (output_id, user_id)
      JOIN ingest.output_aliases a ON a.tenant_id = part.tenant_id AND a.alias = u.output_id AND a.user_id IN (u.user_id, '')
      WHERE a.user_id <> ''
        OR NOT EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = part.tenant_id AND o.output_id = u.output_id)
      ORDER BY a.alias, a.user_id
    LOOP
      PERFORM ingest.move_feedback(part.tenant_id, found.alias, found.user_id, found.output_id);
    END LOOP;
    WITH absent AS MATERIALIZED (
      SELECT DISTINCT u.output_id FROM unnest(part.outputs) AS u (output_id)
      WHERE NOT EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = part.tenant_id AND o.output_id = u.output_id)
    )
    INSERT INTO ingest.unmatched_feedback (tenant_id, output_id)
    SELECT part.tenant_id, a.output_id FROM absent a WHERE ingest.has_feedback(part.tenant_id, a.output_id)
    ORDER BY a.output_id
    ON CONFLICT DO NOTHING;
    DELETE FROM ingest.unmatched_feedback f USING unnest(part.outputs) AS u (output_id)
    WHERE f.tenant_id = part.tenant_id AND f.output_id = u.output_id
      AND NOT ingest.has_feedback(part.tenant_id, u.output_id);
  END LOOP;
  PERFORM set_config('app.current_tenant_id', '', true);
END
$$;

-- Moves the feedback and the outcomes under the aliases of recorded outputs to them. The learner calls it with outputs that
-- have an alias or unmatched feedback, and with aliases under which an outcome was stored, in the transaction that takes
-- them from its queue.
CREATE FUNCTION ingest_api_v1.match_outputs(tenants text[], outputs text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part record;
  found record;
BEGIN
  FOR part IN
    SELECT u.tenant_id, array_agg(u.output_id) AS outputs FROM unnest(tenants, outputs) AS u (tenant_id, output_id)
    GROUP BY u.tenant_id ORDER BY u.tenant_id
  LOOP
    PERFORM set_config('app.current_tenant_id', part.tenant_id, true);
    FOR found IN
      SELECT DISTINCT a.alias, a.user_id, a.output_id FROM unnest(part.outputs) AS u (output_id)
      JOIN ingest.output_aliases a ON a.tenant_id = part.tenant_id AND a.output_id = u.output_id
      WHERE ingest.is_used(part.tenant_id, a.alias) -- most aliases are not
      ORDER BY a.alias, a.user_id DESC
    LOOP
      PERFORM ingest.move_feedback(part.tenant_id, found.alias, found.user_id, found.output_id);
      IF found.user_id = '' THEN
        PERFORM ingest.move_outcome(part.tenant_id, found.alias, found.output_id);
      END IF;
      DELETE FROM ingest.unmatched_feedback f WHERE f.tenant_id = part.tenant_id AND f.output_id = found.alias
        AND NOT ingest.has_feedback(part.tenant_id, found.alias);
    END LOOP;
    PERFORM ingest.move_outcome(part.tenant_id, a.alias, a.output_id) FROM ingest.output_aliases a
    WHERE a.tenant_id = part.tenant_id AND a.alias = ANY (part.outputs) AND a.user_id = '';
    DELETE FROM ingest.unmatched_feedback f USING unnest(part.outputs) AS u (output_id)
    WHERE f.tenant_id = part.tenant_id AND f.output_id = u.output_id
      AND EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = part.tenant_id AND o.output_id = u.output_id);
  END LOOP;
  PERFORM set_config('app.current_tenant_id', '', true);
END
$$;

-- Aliases and unmatched outputs for the learner, which selects the units and outputs to match.
CREATE VIEW ingest_api_v1.output_aliases AS SELECT tenant_id, alias, user_id, output_id FROM ingest.output_aliases;
CREATE VIEW ingest_api_v1.unmatched_feedback AS SELECT tenant_id, output_id FROM ingest.unmatched_feedback;
GRANT SELECT ON ingest_api_v1.output_aliases, ingest_api_v1.unmatched_feedback TO radiant_learner;

REVOKE ALL ON FUNCTION ingest.move_feedback, ingest.move_outcome, ingest.has_feedback, ingest.is_used,
  ingest_api_v1.match_units, ingest_api_v1.match_outputs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest_api_v1.match_units, ingest_api_v1.match_outputs TO radiant_learner;

-- The views over all tables with users contain the new table.
DO $$
DECLARE
  name text;
  records text[] := '{}';
  spellings text[] := '{}';
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'ingest'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('learn_queue', 'erasures')
      AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('tenant_id', 'user_id')) = 2
    ORDER BY c.relname
  LOOP
    records := records || format('SELECT %L AS kind, t.tenant_id, t.user_id, hashtext(t.tenant_id || ''/'' || t.user_id) '
      'AS user_key, to_jsonb(t) AS record FROM ingest.%I t', name, name);
    spellings := spellings || format('SELECT tenant_id, ingest_api_v1.user_key(user_id) AS user_key, user_id FROM ingest.%I '
      'WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0', name);
  END LOOP;
  EXECUTE 'CREATE OR REPLACE VIEW ingest_api_v1.user_records AS ' || array_to_string(records, ' UNION ALL ');
  EXECUTE 'CREATE OR REPLACE VIEW ingest_api_v1.user_spellings AS ' || array_to_string(spellings, ' UNION ');
END
$$;
RESET ROLE;
