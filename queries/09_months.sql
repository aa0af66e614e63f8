-- When in the year do accidents happen?
-- A pivot: one row a month, one column a year (the last eight).
PIVOT (
    FROM accidents WHERE is_us_accident AND ev_year > (SELECT max(ev_year) - 8 FROM accidents)
) ON ev_year USING count(*) GROUP BY ev_month ORDER BY ev_month
