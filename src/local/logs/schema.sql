CREATE TABLE IF NOT EXISTS logs_streams (
  region TEXT NOT NULL,
  log_group TEXT NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  first_event INTEGER,
  last_event INTEGER,
  last_ingestion INTEGER,
  PRIMARY KEY (region, log_group, name)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS logs_events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  region TEXT NOT NULL,
  log_group TEXT NOT NULL,
  stream TEXT NOT NULL,
  time INTEGER NOT NULL,
  ingested INTEGER NOT NULL,
  message TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS logs_events_by_group ON logs_events (region, log_group, time, seq);
CREATE INDEX IF NOT EXISTS logs_events_by_stream ON logs_events (region, log_group, stream, time, seq);
