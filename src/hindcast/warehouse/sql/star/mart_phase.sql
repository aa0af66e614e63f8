CREATE OR REPLACE TABLE mart_phase AS
SELECT f.era, coalesce(f.phase_group, if(f.phase_no IS NULL, 'Not recorded', 'Not decoded')) AS phase_group, count(*) AS accidents, count(f.is_fatal) AS severity_known,
       count(*) FILTER (f.is_fatal) AS fatal,
       share(fatal, severity_known) AS fatal_share,
       wilson_low(fatal, severity_known) AS fatal_share_low,
       wilson_high(fatal, severity_known) AS fatal_share_high
FROM fact_accidents f
WHERE f.is_us_accident
GROUP BY ALL ORDER BY f.era, phase_group;
