-- Joins keep rows: each of these stops the load, and with it the whole transaction.
SELECT CASE WHEN (SELECT count(*) FROM fact_accidents) <> (SELECT count(*) FROM event_records)
    OR (SELECT count(DISTINCT ev_id) FROM fact_accidents) <> (SELECT count(*) FROM event_records)
    THEN error('fact_accidents does not hold one row per event') END;
SELECT CASE WHEN (SELECT count(*) FROM bridge_accident_cause)
    <> (SELECT count(*) FROM core.Findings WHERE in_records)
    THEN error('bridge_accident_cause does not hold one row per finding') END;
SELECT CASE WHEN (SELECT count(*) FROM fact_accidents WHERE location_key IS NULL OR crew_key IS NULL
    OR weather_key IS NULL OR time_key NOT IN (SELECT time_key FROM dim_time)) > 0
    THEN error('fact_accidents refers to a dimension row that is not there') END;
SELECT CASE WHEN (SELECT count(*) FROM make_named)
    <> (SELECT count(*) FROM fact_accidents WHERE aircraft_key IS NOT NULL)
    THEN error('make_named does not hold one row per aircraft of the fact table') END;
