"""Chats in an SQLite file: schema, store, backups, rescue of a damaged file."""
