-- Which kinds of findings go with fatal accidents?
-- An accident with several findings is counted under each; weighted_events shares it out.
SELECT category, subcategory, events, weighted_events, fatal_share, fatal_share_low, fatal_share_high
FROM mart_cause
WHERE events >= 100
ORDER BY fatal_share DESC, subcategory
LIMIT 20
