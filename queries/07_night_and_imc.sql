-- How do darkness and instrument conditions go together?
-- Blank codes are unknown, a group of their own.
SELECT coalesce(light_cond_name, 'unknown') AS light, coalesce(wx_cond_basic, 'unknown') AS weather,
       count(*) AS accidents, count(*) FILTER (is_fatal) AS fatal,
       count(*) FILTER (is_fatal) / nullif(count(is_fatal), 0) AS fatal_share
FROM accidents
WHERE is_us_accident
GROUP BY ALL
HAVING count(*) >= 10
ORDER BY accidents DESC, light, weather
LIMIT 20
