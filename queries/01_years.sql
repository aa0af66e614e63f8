-- How many accidents were there each year, and what share was fatal?
-- Shares are of accidents whose severity is known, with Wilson's 95% interval.
SELECT year, accidents, fatal, deaths, fatal_share, fatal_share_low, fatal_share_high
FROM mart_yearly
ORDER BY year
