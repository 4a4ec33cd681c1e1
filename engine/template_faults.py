"""What a chat template can do wrong, by the word that the process for it has, in sentences."""

from ternchat.engine.errors import Words

FAULTS = {
    "refused": Words("{source}: the chat template refuses this conversation: {message}"),
    "long": Words("{source}: the chat template writes too much: {message}"),
    "memory": Words("{source}: the chat template needs too much memory: {message}"),
    "recursion": Words("{source}: the chat template calls itself too deeply: {message}"),
    "forbidden": Words("{source}: the chat template asks for what no template may have: {message}"),
    "syntax": Words("{source}: the chat template is not valid Jinja: {message}"),
    "failed": Words("{source}: the chat template fails on this conversation: {message}"),
}
