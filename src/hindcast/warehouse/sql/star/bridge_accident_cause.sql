-- Many findings per event: sum weight, not rows, to count each event once.
CREATE OR REPLACE TABLE bridge_accident_cause AS
SELECT f.ev_id, f.Aircraft_Key AS Aircraft_Key_in_event, f.finding_no, c.cause_key, f.Cause_Factor,
       1.0 / count(*) OVER (PARTITION BY f.ev_id) AS weight
FROM core.Findings f
JOIN dim_cause c ON c.finding_code IS NOT DISTINCT FROM f.finding_code
WHERE f.in_records
ORDER BY f.ev_id, f.Aircraft_Key, f.finding_no;
