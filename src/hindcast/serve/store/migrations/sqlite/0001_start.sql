CREATE TABLE keys (
    key_id text PRIMARY KEY,
    name text NOT NULL,
    scopes text NOT NULL,
    tier text NOT NULL,
    sha256 text NOT NULL,
    created_at text NOT NULL,
    expires_at text,
    revoked_at text
) STRICT;

CREATE TABLE predictions (
    prediction_id text NOT NULL,
    at text NOT NULL,
    request_id text NOT NULL,
    key_id text,
    target text NOT NULL,
    horizon text NOT NULL,
    version text NOT NULL,
    role text NOT NULL,
    is_answered integer NOT NULL CHECK (is_answered IN (0, 1)),
    inputs_sha256 text NOT NULL,
    inputs text,
    fatal real,
    classes text NOT NULL,
    latency_ms real NOT NULL,
    PRIMARY KEY (prediction_id, version)
) STRICT;

CREATE INDEX predictions_at ON predictions (at);

CREATE TABLE outcomes (
    prediction_id text PRIMARY KEY,
    injury text NOT NULL,
    as_of text NOT NULL,
    recorded_at text NOT NULL
) STRICT;
