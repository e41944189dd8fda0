"""
Make the candle table by hand.

On SQLite it is clustered by its key (WITHOUT ROWID), so that the history of an
instrument lies together. On PostgreSQL it is partitioned by UTC day, so that
old days are dropped instead of deleted. It has no foreign key in the database:
its only writer takes instrument ids from the instrument table in the same
process, and a check of every row would cost more than the insert itself.
"""

from django.db import migrations

_COLUMNS = """
    instrument_id bigint NOT NULL,
    open_time_ms bigint NOT NULL,
    open double precision NOT NULL,
    high double precision NOT NULL,
    low double precision NOT NULL,
    close double precision NOT NULL,
    volume double precision NOT NULL,
    quote_volume double precision,
    trade_count integer,
    taker_buy_volume double precision,
    taker_buy_quote_volume double precision,
    first_trade_id bigint,
    last_trade_id bigint,
    received_at_ms bigint NOT NULL,
    PRIMARY KEY (instrument_id, open_time_ms)
"""
_ENDINGS = {
    "sqlite": "WITHOUT ROWID",
    "postgresql": "PARTITION BY RANGE (open_time_ms)",
}


def make_table(apps, schema_editor):
    ending = _ENDINGS[schema_editor.connection.vendor]
    schema_editor.execute("DROP TABLE markets_candle")
    schema_editor.execute(f"CREATE TABLE markets_candle ({_COLUMNS}) {ending}")


def make_plain_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE markets_candle")
    schema_editor.create_model(apps.get_model("markets", "Candle"))


class Migration(migrations.Migration):
    dependencies = [("markets", "0001_initial")]
    operations = [migrations.RunPython(make_table, make_plain_table)]
