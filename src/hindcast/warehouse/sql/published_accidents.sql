-- What leaves the warehouse: decoded, without registration, people, operators or crew ages.
SELECT
    f.ev_id, t.date AS ev_date, t.year AS ev_year, t.month AS ev_month, t.day_name,
    l.ev_country, l.ev_state, l.state, l.faa_region, f.* EXCLUDE (
        ev_id, time_key, location_key, aircraft_key, crew_key, weather_key
    ),
    w.wx_cond_basic, w.light_cond, w.light_cond_name, w.sky_cond_ceil,
    c.crew_category, c.med_certf, c.total_hours_band,
    m.make, m.model, d.acft_category, d.homebuilt, d.num_eng, d.far_part, fp.far_part_name,
    d.type_fly, pu.purpose, d.damage, d.acft_fire, d.acft_expl
FROM fact_accidents f
JOIN dim_time t USING (time_key)
JOIN dim_location l USING (location_key)
JOIN dim_weather w USING (weather_key)
JOIN dim_crew c USING (crew_key)
LEFT JOIN dim_aircraft d USING (aircraft_key)
LEFT JOIN make_named m USING (aircraft_key)
LEFT JOIN ref.far_parts fp USING (far_part)
LEFT JOIN ref.flight_purposes pu USING (type_fly)
ORDER BY f.ev_id
