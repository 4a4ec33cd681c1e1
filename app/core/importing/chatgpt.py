"""Reads conversations.json of ChatGPT's export."""

from typing import Any

from ternchat.app.core.conversation import ChatTree, Role

from .foreign_tree import Node, moment_of, text_of, tree_of

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_TEXTS = ("text", "multimodal_text")  # others are thoughts, tools, pages, instructions


def is_chatgpt(value: Any) -> bool:
    """Whether this is a conversation of ChatGPT."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def chatgpt_chat(conversation: dict[str, Any]) -> ChatTree | None:
    """The chat with all its branches; None when it holds no text."""
    nodes = [
        _node(key, value)
        for key, value in conversation["mapping"].items()
        if isinstance(value, dict)
    ]
    return tree_of(
        conversation.get("title"),
        conversation.get("create_time"),
        conversation.get("update_time"),
        conversation.get("is_starred") is True,
        nodes,
        conversation.get("current_node"),
    )


def _node(key: str, value: dict[str, Any]) -> Node:
    parent, children = value.get("parent"), value.get("children")
    message, role, text = value.get("message"), None, ""
    if not isinstance(message, dict):
        message = {}
    content, author = message.get("content"), message.get("author")
    metadata = message.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
    if isinstance(content, dict) and isinstance(author, dict) and _is_seen(message, metadata):
        role = _ROLES.get(str(author.get("role")))
        if content.get("content_type", "text") in _TEXTS:
            text = text_of(content.get("parts"))
    model = metadata.get("model_slug")
    return Node(
        key,
        parent if isinstance(parent, str) else None,
        tuple(c for c in children if isinstance(c, str)) if isinstance(children, list) else (),
        role,
        text,
        moment_of(message.get("create_time")),
        model if isinstance(model, str) else "",
        complete=message.get("status") != "in_progress",
    )


def _is_seen(message: dict[str, Any], metadata: dict[str, Any]) -> bool:
    """Whether a person sees the message: it is not hidden, and not meant for a tool."""
    return (
        metadata.get("is_visually_hidden_from_conversation") is not True
        and message.get("weight", 1) != 0
        and message.get("recipient", "all") == "all"
    )
