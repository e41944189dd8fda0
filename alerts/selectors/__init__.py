"""Reads of the database."""
