"""What a change of truth means; pure."""
