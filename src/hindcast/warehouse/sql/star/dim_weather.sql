CREATE OR REPLACE TEMP TABLE event_weather AS
SELECT ev_id, wx_cond_basic, light_cond, sky_cond_ceil,
       CASE WHEN vis_sm < 1 THEN '1: under 1' WHEN vis_sm < 3 THEN '2: 1 to under 3'
            WHEN vis_sm < 5 THEN '3: 3 to under 5' WHEN vis_sm < 10 THEN '4: 5 to under 10'
            WHEN vis_sm >= 10 THEN '5: 10 and over' END AS visibility_band_sm,
       CASE WHEN wind_vel_kts < 5 THEN '1: under 5' WHEN wind_vel_kts < 10 THEN '2: 5-9'
            WHEN wind_vel_kts < 20 THEN '3: 10-19' WHEN wind_vel_kts >= 20 THEN '4: 20 and over'
       END AS wind_band_kts
FROM event_records;

CREATE OR REPLACE TABLE dim_weather AS
SELECT row_number() OVER (
           ORDER BY wx_cond_basic, light_cond, sky_cond_ceil, visibility_band_sm, wind_band_kts
       ) AS weather_key, w.*,
       meaning_of('wx_cond_basic', w.wx_cond_basic) AS wx_cond_basic_name,
       meaning_of('light_cond', w.light_cond) AS light_cond_name,
       meaning_of('sky_cond_ceil', w.sky_cond_ceil) AS sky_cond_ceil_name
FROM (SELECT DISTINCT * EXCLUDE ev_id FROM event_weather) w
ORDER BY weather_key;
