-- query: tables
-- Tables of the SQLite file: what was sent, by clients, and what was found, by the comparison.
CREATE TABLE requests (tenant TEXT, request_id TEXT, method TEXT, is_acknowledged INTEGER DEFAULT 0, answer BLOB,
  PRIMARY KEY (tenant, request_id)) WITHOUT ROWID;
CREATE TABLE names (kind TEXT, tenant TEXT, name TEXT, request_id TEXT, PRIMARY KEY (kind, tenant, name)) WITHOUT ROWID;
CREATE TABLE votes (tenant TEXT, output TEXT, user TEXT, time_us INTEGER, request_id TEXT, rating INTEGER,
  PRIMARY KEY (tenant, output, user, time_us, request_id)) WITHOUT ROWID;
CREATE TABLE withdrawals (tenant TEXT, output TEXT, user TEXT, until_us INTEGER, request_id TEXT,
  PRIMARY KEY (tenant, output, user, until_us, request_id)) WITHOUT ROWID;
CREATE TABLE recordings (tenant TEXT, request_id TEXT, output TEXT, user TEXT, audio BLOB, voice_id TEXT,
  PRIMARY KEY (tenant, request_id)) WITHOUT ROWID;
CREATE TABLE stored_names (kind TEXT, tenant TEXT, name TEXT, rows INTEGER, PRIMARY KEY (kind, tenant, name)) WITHOUT ROWID;
CREATE TABLE stored_votes (tenant TEXT, output TEXT, user TEXT, time_us INTEGER, request_id TEXT, rating INTEGER,
  PRIMARY KEY (tenant, output, user)) WITHOUT ROWID;
CREATE TABLE stored_withdrawals (tenant TEXT, output TEXT, user TEXT, until_us INTEGER,
  PRIMARY KEY (tenant, output, user)) WITHOUT ROWID;
CREATE TABLE stored_requests (tenant TEXT, request_id TEXT, method TEXT, answer BLOB,
  PRIMARY KEY (tenant, request_id)) WITHOUT ROWID;
CREATE TABLE stored_recordings (tenant TEXT, voice_id TEXT, output TEXT, user TEXT, status TEXT, audio BLOB, rows INTEGER,
  completions INTEGER, PRIMARY KEY (tenant, voice_id)) WITHOUT ROWID;

-- query: lost_names
-- Acknowledged outputs and signals that are not stored.
SELECT n.kind || ': ' || n.tenant || ' ' || n.name FROM names n JOIN requests r USING (tenant, request_id)
WHERE r.is_acknowledged AND NOT EXISTS (SELECT 1 FROM stored_names s
  WHERE s.kind = n.kind AND s.tenant = n.tenant AND s.name = n.name AND s.rows > 0);

-- query: duplicated_names
-- Outputs and signals that are stored more than once.
SELECT kind || ': ' || tenant || ' ' || name || ' ' || rows || ' times' FROM stored_names WHERE rows > 1;

-- query: unexpected_names
-- Stored outputs and signals that were not sent.
SELECT s.kind || ': ' || s.tenant || ' ' || s.name FROM stored_names s LEFT JOIN names n USING (kind, tenant, name)
WHERE n.name IS NULL;

-- query: lost_votes
-- Units whose stored vote is older than the latest acknowledged one, or missing.
SELECT 'vote: ' || l.tenant || ' ' || l.output || ' ' || l.user || ' ' || l.time_us
FROM (SELECT v.*, row_number() OVER (PARTITION BY v.tenant, output, user ORDER BY time_us DESC, v.request_id DESC) AS place
  FROM votes v JOIN requests r USING (tenant, request_id) WHERE r.is_acknowledged) l
LEFT JOIN stored_votes s USING (tenant, output, user)
WHERE l.place = 1 AND (s.user IS NULL OR (s.time_us, s.request_id) < (l.time_us, l.request_id));

-- query: unexpected_votes
-- Stored votes that were not sent, or that differ from those sent.
SELECT 'vote: ' || s.tenant || ' ' || s.output || ' ' || s.user || ' ' || s.time_us FROM stored_votes s
WHERE NOT EXISTS (SELECT 1 FROM votes v WHERE v.tenant = s.tenant AND v.output = s.output AND v.user = s.user
  AND v.time_us = s.time_us AND v.request_id = s.request_id AND v.rating = s.rating);

-- query: lost_withdrawals
-- Acknowledged withdrawals that reach further than the stored one.
SELECT 'withdrawal: ' || l.tenant || ' ' || l.output || ' ' || l.user
FROM (SELECT w.tenant, output, user, max(until_us) AS until_us FROM withdrawals w JOIN requests r USING (tenant, request_id)
  WHERE r.is_acknowledged GROUP BY w.tenant, output, user) l
LEFT JOIN stored_withdrawals s USING (tenant, output, user) WHERE coalesce(s.until_us, 0) < l.until_us;

-- query: unexpected_withdrawals
-- Stored withdrawals that were not sent.
SELECT 'withdrawal: ' || s.tenant || ' ' || s.output || ' ' || s.user FROM stored_withdrawals s
WHERE NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.tenant = s.tenant AND w.output = s.output AND w.user = s.user
  AND w.until_us = s.until_us);

-- query: lost_answers
-- Acknowledged requests without a stored answer.
SELECT 'answer: ' || r.tenant || ' ' || r.request_id FROM requests r LEFT JOIN stored_requests s USING (tenant, request_id)
WHERE r.is_acknowledged AND s.tenant IS NULL;

-- query: unexpected_answers
-- Requests whose stored answer differs from the one that their client received. OTLP does not return the answer.
SELECT 'answer: ' || r.tenant || ' ' || r.request_id FROM requests r JOIN stored_requests s USING (tenant, request_id)
WHERE r.is_acknowledged AND (r.method <> s.method OR (r.answer IS NOT NULL AND r.answer <> s.answer));

-- query: unexpected_requests
-- Stored answers of requests that were not sent.
SELECT 'request: ' || s.tenant || ' ' || s.request_id FROM stored_requests s LEFT JOIN requests r USING (tenant, request_id)
WHERE r.tenant IS NULL;

-- query: lost_recordings
-- Acknowledged recordings without a row, or without the audio that was sent.
SELECT 'recording: ' || v.tenant || ' ' || v.request_id || CASE WHEN s.rows IS NULL THEN ' has no row'
  ELSE ' has no audio or other audio' END
FROM recordings v JOIN requests r USING (tenant, request_id)
LEFT JOIN stored_recordings s ON s.tenant = v.tenant AND s.voice_id = v.voice_id AND s.output = v.output AND s.user = v.user
WHERE r.is_acknowledged AND (s.rows IS NULL OR s.audio IS NULL OR s.audio <> v.audio);

-- query: duplicated_audio
-- Recordings that are stored under several identifiers. The audio of every recording of a tenant is different.
SELECT 'recording: ' || tenant || ' ' || min(voice_id) || ' is stored ' || count(*) || ' times' FROM stored_recordings
WHERE audio IS NOT NULL GROUP BY tenant, audio HAVING count(*) > 1;

-- query: duplicated_recordings
-- Recordings with several rows, and recordings that were processed more than once.
SELECT 'recording: ' || tenant || ' ' || voice_id || ' ' || rows || ' rows, processed ' || completions || ' times'
FROM stored_recordings WHERE rows > 1 OR completions > 1;

-- query: unprocessed_recordings
-- Recordings that failed, that still wait, and final ones whose processing was not observed.
SELECT 'recording: ' || tenant || ' ' || voice_id || ' is ' || status || ' after ' || completions || ' results'
FROM stored_recordings WHERE status NOT IN ('completed', 'no_speech') OR completions = 0;

-- query: unexpected_recordings
-- Stored recordings that were not sent.
SELECT 'recording: ' || s.tenant || ' ' || s.output || ' ' || s.user FROM stored_recordings s
WHERE NOT EXISTS (SELECT 1 FROM recordings v WHERE v.tenant = s.tenant AND v.output = s.output AND v.user = s.user);

-- query: counts
-- Number of compared facts by kind.
SELECT kind || ' acknowledged', count(*) FROM names JOIN requests USING (tenant, request_id) WHERE is_acknowledged GROUP BY kind
UNION ALL SELECT kind || ' stored', count(*) FROM stored_names GROUP BY kind
UNION ALL SELECT 'votes acknowledged', count(*) FROM votes JOIN requests USING (tenant, request_id) WHERE is_acknowledged
UNION ALL SELECT 'withdrawals acknowledged', count(*) FROM withdrawals JOIN requests USING (tenant, request_id)
  WHERE is_acknowledged
UNION ALL SELECT 'recordings acknowledged', count(*) FROM recordings JOIN requests USING (tenant, request_id)
  WHERE is_acknowledged
UNION ALL SELECT 'recordings stored', count(*) FROM stored_recordings
UNION ALL SELECT 'recordings with speech', count(*) FROM stored_recordings WHERE status = 'completed'
UNION ALL SELECT 'requests acknowledged', count(*) FROM requests WHERE is_acknowledged
UNION ALL SELECT 'requests sent', count(*) FROM requests;

-- query: add_request
-- Records a request before it is sent; a repeat changes nothing.
INSERT OR IGNORE INTO requests (tenant, request_id, method) VALUES (?, ?, ?);

-- query: add_name
-- Records an output or a signal of a request.
INSERT OR IGNORE INTO names VALUES (?, ?, ?, ?);

-- query: add_vote
-- Records a vote of a request.
INSERT OR IGNORE INTO votes VALUES (?, ?, ?, ?, ?, ?);

-- query: add_withdrawal
-- Records a withdrawal of a request.
INSERT OR IGNORE INTO withdrawals VALUES (?, ?, ?, ?, ?);

-- query: add_recording
-- Records a recording of a request. Its identifier follows with the answer.
INSERT OR IGNORE INTO recordings VALUES (?, ?, ?, ?, ?, NULL);

-- query: request
-- Returns whether a request is acknowledged, and the digest of its first answer.
SELECT is_acknowledged, answer FROM requests WHERE tenant = ? AND request_id = ?;

-- query: acknowledge
-- Records the first answer of a request.
UPDATE requests SET is_acknowledged = 1, answer = ? WHERE tenant = ? AND request_id = ?;

-- query: name_recording
-- Records the identifier of a recording, which its answer states.
UPDATE recordings SET voice_id = ? WHERE tenant = ? AND request_id = ?;
