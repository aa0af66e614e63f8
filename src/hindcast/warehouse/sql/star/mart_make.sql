CREATE OR REPLACE TABLE mart_make AS
SELECT m.make, count(*) AS accidents, count(f.is_fatal) AS severity_known,
       count(*) FILTER (f.is_fatal) AS fatal,
       share(fatal, severity_known) AS fatal_share,
       wilson_low(fatal, severity_known) AS fatal_share_low,
       wilson_high(fatal, severity_known) AS fatal_share_high
FROM fact_accidents f
LEFT JOIN make_named m USING (aircraft_key)
WHERE f.is_us_accident
GROUP BY ALL ORDER BY m.make;
