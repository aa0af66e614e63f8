-- The same records, told the same way, have the same fingerprint wherever and whenever loaded.
CREATE TABLE about AS
SELECT md5(concat_ws('|',
           (SELECT md5(string_agg(md5(e::VARCHAR), '' ORDER BY ev_id)) FROM event e),
           (SELECT md5(string_agg(md5(a::VARCHAR), '' ORDER BY ev_id, aircraft_number)) FROM aircraft a),
           (SELECT md5(string_agg(md5(c::VARCHAR), '' ORDER BY c::VARCHAR)) FROM crew c),
           (SELECT md5(string_agg(md5(f::VARCHAR), '' ORDER BY f::VARCHAR)) FROM finding f),
           (SELECT md5(string_agg(md5(p::VARCHAR), '' ORDER BY ev_id)) FROM cause p)
       )) AS fingerprint,
       (SELECT count(*) FROM event) AS n_events,
       (SELECT count(*) FROM event WHERE is_us_accident) AS n_us_accidents,
       (SELECT min(ev_date) FROM event) AS first_date,
       (SELECT max(ev_date) FROM event) AS last_date;
