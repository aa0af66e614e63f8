-- Anything that the warehouse does not hold yet: a row, a release, an absent column.
SELECT (SELECT count(*) FROM compared WHERE action <> 'unchanged' AND action <> 'not covered') > 0
    OR (SELECT count(*) FROM compared WHERE is_touched AND action <> 'withdrawn') > 0
    OR (SELECT count(*) FROM (
        SELECT r.release, r.family, r.is_snapshot FROM release_at_hand r EXCEPT FROM meta_release)) > 0
    OR (SELECT count(*) FROM (
        (SELECT r.release, a.table_name, a.column_name FROM release_at_hand r CROSS JOIN absent_at_hand a)
        EXCEPT FROM meta_absent)) > 0
    OR (SELECT count(*) FROM (
        (SELECT * FROM meta_absent SEMI JOIN release_at_hand USING (release))
        EXCEPT (SELECT r.release, a.table_name, a.column_name
                FROM release_at_hand r CROSS JOIN absent_at_hand a))) > 0;
