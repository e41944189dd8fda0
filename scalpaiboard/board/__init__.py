"""The whole product in one process: web, feed, worker and beat."""
