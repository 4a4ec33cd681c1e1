"""What the engine says, in the person's language: it gives its sentences as forms with values."""

from .language import number, translate


def told(what: object) -> str:
    """The sentence of an error, or of words of the engine; what has no form stays as it is."""
    words = getattr(what, "words", what)
    form, values = getattr(words, "form", None), getattr(words, "values", None)
    if not isinstance(form, str) or not isinstance(values, dict):
        return str(what)
    said = {name: _said(value) for name, value in values.items()}
    try:
        return translate("Engine", form).format(**said)
    except (LookupError, ValueError, AttributeError):  # a translation that names other values
        return str(what)


def _said(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return told(value)
    return number(value, 0 if isinstance(value, int) else 2)
