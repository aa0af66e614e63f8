-- A stored row that the records lack is withdrawn with its event, or when its event is still told
-- by the same family, which has the table, without it. Otherwise the records do not cover it.
INSERT INTO compared
WITH telling AS (
    SELECT DISTINCT r.family FROM incoming_${table} i JOIN release_at_hand r USING (release)
)
SELECT
    '${table}',
    coalesce(n.row_key, o.row_key),
    coalesce(n.ev_id, o.ev_id),
    CASE
        WHEN o.row_key IS NULL THEN 'inserted'
        WHEN n.row_key IS NOT NULL THEN if(o.row_hash = n.row_hash, 'unchanged', 'changed')
        WHEN gone.ev_id IS NOT NULL OR (e.family = known.family AND t.family IS NOT NULL) THEN 'withdrawn'
        ELSE 'not covered'
    END,
    o.row_hash,
    n.row_hash,
    coalesce(n.release, gone.release, e.release),
    o.release IS DISTINCT FROM coalesce(n.release, o.release)
        OR o.in_records IS DISTINCT FROM (n.row_key IS NOT NULL OR getvariable('accumulate'))
FROM core.${table} o
FULL JOIN incoming_${table} n USING (row_key)
LEFT JOIN withdrawn_event gone ON gone.ev_id = o.ev_id
LEFT JOIN event_at_hand e ON e.ev_id = o.ev_id
LEFT JOIN meta_release known ON known.release = o.release
LEFT JOIN telling t ON t.family = known.family;
