"""Reads Open WebUI's export: a list of chats."""

from typing import Any

from ternchat.app.core.conversation import ChatTree, Role

from .foreign_tree import Node, moment_of, text_of, tree_of

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}


def is_open_webui(value: Any) -> bool:
    """Whether this is a chat of Open WebUI, with or without what its database says of it."""
    return _history(value) is not None


def open_webui_chat(value: dict[str, Any]) -> ChatTree | None:
    """The chat with all its branches; None when it holds no text."""
    inner = _inner(value)
    history = _history(value)
    assert history is not None, "is_open_webui was asked"
    nodes = [_node(k, v) for k, v in history["messages"].items() if isinstance(v, dict)]
    return tree_of(
        value.get("title") or inner.get("title"),
        value.get("created_at") or inner.get("timestamp"),
        value.get("updated_at"),
        value.get("pinned") is True,
        nodes,
        history.get("currentId"),
    )


def _inner(value: dict[str, Any]) -> dict[str, Any]:
    inner = value.get("chat")
    return inner if isinstance(inner, dict) else value


def _history(value: Any) -> dict[str, Any] | None:
    history = _inner(value).get("history") if isinstance(value, dict) else None
    if isinstance(history, dict) and isinstance(history.get("messages"), dict):
        return history
    return None


def _node(key: str, value: dict[str, Any]) -> Node:
    parent, children = value.get("parentId"), value.get("childrenIds")
    model = value.get("modelName") or value.get("model")
    return Node(
        key,
        parent if isinstance(parent, str) else None,
        tuple(c for c in children if isinstance(c, str)) if isinstance(children, list) else (),
        _ROLES.get(str(value.get("role"))),
        text_of(value.get("content")),
        moment_of(value.get("timestamp")),
        model if isinstance(model, str) else "",
        complete=value.get("done") is not False,
    )
