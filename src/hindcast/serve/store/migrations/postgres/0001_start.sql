CREATE TABLE keys (
    key_id text COLLATE "C" PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    scopes text COLLATE "C" NOT NULL,
    tier text COLLATE "C" NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    created_at text COLLATE "C" NOT NULL,
    expires_at text COLLATE "C",
    revoked_at text COLLATE "C"
);

CREATE TABLE predictions (
    prediction_id text COLLATE "C" NOT NULL,
    at text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    key_id text COLLATE "C",
    target text COLLATE "C" NOT NULL,
    horizon text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    is_answered integer NOT NULL CHECK (is_answered IN (0, 1)),
    inputs_sha256 text COLLATE "C" NOT NULL,
    inputs text COLLATE "C",
    fatal double precision,
    classes text COLLATE "C" NOT NULL,
    latency_ms double precision NOT NULL,
    PRIMARY KEY (prediction_id, version)
);

CREATE INDEX predictions_at ON predictions (at);

CREATE TABLE outcomes (
    prediction_id text COLLATE "C" PRIMARY KEY,
    injury text COLLATE "C" NOT NULL,
    as_of text COLLATE "C" NOT NULL,
    recorded_at text COLLATE "C" NOT NULL
);
