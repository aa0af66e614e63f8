-- Shares are of US civil accidents whose severity is told; events abroad are reported selectively.
CREATE OR REPLACE TABLE mart_yearly AS
SELECT t.year, count(*) AS events, count(*) FILTER (f.is_us_accident) AS accidents,
       count(f.is_fatal) FILTER (f.is_us_accident) AS severity_known,
       count(*) FILTER (f.is_us_accident AND f.is_fatal) AS fatal,
       share(fatal, severity_known) AS fatal_share,
       wilson_low(fatal, severity_known) AS fatal_share_low,
       wilson_high(fatal, severity_known) AS fatal_share_high,
       coalesce(sum(f.inj_tot_f) FILTER (f.is_us_accident), 0)::BIGINT AS deaths
FROM fact_accidents f JOIN dim_time t USING (time_key)
GROUP BY t.year ORDER BY t.year;
