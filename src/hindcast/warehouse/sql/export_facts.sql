-- What stands in the warehouse for the records at hand: one row of rows and content per table.
SELECT '${table}' AS table_name, count(*) AS rows,
       md5(coalesce(string_agg(row_hash::VARCHAR, '' ORDER BY row_key), '')) AS fingerprint
FROM core.${table} WHERE in_records
