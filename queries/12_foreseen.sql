-- Where does the model foresee too many deaths, and where too few?
-- Fatal accidents of the test years, observed and foreseen (the sum of P(fatal) at the horizon
-- `event`), by region. A ratio near one is right; few accidents leave it wide.
SELECT coalesce(faa_region, 'unknown') AS region, count(*) AS accidents, count(*) FILTER (p.is_fatal) AS fatal,
       sum(p.probability) AS foreseen, fatal / foreseen AS observed_over_foreseen
FROM predictions p
JOIN accidents USING (ev_id)
WHERE p.part = 'test' AND p.horizon = 'event' AND p.model = 'xgboost'
GROUP BY region
ORDER BY accidents DESC, region
