"""The one small language in which people ask the market table."""
