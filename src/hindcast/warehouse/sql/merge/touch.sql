-- Contents stand; who told them last, and whether the records at hand do, may differ.
UPDATE core.${table} SET release = c.release, in_records = true
FROM compared c
WHERE c.table_name = '${table}' AND c.action = 'unchanged' AND c.is_touched
    AND core.${table}.row_key = c.row_key;
UPDATE core.${table} SET in_records = getvariable('accumulate')
FROM compared c
WHERE c.table_name = '${table}' AND c.action = 'not covered' AND c.is_touched
    AND core.${table}.row_key = c.row_key;
