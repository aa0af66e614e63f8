-- The same records, told the same way, have the same fingerprint wherever and whenever loaded: a sum
-- has no order, and counts a row that stands twice twice.
CREATE TABLE about AS
SELECT md5(concat_ws('|',
           (SELECT sum(hash(e)::HUGEINT) FROM event e),
           (SELECT sum(hash(a)::HUGEINT) FROM aircraft a),
           (SELECT sum(hash(c)::HUGEINT) FROM crew c),
           (SELECT sum(hash(f)::HUGEINT) FROM finding f),
           (SELECT sum(hash(p)::HUGEINT) FROM cause p)
       )) AS fingerprint,
       (SELECT count(*) FROM event) AS n_events,
       (SELECT count(*) FROM event WHERE is_us_accident) AS n_us_accidents,
       (SELECT min(ev_date) FROM event) AS first_date,
       (SELECT max(ev_date) FROM event) AS last_date;
