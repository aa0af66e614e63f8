-- A core table: the eADMS columns, and what tells one release's row from another's.
CREATE TABLE IF NOT EXISTS core.${table} (
    ${columns},
    release VARCHAR, row_key VARCHAR, row_hash UUID, in_records BOOLEAN
);
