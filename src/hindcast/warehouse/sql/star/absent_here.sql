-- What the releases at hand do not have, by table; '*' is the whole table.
CREATE OR REPLACE VIEW absent_here AS
SELECT table_name, count(DISTINCT column_name) AS n_absent,
       string_agg(DISTINCT column_name, ', ' ORDER BY column_name) AS absent_columns
FROM meta_absent
WHERE release IN (SELECT release FROM core.events WHERE in_records)
GROUP BY table_name ORDER BY table_name;
