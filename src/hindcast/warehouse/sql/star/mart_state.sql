CREATE OR REPLACE TABLE mart_state AS
SELECT l.ev_state, l.state, l.faa_region, count(*) AS accidents, count(f.is_fatal) AS severity_known,
       count(*) FILTER (f.is_fatal) AS fatal,
       share(fatal, severity_known) AS fatal_share,
       wilson_low(fatal, severity_known) AS fatal_share_low,
       wilson_high(fatal, severity_known) AS fatal_share_high
FROM fact_accidents f
JOIN dim_location l USING (location_key)
WHERE f.is_us_accident
GROUP BY ALL ORDER BY l.ev_state;
