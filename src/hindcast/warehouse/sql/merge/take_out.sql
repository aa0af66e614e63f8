-- Rows that changed or were withdrawn; the log keeps what they were.
DELETE FROM core.${table} WHERE row_key IN (
    SELECT row_key FROM compared WHERE table_name = '${table}' AND action IN ('changed', 'withdrawn')
);
