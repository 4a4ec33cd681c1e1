"""Chats in dictionaries, by subject; `memory_chat_store.py` makes one store of them."""
