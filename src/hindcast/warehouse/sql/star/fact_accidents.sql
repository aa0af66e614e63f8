-- One row per event. is_fatal is NULL where the highest injury is not told: blank is not "none".
CREATE OR REPLACE TABLE fact_accidents AS
WITH crew_of AS (SELECT ev_id, count(*) AS n FROM core.Flight_Crew WHERE in_records GROUP BY ev_id),
findings_of AS (SELECT ev_id, count(*) AS n FROM core.Findings WHERE in_records GROUP BY ev_id),
occurrences_of AS (SELECT ev_id, count(*) AS n FROM sequence_records GROUP BY ev_id)
SELECT
    e.ev_id,
    coalesce(strftime(e.ev_date, '%Y%m%d')::INTEGER, 0) AS time_key,
    l.location_key, d.aircraft_key, c.crew_key, w.weather_key,
    e.era, o.phase_no, p.phase, p.phase_group, o.occurrence_code, oc.occurrence,
    e.ev_type, e.ev_highest_injury,
    CASE WHEN e.ev_highest_injury IN ('NONE', 'MINR', 'SERS', 'FATL')
         THEN meaning_of('ev_highest_injury', e.ev_highest_injury) END AS severity,
    CASE WHEN e.ev_highest_injury IN ('NONE', 'MINR', 'SERS', 'FATL')
         THEN e.ev_highest_injury = 'FATL' END AS is_fatal,
    coalesce(e.ev_type = 'ACC' AND e.ev_country = 'USA', false) AS is_us_accident,
    e.mid_air = 'Y' AS is_midair,
    CASE WHEN trim(e.ev_nr_apt_loc) IN ('ONAP', 'ONAS') THEN true
         WHEN trim(e.ev_nr_apt_loc) = 'OFAP' THEN false END AS is_on_airport,
    adm.rec_stat,
    e.ev_time // 100 AS ev_hour, e.dec_latitude, e.dec_longitude, e.apt_dist,
    e.vis_sm, e.wind_vel_kts, e.gust_kts, e.sky_ceil_ht AS sky_ceil_ht_ft,
    e.wx_temp AS wx_temp_deg_c, e.wx_dew_pt AS wx_dew_pt_deg_c,
    e.inj_tot_f, e.inj_tot_s, e.inj_tot_m, e.inj_tot_n, e.inj_f_grnd,
    coalesce(a.n_aircraft, 0) AS n_aircraft, coalesce(cr.n, 0) AS n_crew,
    coalesce(fi.n, 0) AS n_findings, coalesce(oo.n, 0) AS n_occurrences
FROM event_records e
LEFT JOIN primary_aircraft a USING (ev_id)
LEFT JOIN dim_aircraft d
    ON d.ev_id = a.ev_id AND d.Aircraft_Key_in_event = a.Aircraft_Key AND d.is_current
LEFT JOIN dim_location l
    ON l.ev_country IS NOT DISTINCT FROM e.ev_country AND l.ev_state IS NOT DISTINCT FROM e.ev_state
    AND l.ev_city IS NOT DISTINCT FROM e.ev_city
LEFT JOIN event_crew ec USING (ev_id)
LEFT JOIN dim_crew c
    ON c.is_crew_recorded = ec.is_crew_recorded
    AND c.crew_category IS NOT DISTINCT FROM ec.crew_category
    AND c.med_certf IS NOT DISTINCT FROM ec.med_certf
    AND c.age_band_years IS NOT DISTINCT FROM ec.age_band_years
    AND c.total_hours_band IS NOT DISTINCT FROM ec.total_hours_band
LEFT JOIN event_weather ew USING (ev_id)
LEFT JOIN dim_weather w
    ON w.wx_cond_basic IS NOT DISTINCT FROM ew.wx_cond_basic
    AND w.light_cond IS NOT DISTINCT FROM ew.light_cond
    AND w.sky_cond_ceil IS NOT DISTINCT FROM ew.sky_cond_ceil
    AND w.visibility_band_sm IS NOT DISTINCT FROM ew.visibility_band_sm
    AND w.wind_band_kts IS NOT DISTINCT FROM ew.wind_band_kts
LEFT JOIN defining_occurrence o USING (ev_id)
LEFT JOIN ref.phase_codes p ON p.era = e.era AND p.phase_no = o.phase_no
LEFT JOIN ref.occurrence_codes oc ON oc.era = e.era AND oc.occurrence_code = o.occurrence_code
LEFT JOIN (FROM core.NTSB_Admin WHERE in_records) adm USING (ev_id)
LEFT JOIN crew_of cr USING (ev_id)
LEFT JOIN findings_of fi USING (ev_id)
LEFT JOIN occurrences_of oo USING (ev_id)
ORDER BY e.ev_id;
