-- The pilot in bands, not a person: crew of one event could be recognised by exact ages and hours.
CREATE OR REPLACE TEMP TABLE event_crew AS
SELECT e.ev_id, p.ev_id IS NOT NULL AS is_crew_recorded, p.crew_category, p.med_certf,
       CASE WHEN p.crew_age < 20 THEN 'under 20' WHEN p.crew_age >= 80 THEN '80 and over'
            WHEN p.crew_age IS NOT NULL
            THEN format('{0}-{1}', p.crew_age // 10 * 10, p.crew_age // 10 * 10 + 9) END AS age_band_years,
       CASE WHEN p.total_hours < 100 THEN '1: under 100' WHEN p.total_hours < 500 THEN '2: 100-499'
            WHEN p.total_hours < 1000 THEN '3: 500-999' WHEN p.total_hours < 5000 THEN '4: 1,000-4,999'
            WHEN p.total_hours >= 5000 THEN '5: 5,000 and over' END AS total_hours_band
FROM event_records e LEFT JOIN pilot p USING (ev_id);

CREATE OR REPLACE TABLE dim_crew AS
SELECT row_number() OVER (
           ORDER BY is_crew_recorded, crew_category, med_certf, age_band_years, total_hours_band
       ) AS crew_key, c.*,
       meaning_of('crew_category', c.crew_category) AS crew_category_name,
       meaning_of('med_certf', c.med_certf) AS med_certf_name
FROM (SELECT DISTINCT * EXCLUDE ev_id FROM event_crew) c
ORDER BY crew_key;
