-- Users who are forgotten: what is kept of them beside what learning takes back by itself.

SET LOCAL ROLE radiant_owner;
CREATE INDEX neural_routing_recommendations_user_idx ON neural.neural_routing_recommendations (tenant_id, user_id);

-- Removes a user's rows from versions that nobody learns into any more, and the user's empty cells from the live one.
-- Nothing is done to a version that is being built.
CREATE FUNCTION neural.forget_user_rows(tenant text, gone text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known record;
  parent text;
BEGIN
  IF tenant IS DISTINCT FROM current_setting('app.current_tenant_id', true) THEN
    RAISE EXCEPTION 'not a user of the tenant of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOR known IN SELECT v.version, v.state = 'live' AS live FROM neural.score_versions v WHERE v.state <> 'building' LOOP
    FOREACH parent IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'heavy_raters'] LOOP
      CONTINUE WHEN to_regclass(format('neural.%s_v%s', parent, known.version)) IS NULL
        OR known.live AND parent <> 'neural_model_scores';
      EXECUTE format('DELETE FROM neural.%I WHERE version = $1 AND tenant_id = $2 AND user_id = $3%s',
        format('%s_v%s', parent, known.version), CASE WHEN known.live THEN ' AND total_count = 0' ELSE '' END)
        USING known.version, tenant, gone;
    END LOOP;
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION neural.forget_user_rows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION neural.forget_user_rows TO radiant_learner;
RESET ROLE;
