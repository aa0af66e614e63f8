-- Which makes have most accidents, and how do their fatal shares compare?
-- Many accidents mean many hours flown; the share is of accidents, not of flights.
SELECT make, accidents, fatal, fatal_share, fatal_share_low, fatal_share_high
FROM mart_make
ORDER BY accidents DESC, make
LIMIT 20
