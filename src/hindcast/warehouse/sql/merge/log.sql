INSERT INTO meta_load
SELECT getvariable('load_id'), getvariable('loaded_at'), list(release ORDER BY release) FROM release_at_hand;
INSERT INTO meta_load_table
SELECT getvariable('load_id'), table_name,
       count(*) FILTER (action = 'inserted'), count(*) FILTER (action = 'changed'),
       count(*) FILTER (action = 'unchanged'), count(*) FILTER (action = 'withdrawn'),
       count(*) FILTER (action = 'not covered')
FROM compared GROUP BY table_name;
INSERT INTO meta_change
SELECT getvariable('load_id'), getvariable('loaded_at'), release, table_name, row_key, ev_id,
       action::row_action, old_hash, new_hash
FROM compared WHERE action <> 'not covered';
