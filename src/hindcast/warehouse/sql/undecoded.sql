-- Codes that no code table of their era explains: told, never guessed.
SELECT count(*) FILTER (phase_no IS NOT NULL AND phase IS NULL) AS phase_no,
       count(*) FILTER (occurrence_code IS NOT NULL AND occurrence IS NULL) AS occurrence_code
FROM fact_accidents
