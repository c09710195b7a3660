-- What experiments may read of learning: how far raters are trusted, and the formula of a unit's score.
CREATE SCHEMA neural_api_v1 AUTHORIZATION radiant_owner;
SET LOCAL ROLE radiant_owner;

CREATE OR REPLACE FUNCTION neural.may_touch(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN tenant = current_setting('app.current_tenant_id', true)
  OR current_user IN ('radiant_learner', 'radiant_experimenter');

GRANT USAGE ON SCHEMA neural_api_v1 TO radiant_neural, radiant_experiments, radiant_experimenter;
GRANT USAGE ON SCHEMA neural TO radiant_experiments, radiant_experimenter; -- for the view's own security function

CREATE VIEW neural_api_v1.trust AS
SELECT tenant_id, user_id, trust FROM neural.user_trust_scores;

CREATE FUNCTION neural_api_v1.get_feedback_score(
  rating double precision, implicit double precision, voice double precision, trust double precision DEFAULT 1
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN neural.get_feedback_score(rating, implicit, voice, trust);

GRANT SELECT ON neural_api_v1.trust TO radiant_experiments, radiant_experimenter;
GRANT EXECUTE ON FUNCTION neural_api_v1.get_feedback_score TO radiant_experiments, radiant_experimenter;
GRANT EXECUTE ON FUNCTION neural.may_touch TO PUBLIC;
RESET ROLE;
