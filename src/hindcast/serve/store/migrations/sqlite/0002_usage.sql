CREATE TABLE usage (
    key_id text NOT NULL,
    day text NOT NULL,
    requests integer NOT NULL,
    refused integer NOT NULL,
    last_used_at text NOT NULL,
    PRIMARY KEY (key_id, day)
) STRICT;

CREATE TABLE facts (
    name text PRIMARY KEY,
    value text NOT NULL
) STRICT;
