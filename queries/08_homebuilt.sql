-- Are accidents of homebuilt aircraft more often fatal, phase by phase?
-- Read across: the same phase, one column for homebuilt aircraft and one for the others.
SELECT phase_group,
       count(*) FILTER (homebuilt = 'Y') AS homebuilt,
       count(*) FILTER (homebuilt = 'Y' AND is_fatal) / nullif(count(is_fatal) FILTER (homebuilt = 'Y'), 0)
           AS homebuilt_fatal_share,
       count(*) FILTER (homebuilt = 'N') AS others,
       count(*) FILTER (homebuilt = 'N' AND is_fatal) / nullif(count(is_fatal) FILTER (homebuilt = 'N'), 0)
           AS others_fatal_share
FROM accidents
WHERE is_us_accident
GROUP BY phase_group
HAVING homebuilt >= 10 AND others >= 10
ORDER BY homebuilt DESC, phase_group
