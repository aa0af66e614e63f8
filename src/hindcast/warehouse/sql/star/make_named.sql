-- An amateur builder's own name often stands as the make: names told by few events are pooled, so
-- that no person is named in a mart or an export.
CREATE OR REPLACE TEMP TABLE make_told AS
WITH spelling AS (
    SELECT acft_make, plain_make(acft_make) AS plain_make FROM dim_aircraft GROUP BY acft_make
)
SELECT d.aircraft_key, coalesce(m.make, s.plain_make) AS make, tidy(d.acft_model) AS model
FROM fact_accidents f
JOIN dim_aircraft d USING (aircraft_key)
LEFT JOIN spelling s USING (acft_make)
LEFT JOIN ref.makes m USING (plain_make);
CREATE OR REPLACE TABLE make_named AS
SELECT aircraft_key,
       if(count(*) OVER (PARTITION BY make) >= getvariable('rare_make_events'), make, if(make IS NULL, NULL, 'OTHER')) AS make,
       if(count(*) OVER (PARTITION BY make, model) >= getvariable('rare_make_events'), model, if(model IS NULL, NULL, 'OTHER')) AS model
FROM make_told ORDER BY aircraft_key;
