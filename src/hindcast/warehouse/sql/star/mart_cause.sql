-- Findings of US accidents. An event with several findings stands in several rows: weighted_events
-- adds up to the events that have findings, events does not.
CREATE OR REPLACE TABLE mart_cause AS
SELECT coalesce(c.category, 'Not coded') AS category,
       coalesce(c.subcategory, 'Not coded') AS subcategory, count(*) AS findings, sum(b.weight) AS weighted_events,
       count(DISTINCT f.ev_id) AS events,
       count(DISTINCT f.ev_id) FILTER (f.is_fatal IS NOT NULL) AS severity_known,
       count(DISTINCT f.ev_id) FILTER (f.is_fatal) AS fatal,
       share(fatal, severity_known) AS fatal_share,
       wilson_low(fatal, severity_known) AS fatal_share_low,
       wilson_high(fatal, severity_known) AS fatal_share_high
FROM bridge_accident_cause b
JOIN dim_cause c USING (cause_key)
JOIN fact_accidents f USING (ev_id)
WHERE f.is_us_accident
GROUP BY ALL ORDER BY category, subcategory;
