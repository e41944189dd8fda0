"""Writes of the database."""
