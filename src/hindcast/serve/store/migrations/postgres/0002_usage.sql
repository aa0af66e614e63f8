CREATE TABLE usage (
    key_id text COLLATE "C" NOT NULL,
    day text COLLATE "C" NOT NULL,
    requests bigint NOT NULL,
    refused bigint NOT NULL,
    last_used_at text COLLATE "C" NOT NULL,
    PRIMARY KEY (key_id, day)
);

CREATE TABLE facts (
    name text COLLATE "C" PRIMARY KEY,
    value text COLLATE "C" NOT NULL
);
