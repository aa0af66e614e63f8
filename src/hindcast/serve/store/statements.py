"""The store's SQL, the same for SQLite and PostgreSQL but for how they unfold JSON rows.

Values are always parameters, ``:name``. Many rows are one parameter, a JSON list of lists: one
statement each, because between many the writer's thread would wait for its turn each time.
``{each}`` becomes the dialect's table of that list's elements, a column ``value``.
"""

from hindcast.serve.store.rows import (
    KeyRow,
    OutcomeRow,
    PredictionRow,
    UsageRow,
    UsedKeyRow,
)

PREDICTION = ", ".join(PredictionRow._fields)
KEY = ", ".join(KeyRow._fields)
USED_KEY = ", ".join(UsedKeyRow._fields)
OUTCOME = ", ".join(OutcomeRow._fields)
USAGE = ", ".join(UsageRow._fields)

_CASTS = {
    "is_answered": "CAST(CAST(value->>{} AS boolean) AS integer)",
    "fatal": "CAST(value->>{} AS double precision)",
    "latency_ms": "CAST(value->>{} AS double precision)",
    "requests": "CAST(value->>{} AS integer)",
    "refused": "CAST(value->>{} AS integer)",
}


def _unfolded(fields: tuple[str, ...]) -> str:
    return ", ".join(
        _CASTS.get(name, "value->>{}").format(number) for number, name in enumerate(fields)
    )


LOG = f"""
INSERT INTO predictions ({PREDICTION})
SELECT {_unfolded(PredictionRow._fields)} FROM {{each}}"""
LOG_AGAIN = f"{LOG} WHERE true ON CONFLICT DO NOTHING"
OUTCOMES_AGAIN = f"""
INSERT INTO outcomes ({OUTCOME}) SELECT {_unfolded(OutcomeRow._fields)} FROM {{each}}
WHERE true ON CONFLICT DO NOTHING"""

PREDICTION_OF = f"""
SELECT {PREDICTION} FROM predictions
WHERE prediction_id = :prediction_id ORDER BY is_answered DESC, version LIMIT 1"""

RECORD_OUTCOME = f"""
INSERT INTO outcomes ({OUTCOME})
SELECT :prediction_id, :injury, :as_of, :recorded_at
WHERE EXISTS (SELECT 1 FROM predictions WHERE prediction_id = :prediction_id)
ON CONFLICT (prediction_id) DO UPDATE
SET injury = excluded.injury, as_of = excluded.as_of, recorded_at = excluded.recorded_at
WHERE CAST(:replace AS boolean)
   OR (outcomes.injury = excluded.injury AND outcomes.as_of = excluded.as_of)
RETURNING {OUTCOME}"""
OUTCOME_OF = f"SELECT {OUTCOME} FROM outcomes WHERE prediction_id = :prediction_id"

ADD_KEY = f"INSERT INTO keys ({KEY}) VALUES ({', '.join(':' + name for name in KeyRow._fields)})"
KEY_OF = f"SELECT {KEY} FROM keys WHERE key_id = :key_id"
KEYS = """
SELECT keys.key_id, name, scopes, tier, created_at, expires_at, revoked_at,
       CAST(coalesce(sum(requests), 0) AS bigint) AS requests, max(last_used_at) AS last_used_at
FROM keys LEFT JOIN usage ON usage.key_id = keys.key_id
GROUP BY keys.key_id, name, scopes, tier, created_at, expires_at, revoked_at
ORDER BY created_at, keys.key_id"""
REVOKE = "UPDATE keys SET revoked_at = coalesce(revoked_at, :at) WHERE key_id = :key_id RETURNING 1"

USED = f"""
INSERT INTO usage ({USAGE}) SELECT {_unfolded(UsageRow._fields)} FROM {{each}}
WHERE true
ON CONFLICT (key_id, day) DO UPDATE
SET requests = usage.requests + excluded.requests,
    refused = usage.refused + excluded.refused,
    last_used_at = CASE WHEN excluded.last_used_at > usage.last_used_at
                        THEN excluded.last_used_at ELSE usage.last_used_at END"""
USAGE_SINCE = f"SELECT {USAGE} FROM usage WHERE day >= :since ORDER BY day, key_id"

KEEP_FACT = "INSERT INTO facts VALUES (:name, :value) ON CONFLICT DO NOTHING"
FACT = "SELECT value FROM facts WHERE name = :name"

JOINED = f"""
SELECT {", ".join("p." + name for name in PredictionRow._fields)},
       o.injury, o.as_of, o.recorded_at
FROM predictions AS p LEFT JOIN outcomes AS o ON o.prediction_id = p.prediction_id
WHERE p.at >= :since AND p.at < :until
ORDER BY p.at, p.prediction_id, p.version"""

STATS = """
SELECT substr(at, 1, 7) AS month, target, horizon, version, role, count(*) AS rows,
       count(o.prediction_id) AS outcomes
FROM predictions AS p LEFT JOIN outcomes AS o ON o.prediction_id = p.prediction_id
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"""

DAYS = "SELECT DISTINCT substr(at, 1, 10) FROM predictions WHERE at < :until ORDER BY 1"
DELETE_OUTCOMES = """
DELETE FROM outcomes
WHERE prediction_id IN (SELECT prediction_id FROM predictions WHERE at >= :since AND at < :until)
  AND NOT EXISTS (
    SELECT 1 FROM predictions AS others
    WHERE others.prediction_id = outcomes.prediction_id
      AND (others.at < :since OR others.at >= :until))"""
DELETE_PREDICTIONS = """
DELETE FROM predictions WHERE at >= :since AND at < :until RETURNING 1"""
