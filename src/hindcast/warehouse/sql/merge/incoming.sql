-- The records at hand, in the shape of the core table: a column they lack is NULL.
CREATE OR REPLACE TEMP TABLE incoming_${table} AS
SELECT * REPLACE (
    ${key} AS row_key,
    md5(concat_ws(chr(31), ${fields}))::UUID AS row_hash,
    true AS in_records
)
FROM (FROM core.${table} WHERE false UNION ALL BY NAME FROM ${records});
