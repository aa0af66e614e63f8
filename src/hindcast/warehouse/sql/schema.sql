-- The empty warehouse: what it remembers of releases, loads and changes.
CREATE SCHEMA core;
CREATE SCHEMA ref;
CREATE TABLE meta_schema (version INTEGER NOT NULL, star_hash VARCHAR);
INSERT INTO meta_schema VALUES (${version}, NULL);

-- One row per release ever loaded. A snapshot lists all its family's events between its first and
-- its last; a change file lists only some.
CREATE TABLE meta_release (release VARCHAR NOT NULL, family VARCHAR NOT NULL, is_snapshot BOOLEAN NOT NULL);

CREATE TABLE meta_load (load_id INTEGER NOT NULL, loaded_at TIMESTAMP NOT NULL, releases VARCHAR[] NOT NULL);
CREATE TABLE meta_load_table (
    load_id INTEGER NOT NULL, table_name VARCHAR NOT NULL,
    inserted BIGINT NOT NULL, changed BIGINT NOT NULL, unchanged BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL, not_covered BIGINT NOT NULL
);

-- column_name '*': the release has no such table at all.
CREATE TABLE meta_absent (release VARCHAR NOT NULL, table_name VARCHAR NOT NULL, column_name VARCHAR NOT NULL);

CREATE TYPE row_action AS ENUM ('inserted', 'changed', 'unchanged', 'withdrawn');
CREATE TABLE meta_change (
    load_id INTEGER NOT NULL, loaded_at TIMESTAMP NOT NULL, release VARCHAR,
    table_name VARCHAR NOT NULL, row_key VARCHAR NOT NULL, ev_id VARCHAR NOT NULL,
    action row_action NOT NULL, old_hash UUID, new_hash UUID
);
-- is_column_absent: the value differs only because one of the two releases lacks the column.
CREATE TABLE meta_change_field (
    load_id INTEGER NOT NULL, table_name VARCHAR NOT NULL, row_key VARCHAR NOT NULL,
    field VARCHAR NOT NULL, old_value VARCHAR, new_value VARCHAR, is_column_absent BOOLEAN NOT NULL
);

-- History of aircraft as the records told it (type 2). No registration, no owner, no operator.
CREATE SEQUENCE aircraft_key_sequence;
CREATE TABLE dim_aircraft (
    aircraft_key INTEGER NOT NULL, ev_id VARCHAR NOT NULL, Aircraft_Key_in_event BIGINT NOT NULL,
    acft_category VARCHAR, acft_make VARCHAR, acft_model VARCHAR, acft_year BIGINT,
    homebuilt VARCHAR, num_eng BIGINT, total_seats BIGINT, fixed_retractable VARCHAR,
    cert_max_gr_wt DOUBLE, far_part VARCHAR, type_fly VARCHAR, damage VARCHAR,
    acft_fire VARCHAR, acft_expl VARCHAR,
    valid_from INTEGER NOT NULL, valid_to INTEGER, is_current BOOLEAN NOT NULL
);
