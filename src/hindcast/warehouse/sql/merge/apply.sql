DELETE FROM core.${table} WHERE row_key IN (
    SELECT row_key FROM compared WHERE table_name = '${table}' AND action IN ('changed', 'withdrawn')
);
INSERT INTO core.${table} BY NAME
FROM incoming_${table} WHERE row_key IN (
    SELECT row_key FROM compared WHERE table_name = '${table}' AND action IN ('inserted', 'changed')
);
UPDATE core.${table} SET release = c.release, in_records = true
FROM compared c
WHERE c.table_name = '${table}' AND c.action = 'unchanged' AND c.is_touched
    AND core.${table}.row_key = c.row_key;
UPDATE core.${table} SET in_records = getvariable('accumulate')
FROM compared c
WHERE c.table_name = '${table}' AND c.action = 'not covered' AND c.is_touched
    AND core.${table}.row_key = c.row_key;
