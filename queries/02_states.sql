-- In which states is the share of fatal accidents clearly above the country's?
-- Clearly: the whole 95% interval lies above the share of all accidents. With some fifty states,
-- one or two stand here by chance.
WITH country AS (SELECT sum(fatal) / sum(severity_known) AS fatal_share FROM mart_state)
SELECT coalesce(state, 'unknown') AS state, accidents, fatal, m.fatal_share,
       fatal_share_low, fatal_share_high
FROM mart_state m, country
WHERE fatal_share_low > country.fatal_share AND severity_known >= 10
ORDER BY fatal_share_low DESC, state
