"""The command line: thin, over `app.core` and the engine."""
