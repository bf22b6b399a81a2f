"""The scripts of the call-taking page."""

MODULES = (
    "contact/call/page.js",
    "contact/call/keeping.js",
    "contact/call/store.js",
    "contact/call/fields.js",
    "contact/call/presses.js",
    "contact/call/desk.js",
    "contact/call/clocks.js",
)
