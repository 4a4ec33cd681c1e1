"""Collects every text the window can show into a file for translators (Qt Linguist's .ts).

    python tools/collect_texts.py resources/translations/ternchat_de.ts

What the file already translates is kept; what the program does not say any more goes. Qt's own
lupdate does not find texts with a count, nor those of `sentence`.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
APP, ENGINE = ROOT / "app", ROOT / "engine"


class Text(NamedTuple):
    """One text; `counted` where it has a form for each number."""

    context: str
    source: str
    counted: bool = False


def texts(*folders: Path) -> set[Text]:
    """All texts of the Python files below some folders; without any, those of the program."""
    paths = [path for folder in folders or (APP, ENGINE) for path in folder.rglob("*.py")]
    trees = (ast.parse(path.read_text("utf-8")) for path in paths)
    return {text for tree in trees for text in _texts_in(tree)}


def write(path: Path, found: set[Text]) -> int:
    """Write them in order, with the translations that are there; how many have none."""
    known = dict(_translations(path)) if path.exists() else {}
    root = ElementTree.Element("TS", version="2.1", language=path.stem.partition("_")[2])
    open_count = 0
    for name in sorted({text.context for text in found}):
        context = ElementTree.SubElement(root, "context")
        ElementTree.SubElement(context, "name").text = name
        for text in sorted(text for text in found if text.context == name):
            message = ElementTree.SubElement(context, "message")
            if text.counted:
                message.set("numerus", "yes")
            ElementTree.SubElement(message, "source").text = text.source
            translation = known.get((name, text.source))
            if translation is None:
                open_count += 1
                translation = ElementTree.Element("translation", type="unfinished")
                if text.counted:
                    ElementTree.SubElement(translation, "numerusform")
            message.append(translation)
    ElementTree.indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(path, "utf-8", xml_declaration=True)
    return open_count


def _texts_in(node: ast.AST, class_name: str = "") -> Iterator[Text]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield from _text_of(child, class_name)
        inside = child.name if isinstance(child, ast.ClassDef) else class_name
        yield from _texts_in(child, inside)


def _text_of(call: ast.Call, class_name: str) -> Iterator[Text]:
    constants = [arg.value if isinstance(arg, ast.Constant) else None for arg in call.args]
    counted = len(call.args) > 2
    match (_name(call.func), constants):
        case "tr", [str(source), *_]:
            yield Text(class_name, source, counted)
        case "translate" | "QT_TRANSLATE_NOOP", [str(context), str(source), *_]:
            yield Text(context, source, counted)
        case "sentence", [str(source), *_]:
            yield Text("Sentence", source)
        case name, [str(source), *_] if _is_of_engine(name, call):
            yield Text("Engine", source)


def _is_of_engine(name: str, call: ast.Call) -> bool:
    """Whether it makes words of the engine, or an error of it that has a form and values."""
    return name == "Words" or (name.endswith("Error") and bool(call.keywords))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _translations(path: Path) -> Iterator[tuple[tuple[str, str], ElementTree.Element]]:
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.get("type") is None:
                name, source = context.findtext("name", ""), message.findtext("source", "")
                yield (name, source), translation


def main() -> int:
    """Collect and write; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="ternchat_<language>.ts")
    path = parser.parse_args().file
    found = texts()
    print(f"{path}: {len(found)} texts, {write(path, found)} of them not translated yet")
    return 0


if __name__ == "__main__":
    sys.exit(main())
