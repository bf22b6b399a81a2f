"""The machine's door: what guards every address of the API, whichever room it belongs to."""
