-- Wilson's interval for k of n at 95%: it stays inside 0..1 and holds for few cases, as the rarer
-- makes and states need. (Wilson 1927; z = the normal distribution's 97.5% quantile.)
CREATE OR REPLACE MACRO wilson_centre(k, n) AS
    (k / n + pow(1.959963984540054, 2) / (2 * n)) / (1 + pow(1.959963984540054, 2) / n);
CREATE OR REPLACE MACRO wilson_half(k, n) AS
    1.959963984540054 * sqrt(k / n * (1 - k / n) / n + pow(1.959963984540054, 2) / (4 * n * n))
    / (1 + pow(1.959963984540054, 2) / n);
CREATE OR REPLACE MACRO wilson_low(k, n) AS
    CASE WHEN n > 0 THEN greatest(0.0, wilson_centre(k, n) - wilson_half(k, n)) END;
CREATE OR REPLACE MACRO wilson_high(k, n) AS
    CASE WHEN n > 0 THEN least(1.0, wilson_centre(k, n) + wilson_half(k, n)) END;
CREATE OR REPLACE MACRO share(k, n) AS CASE WHEN n > 0 THEN k / n END;

-- One field for the content hash: its name, length and text, so that no two records look alike.
CREATE OR REPLACE MACRO field_text(name, value) AS
    name || ':' || length(value) || '=' || value;

-- A make without punctuation and company words: 'ROBINSON HELICOPTER CO, INC.' is ROBINSON.
CREATE OR REPLACE MACRO without_company_word(make) AS trim(regexp_replace(make,
    '[ \-/]*\b(INC|CO|COR|CORP|CORPORATION|COMPANY|LLC|LTD|LIMITED|GMBH|AG|KG|SA|SPA|AIRCRAFT|ACFT|AIRPLANES?|AVIATION|AVN|HELICOPTERS?|INDUSTRIE|INDUSTRIES|IND|DESIGN|MFG|MANUFACTURING|INTERNATIONAL|INTL|ENG|CANADA)$',
    ''));
CREATE OR REPLACE MACRO tidy(name) AS
    nullif(trim(regexp_replace(regexp_replace(upper(name), '[.,''"]', '', 'g'), '\s+', ' ', 'g')), '');
CREATE OR REPLACE MACRO plain_make(make) AS coalesce(nullif(
    without_company_word(without_company_word(without_company_word(without_company_word(tidy(make))))),
    ''), tidy(make));

-- The day an event is filed under: its date or, where that is missing, the one its id begins with.
CREATE OR REPLACE MACRO event_day(ev_id, ev_date) AS
    coalesce(ev_date::DATE, try_strptime(left(ev_id, 8), '%Y%m%d')::DATE);
