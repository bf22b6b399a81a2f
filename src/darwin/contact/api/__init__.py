"""The contact room's addresses of the API."""
