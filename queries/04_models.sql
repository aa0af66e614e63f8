-- Among models with at least fifty accidents, whose accidents are most often fatal?
-- In order of the interval's lower end, so that a small number does not lead by chance.
SELECT make, model, accidents, fatal, fatal_share, fatal_share_low, fatal_share_high
FROM mart_make_model
WHERE accidents >= 50
ORDER BY fatal_share_low DESC, make, model
LIMIT 20
