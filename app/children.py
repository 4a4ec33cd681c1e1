"""What the program is when it is started as a child: frozen, it has no other Python to start."""

from importlib import import_module

FLAG = "--ternchat-child"  # that of engine/child_process.py, which comes with NumPy
_CHILDREN = {
    "bandwidth": "ternchat.app.cli.bandwidth",
    "document_child": "ternchat.app.core.document_child",
}


def be(name: str, *args: str) -> int:
    """Be the child of that name, or one of the engine's; gives the exit code."""
    if name not in _CHILDREN:
        from ternchat.engine import child_process

        return child_process.be(name, *args)
    code: int = import_module(_CHILDREN[name]).main(*args)
    return code
