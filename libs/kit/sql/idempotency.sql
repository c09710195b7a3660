-- query: stored_answer
-- Answer to an earlier request with this identifier.
SELECT method, fingerprint, answer FROM {schema}.requests WHERE tenant_id = $1 AND request_id = $2;

-- query: store_answer
-- Written in the transaction of the change. Returns no row when another transaction has stored an answer first.
INSERT INTO {schema}.requests (tenant_id, request_id, method, fingerprint, answer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING true;
