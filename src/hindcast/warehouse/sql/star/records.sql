-- What each event's one row is made of: its primary aircraft, that aircraft's pilot, the defining
-- occurrence. Every statement leaves one row per event; assertions.sql checks it.
CREATE OR REPLACE TEMP TABLE event_records AS
SELECT ev_id, ev_date, ev_time, ev_type, ev_country, ev_state, ev_city, ev_highest_injury, mid_air,
       ev_nr_apt_loc, apt_dist, dec_latitude, dec_longitude, light_cond, wx_cond_basic,
       sky_cond_ceil, sky_ceil_ht, vis_sm, wind_vel_kts, gust_kts, wx_temp, wx_dew_pt,
       inj_tot_f, inj_tot_s, inj_tot_m, inj_tot_n, inj_f_grnd,
       coalesce(era, if(event_day(ev_id, ev_date) < DATE '2008-01-01', 'pre-2008', '2008+')) AS era
FROM core.events WHERE in_records;

CREATE OR REPLACE TEMP TABLE primary_aircraft AS
SELECT ev_id, min(Aircraft_Key) AS Aircraft_Key, count(*) AS n_aircraft
FROM core.aircraft WHERE in_records GROUP BY ev_id;

-- Total hours: flight_time TOTL on ALL craft.
CREATE OR REPLACE TEMP TABLE pilot AS
SELECT c.ev_id, c.crew_category, c.med_certf, c.crew_age, h.flight_hours AS total_hours
FROM core.Flight_Crew c
JOIN primary_aircraft a USING (ev_id, Aircraft_Key)
LEFT JOIN core.flight_time h
    ON h.ev_id = c.ev_id AND h.Aircraft_Key = c.Aircraft_Key AND h.crew_no = c.crew_no
    AND h.flight_type = 'TOTL' AND h.flight_craft = 'ALL' AND h.in_records
WHERE c.in_records
QUALIFY row_number() OVER (
    PARTITION BY c.ev_id ORDER BY (c.crew_category = 'PLT') DESC NULLS LAST, c.crew_no
) = 1;

-- Older releases keep phases and occurrences in Occurrences; newer ones in Events_Sequence, where
-- Occurrence_Code is phase and event in one. Codes are text: leading zeros belong to them.
CREATE OR REPLACE TEMP TABLE sequence_records AS
SELECT ev_id, Aircraft_Key, Occurrence_No, Defining_ev,
       coalesce(phase_no, if(length(Occurrence_Code) = 6, left(Occurrence_Code, 3), NULL)) AS phase_no,
       coalesce(eventsoe_no, right(Occurrence_Code, 3)) AS occurrence_code
FROM core.Events_Sequence WHERE in_records
UNION ALL BY NAME
SELECT ev_id, Aircraft_Key, Occurrence_No, Phase_of_Flight AS phase_no, Occurrence_Code AS occurrence_code
FROM core.Occurrences o WHERE in_records
    AND NOT EXISTS (FROM core.Events_Sequence s WHERE s.ev_id = o.ev_id AND s.in_records);

-- The defining event, else the first of the first aircraft.
CREATE OR REPLACE TEMP TABLE defining_occurrence AS
SELECT ev_id, lpad(phase_no, 3, '0') AS phase_no, lpad(occurrence_code, 3, '0') AS occurrence_code
FROM sequence_records
QUALIFY row_number() OVER (
    PARTITION BY ev_id ORDER BY Defining_ev DESC NULLS LAST, Aircraft_Key, Occurrence_No
) = 1;

-- '91', '091 ' and '091' are one part.
CREATE OR REPLACE MACRO far_code(far_part) AS
    if(regexp_full_match(trim(far_part), '\d{1,3}'), lpad(trim(far_part), 3, '0'), upper(trim(far_part)));
CREATE OR REPLACE MACRO meaning_of(wanted, code_value) AS (
    SELECT meaning FROM ref.codes r WHERE r.column = wanted AND r.code = code_value
);
