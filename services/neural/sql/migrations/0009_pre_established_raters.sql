-- Established raters: their scores alone are tested for quality shifts.

SET LOCAL ROLE radiant_owner;

-- Whether the trust of a rater is established. Stored scores count as established until the next trust round.
ALTER TABLE neural.user_trust_scores ADD COLUMN established boolean NOT NULL DEFAULT true;
ALTER TABLE neural.user_trust_scores ALTER COLUMN established SET DEFAULT false;
RESET ROLE;
