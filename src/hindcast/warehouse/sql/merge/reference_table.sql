CREATE OR REPLACE TABLE ref.${table} AS
FROM read_csv('${path}', all_varchar = true, header = true, nullstr = '');
