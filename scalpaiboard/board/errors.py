"""
What can keep a board from starting.

BoardError    the message says what stands in the way, and what helps
"""


class BoardError(Exception):
    """The board cannot start."""
