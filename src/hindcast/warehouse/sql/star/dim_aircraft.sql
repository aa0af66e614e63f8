-- Type 2: a version is closed by the load that told it otherwise (or withdrew it); a new one opens.
CREATE OR REPLACE TEMP TABLE aircraft_version AS
SELECT ev_id, Aircraft_Key AS Aircraft_Key_in_event, upper(trim(acft_category)) AS acft_category,
       acft_make, acft_model, acft_year, homebuilt, num_eng, total_seats, fixed_retractable,
       cert_max_gr_wt, far_code(far_part) AS far_part, trim(type_fly) AS type_fly,
       trim(damage) AS damage, trim(acft_fire) AS acft_fire, trim(acft_expl) AS acft_expl
FROM core.aircraft;

CREATE OR REPLACE TEMP TABLE standing_version AS
FROM aircraft_version
INTERSECT
SELECT * EXCLUDE (aircraft_key, valid_from, valid_to, is_current) FROM dim_aircraft WHERE is_current;

UPDATE dim_aircraft SET valid_to = getvariable('load_id'), is_current = false
WHERE is_current AND (ev_id, Aircraft_Key_in_event) NOT IN (
    SELECT (ev_id, Aircraft_Key_in_event) FROM standing_version
);

INSERT INTO dim_aircraft BY NAME
SELECT nextval('aircraft_key_sequence') AS aircraft_key, v.*,
       getvariable('load_id') AS valid_from, NULL AS valid_to, true AS is_current
FROM (
    FROM aircraft_version WHERE (ev_id, Aircraft_Key_in_event) NOT IN (
        SELECT (ev_id, Aircraft_Key_in_event) FROM standing_version
    ) ORDER BY ev_id, Aircraft_Key_in_event
) v;
