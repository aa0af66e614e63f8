INSERT INTO core.${table} BY NAME
FROM incoming_${table} WHERE row_key IN (
    SELECT row_key FROM compared WHERE table_name = '${table}' AND action IN ('inserted', 'changed')
);
