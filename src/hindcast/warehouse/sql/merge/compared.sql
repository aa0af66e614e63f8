CREATE OR REPLACE TEMP TABLE compared (
    table_name VARCHAR, row_key VARCHAR, ev_id VARCHAR, action VARCHAR,
    old_hash UUID, new_hash UUID, release VARCHAR, is_touched BOOLEAN
);
-- The releases at hand by family: what span a snapshot of the family covers.
CREATE OR REPLACE TEMP TABLE event_at_hand AS
SELECT i.ev_id, i.release, r.family
FROM incoming_events i JOIN release_at_hand r USING (release);
CREATE OR REPLACE TEMP TABLE span_at_hand AS
SELECT r.family, max_by(r.release, r.is_snapshot) AS release,
       min(event_day(i.ev_id, i.ev_date)) AS first_day, max(event_day(i.ev_id, i.ev_date)) AS last_day
FROM incoming_events i JOIN release_at_hand r USING (release)
GROUP BY r.family HAVING bool_or(r.is_snapshot);
-- Withdrawn events: gone from a snapshot of their own family whose span they fall into.
CREATE OR REPLACE TEMP TABLE withdrawn_event AS
SELECT o.ev_id, s.release
FROM core.events o
JOIN meta_release known ON known.release = o.release
JOIN span_at_hand s ON s.family = known.family
    AND event_day(o.ev_id, o.ev_date) BETWEEN s.first_day AND s.last_day
WHERE o.ev_id NOT IN (SELECT ev_id FROM event_at_hand);
