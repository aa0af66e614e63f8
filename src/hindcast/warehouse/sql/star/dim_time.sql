-- One row per day on which an event is dated; 0 is the day not known.
CREATE OR REPLACE TABLE dim_time AS
SELECT 0 AS time_key, NULL::DATE AS date, NULL::BIGINT AS year, NULL::BIGINT AS quarter,
       NULL::BIGINT AS month, NULL::VARCHAR AS month_name, NULL::BIGINT AS day,
       NULL::VARCHAR AS day_name, NULL::BOOLEAN AS is_weekend
UNION ALL
SELECT strftime(date, '%Y%m%d')::INTEGER, date, year(date), quarter(date), month(date),
       monthname(date), day(date), dayname(date), isodow(date) >= 6
FROM (SELECT DISTINCT ev_date::DATE AS date FROM event_records WHERE ev_date IS NOT NULL)
ORDER BY time_key;
