"""The commands of `darwin plan`, a module each, loaded only when called."""
