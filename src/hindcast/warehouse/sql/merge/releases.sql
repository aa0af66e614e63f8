DELETE FROM meta_release WHERE release IN (SELECT release FROM release_at_hand);
INSERT INTO meta_release FROM release_at_hand;
DELETE FROM meta_absent WHERE release IN (SELECT release FROM release_at_hand);
INSERT INTO meta_absent
SELECT r.release, a.table_name, a.column_name FROM release_at_hand r CROSS JOIN absent_at_hand a;
