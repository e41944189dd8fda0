"""From the close of a candle to what is owed: one stage a module."""
