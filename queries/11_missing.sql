-- Which fields are empty more often when somebody died?
-- Missing is not at random here: survivors fill in the form. The last column is the difference.
WITH told AS (
    UNPIVOT (
        SELECT is_fatal, COLUMNS(c -> c IN (
            'hour_band', 'latitude_deg', 'is_off_airport', 'visibility_sm', 'ceiling_ft',
            'wind_speed_kts', 'temperature_c', 'is_imc', 'light_condition', 'purpose',
            'pilot_age_years', 'pilot_hours_log', 'medical_age_days', 'flight_review_age_days',
            'inspection_age_days', 'aircraft_age_years', 'seats_count', 'phase'
        )) IS NULL
        FROM features
    ) ON COLUMNS(* EXCLUDE is_fatal) INTO NAME field VALUE is_missing
)
SELECT field, avg(is_missing::INT) FILTER (is_fatal) AS missing_where_fatal,
       avg(is_missing::INT) FILTER (NOT is_fatal) AS missing_elsewhere,
       missing_where_fatal - missing_elsewhere AS difference
FROM told GROUP BY field ORDER BY difference DESC, field
