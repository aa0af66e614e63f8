-- Has the share of fatal accidents moved, once single years are smoothed?
-- A window of three years around each.
SELECT year, accidents, fatal_share,
       sum(fatal) OVER three / sum(severity_known) OVER three AS fatal_share_of_three_years
FROM mart_yearly
WINDOW three AS (ORDER BY year ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
ORDER BY year
