-- Which fields of the changed rows differ, with both values as text.
INSERT INTO meta_change_field
WITH changed AS (
    SELECT row_key FROM compared WHERE table_name = '${table}' AND action = 'changed'
),
before AS (
    UNPIVOT (
        SELECT row_key AS changed_key,
               COLUMNS(* EXCLUDE (row_key, row_hash, release, in_records))::VARCHAR
        FROM core.${table} SEMI JOIN changed USING (row_key)
    ) ON COLUMNS(* EXCLUDE changed_key) INTO NAME field VALUE field_value
),
after AS (
    UNPIVOT (
        SELECT row_key AS changed_key,
               COLUMNS(* EXCLUDE (row_key, row_hash, release, in_records))::VARCHAR
        FROM incoming_${table} SEMI JOIN changed USING (row_key)
    ) ON COLUMNS(* EXCLUDE changed_key) INTO NAME field VALUE field_value
)
SELECT
    getvariable('load_id'), '${table}', changed_key, field, b.field_value, a.field_value,
    (a.field_value IS NULL AND field IN (SELECT column_name FROM absent_at_hand WHERE table_name = '${table}'))
    OR (b.field_value IS NULL AND (stored.release, field) IN
        (SELECT release, column_name FROM meta_absent WHERE table_name = '${table}'))
FROM before b
FULL JOIN after a USING (changed_key, field)
JOIN core.${table} stored ON stored.row_key = changed_key
WHERE b.field_value IS DISTINCT FROM a.field_value;
