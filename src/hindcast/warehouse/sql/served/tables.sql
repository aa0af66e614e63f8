-- What the server answers from: decoded, without registrations, people, operators, cities or ages,
-- so that no question put to it can reach them. ${warehouse} is the attached warehouse.
CREATE TEMP MACRO meaning_of(wanted, told) AS (
    SELECT meaning FROM ${warehouse}.ref.codes r WHERE r.column = wanted AND r.code = told
);

-- Registration marks stand in a few probable causes: US ones (N, one to five characters, not the
-- N1 and N2 of turbines) and those of other countries with a hyphen.
CREATE TEMP MACRO without_marks(told) AS regexp_replace(regexp_replace(told,
    '\bN[1-9](\d{1,4}|\d{0,3}[A-HJ-NP-Z]|\d{0,2}[A-HJ-NP-Z]{2})\b', '[registration]', 'g'),
    '\b([A-Z]-[A-Z]{4}|[A-Z]{2}-[A-Z]{3}|[A-Z]\d-[A-Z]{3}|\d[A-Z]-[A-Z]{3}|RA-\d{4,5})\b', '[registration]', 'g');

CREATE TABLE event AS
SELECT f.ev_id, t.date AS ev_date, t.year::INTEGER AS ev_year, t.month::INTEGER AS ev_month,
       f.ev_hour::INTEGER AS ev_hour, f.era,
       f.ev_type, meaning_of('ev_type', f.ev_type) AS ev_type_name, f.is_us_accident,
       l.ev_country, l.ev_state, l.state, l.faa_region,
       round(f.dec_latitude, 3) AS latitude_deg, round(f.dec_longitude, 3) AS longitude_deg,
       f.is_on_airport, f.apt_dist AS airport_distance_sm,
       f.ev_highest_injury, f.severity, f.is_fatal,
       f.inj_tot_f::INTEGER AS n_deaths, f.inj_tot_s::INTEGER AS n_seriously_injured,
       f.inj_tot_m::INTEGER AS n_slightly_injured, f.inj_tot_n::INTEGER AS n_uninjured,
       f.inj_f_grnd::INTEGER AS n_deaths_on_ground,
       f.phase_no, f.phase, f.phase_group, f.occurrence_code, f.occurrence, f.is_midair,
       w.wx_cond_basic, w.wx_cond_basic_name, w.light_cond, w.light_cond_name,
       w.sky_cond_ceil, w.sky_cond_ceil_name, f.sky_ceil_ht_ft, f.vis_sm, f.wind_vel_kts,
       f.gust_kts, round(f.wx_temp_deg_c, 1) AS wx_temp_deg_c,
       round(f.wx_dew_pt_deg_c, 1) AS wx_dew_pt_deg_c,
       d.acft_category, meaning_of('acft_category', d.acft_category) AS acft_category_name,
       m.make, m.model, d.homebuilt = 'Y' AS is_homebuilt, d.num_eng::INTEGER AS n_engines,
       d.far_part, fp.far_part_name, d.type_fly, pu.purpose,
       d.damage, meaning_of('damage', d.damage) AS damage_name,
       f.n_aircraft::INTEGER AS n_aircraft, f.n_crew::INTEGER AS n_crew,
       f.n_findings::INTEGER AS n_findings, f.n_occurrences::INTEGER AS n_occurrences
FROM ${warehouse}.fact_accidents f
JOIN ${warehouse}.dim_time t USING (time_key)
JOIN ${warehouse}.dim_location l USING (location_key)
JOIN ${warehouse}.dim_weather w USING (weather_key)
LEFT JOIN ${warehouse}.dim_aircraft d USING (aircraft_key)
LEFT JOIN ${warehouse}.make_named m USING (aircraft_key)
LEFT JOIN ${warehouse}.ref.far_parts fp USING (far_part)
LEFT JOIN ${warehouse}.ref.flight_purposes pu USING (type_fly)
ORDER BY f.ev_id;

-- Aircraft beyond the first of an event are named as the first ones are: rare names pooled.
CREATE TABLE aircraft AS
WITH first_engine AS (
    SELECT ev_id, Aircraft_Key, arg_min(eng_type, eng_no) AS engine_type,
           arg_min(power_units, eng_no) FILTER (hp_or_lbs = 'HP') AS engine_power_hp
    FROM ${warehouse}.core.engines WHERE in_records GROUP BY ALL
),
told AS (
    SELECT d.*, coalesce(m.make, plain_make(d.acft_make)) AS told_make, tidy(d.acft_model) AS told_model
    FROM ${warehouse}.dim_aircraft d
    LEFT JOIN ${warehouse}.ref.makes m ON m.plain_make = plain_make(d.acft_make)
    WHERE d.is_current
),
make_known AS (SELECT DISTINCT make FROM ${warehouse}.make_named),
model_known AS (SELECT DISTINCT make, model FROM ${warehouse}.make_named)
SELECT a.ev_id, a.Aircraft_Key::INTEGER AS aircraft_number,
       t.acft_category, meaning_of('acft_category', t.acft_category) AS acft_category_name,
       if(k.make IS NULL AND t.told_make IS NOT NULL, 'OTHER', t.told_make) AS make,
       if(o.model IS NULL AND t.told_model IS NOT NULL, 'OTHER', t.told_model) AS model,
       t.acft_year::INTEGER AS built_year, t.homebuilt = 'Y' AS is_homebuilt,
       t.num_eng::INTEGER AS n_engines, e.engine_type, e.engine_power_hp,
       t.total_seats::INTEGER AS n_seats, t.fixed_retractable = 'RETR' AS has_retractable_gear,
       t.cert_max_gr_wt AS max_gross_weight_lbs,
       t.far_part, fp.far_part_name, t.type_fly, pu.purpose,
       t.damage, meaning_of('damage', t.damage) AS damage_name,
       t.acft_fire, meaning_of('acft_fire', t.acft_fire) AS acft_fire_name,
       t.acft_expl, meaning_of('acft_expl', t.acft_expl) AS acft_expl_name
FROM ${warehouse}.core.aircraft a
JOIN told t ON t.ev_id = a.ev_id AND t.Aircraft_Key_in_event = a.Aircraft_Key
LEFT JOIN make_known k ON k.make = t.told_make
LEFT JOIN model_known o ON o.make = t.told_make AND o.model = t.told_model
LEFT JOIN first_engine e ON e.ev_id = a.ev_id AND e.Aircraft_Key = a.Aircraft_Key
LEFT JOIN ${warehouse}.ref.far_parts fp ON fp.far_part = t.far_part
LEFT JOIN ${warehouse}.ref.flight_purposes pu ON pu.type_fly = t.type_fly
WHERE a.in_records
ORDER BY a.ev_id, a.Aircraft_Key;

CREATE TEMP MACRO hours_band(hours) AS
    CASE WHEN hours < 100 THEN '1: under 100' WHEN hours < 500 THEN '2: 100-499'
         WHEN hours < 1000 THEN '3: 500-999' WHEN hours < 5000 THEN '4: 1,000-4,999'
         WHEN hours >= 5000 THEN '5: 5,000 and over' END;

-- A member of the crew as a role and bands of hours: no age, sex, residence or injury.
CREATE TABLE crew AS
WITH hours AS (
    SELECT ev_id, Aircraft_Key, crew_no,
           max(flight_hours) FILTER (flight_type = 'TOTL' AND flight_craft = 'ALL') AS total_hours,
           max(flight_hours) FILTER (flight_type = 'TOTL' AND flight_craft = 'MAKE') AS make_hours
    FROM ${warehouse}.core.flight_time WHERE in_records GROUP BY ALL
)
SELECT c.ev_id, c.Aircraft_Key::INTEGER AS aircraft_number, c.crew_no::INTEGER AS crew_number,
       c.crew_category, meaning_of('crew_category', c.crew_category) AS crew_category_name,
       c.med_certf, meaning_of('med_certf', c.med_certf) AS med_certf_name,
       hours_band(h.total_hours) AS total_hours_band, hours_band(h.make_hours) AS make_hours_band
FROM ${warehouse}.core.Flight_Crew c
LEFT JOIN hours h USING (ev_id, Aircraft_Key, crew_no)
WHERE c.in_records
ORDER BY ALL;

CREATE TABLE finding AS
SELECT b.ev_id, b.Aircraft_Key_in_event::INTEGER AS aircraft_number,
       b.finding_no::INTEGER AS finding_number, c.finding_code, c.category, c.subcategory,
       c.section, c.modifier, trim(b.Cause_Factor) AS cause_factor
FROM ${warehouse}.bridge_accident_cause b
JOIN ${warehouse}.dim_cause c USING (cause_key)
ORDER BY ALL;

-- Several aircraft of an event may tell several causes; the same text is told once.
CREATE TABLE cause AS
SELECT ev_id, string_agg(probable_cause, chr(10) ORDER BY aircraft_key) AS probable_cause
FROM (
    SELECT ev_id, trim(without_marks(narr_cause)) AS probable_cause, min(Aircraft_Key) AS aircraft_key
    FROM ${warehouse}.core.narratives
    WHERE in_records AND trim(narr_cause) <> '' GROUP BY ALL
)
WHERE ev_id IN (SELECT ev_id FROM event)
GROUP BY ev_id ORDER BY ev_id;
