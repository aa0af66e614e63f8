-- In which phases of flight do people die?
-- Codes of both schemes (before 2008 and since) under common names.
SELECT era, phase_group, accidents, fatal, fatal_share, fatal_share_low, fatal_share_high
FROM mart_phase
ORDER BY fatal DESC, era, phase_group
