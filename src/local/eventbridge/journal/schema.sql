-- The tables of the data plane.

CREATE TABLE IF NOT EXISTS events_traces (
  seq INTEGER PRIMARY KEY, region TEXT NOT NULL, bus TEXT NOT NULL, event_id TEXT NOT NULL,
  accepted INTEGER NOT NULL, event TEXT NOT NULL, rules TEXT NOT NULL, dropped TEXT);

CREATE TABLE IF NOT EXISTS events_pending (
  seq INTEGER PRIMARY KEY, trace INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  region TEXT NOT NULL, bus TEXT NOT NULL, rule TEXT NOT NULL, target TEXT NOT NULL, event_id TEXT NOT NULL,
  event TEXT NOT NULL, accepted INTEGER NOT NULL, hops INTEGER NOT NULL, due INTEGER NOT NULL, progress TEXT);

CREATE INDEX IF NOT EXISTS events_pending_due ON events_pending (due) WHERE due > 0;

CREATE TABLE IF NOT EXISTS events_deliveries (
  trace INTEGER NOT NULL, ordinal INTEGER NOT NULL, rule TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (trace, ordinal)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events_metrics (
  region TEXT NOT NULL, bus TEXT NOT NULL, rule TEXT NOT NULL, name TEXT NOT NULL, minute INTEGER NOT NULL,
  value INTEGER NOT NULL, PRIMARY KEY (region, bus, rule, name, minute)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events_archived (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, archive TEXT NOT NULL,
  ingested INTEGER NOT NULL, time INTEGER NOT NULL, event TEXT NOT NULL);

CREATE INDEX IF NOT EXISTS events_archived_time ON events_archived (region, archive, time);
