CREATE OR REPLACE TABLE dim_location AS
SELECT row_number() OVER (ORDER BY ev_country, ev_state, ev_city) AS location_key,
       ev_country, ev_state, ev_city, s.state, s.faa_region, ev_country = 'USA' AS is_us
FROM (SELECT DISTINCT ev_country, ev_state, ev_city FROM event_records) e
LEFT JOIN ref.states s USING (ev_state)
ORDER BY location_key;
-- State codes abroad are other countries' codes (AL is Albania, too).
UPDATE dim_location SET state = NULL, faa_region = NULL WHERE is_us IS DISTINCT FROM true;
