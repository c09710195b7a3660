-- query: delete_old_answers
-- Deletes answers older than a day.
SELECT experiments.purge_answers(NULL);
