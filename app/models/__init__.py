"""Qt item models: what the views show."""
