"""The way from the program's texts to a translation that is spoken."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import PySide6
import pytest
from needed import need
from PySide6.QtCore import QCoreApplication, QLocale

from ternchat.app.core import language
from ternchat.app.core.attachment_error import AttachmentError
from ternchat.app.core.attachments import read_attachment
from ternchat.app.views.language import QtLanguage, install_translators

ROOT = Path(__file__).parents[2]
GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)


@pytest.fixture
def lrelease():
    program = Path(PySide6.__file__).parent / (
        "lrelease.exe" if sys.platform == "win32" else "lrelease"
    )
    need(program.exists(), "PySide6's lrelease")
    return program


@pytest.fixture
def own_application(qapp):
    """Takes away what was installed."""
    before = qapp.children()
    yield qapp
    for child in qapp.children():
        if child not in before and child.inherits("QTranslator"):
            qapp.removeTranslator(child)
            child.deleteLater()
    language.set_language(language.English())


def fill(file, translated):
    tree = ElementTree.parse(file)
    for message in tree.iter("message"):
        forms = translated.get(message.findtext("source"))
        if forms is None:
            continue
        translation = message.find("translation")
        del translation.attrib["type"]
        if isinstance(forms, str):
            translation.text = forms
        else:
            translation.clear()
            for form in forms:
                ElementTree.SubElement(translation, "numerusform").text = form
    tree.write(file, "utf-8", xml_declaration=True)


def test_texts_are_found_in_every_form_they_are_written_in(collect_texts, tmp_path):
    (tmp_path / "a.py").write_text(
        "class Foo:\n"
        "    def f(self):\n"
        "        self.tr('one ' 'text')\n"
        "        translate('Bar', '%n file(s)', len(x))\n"
        "        raise E(sentence('{name} is empty', name=x))\n"
        "TITLE = QT_TRANSLATE_NOOP('Problem', 'Bad')\n"
        "translate(context, text)\n"
    )
    assert collect_texts.texts(tmp_path) == {
        ("Foo", "one text", False),
        ("Bar", "%n file(s)", True),
        ("Sentence", "{name} is empty", False),
        ("Problem", "Bad", False),
    }


def test_collecting_again_keeps_what_is_translated_and_drops_what_is_gone(collect_texts, tmp_path):
    file, found = tmp_path / "ternchat_de.ts", collect_texts.texts()
    assert collect_texts.write(file, found) == len(found) > 500
    fill(file, {"New chat": "Neuer Chat", "%n chat(s) deleted.": ["%n Chat.", "%n Chats."]})
    left = collect_texts.write(file, found)
    assert left < len(found)
    before = file.read_text()
    assert "Neuer Chat" in before
    assert "%n Chats." in before
    assert (collect_texts.write(file, found), file.read_text()) == (left, before)
    fewer = {text for text in found if text.source != "New chat"}
    collect_texts.write(file, fewer)
    assert "Neuer Chat" not in file.read_text()


def test_a_translation_is_spoken_with_plurals_and_in_errors(
    collect_texts, lrelease, own_application, tmp_path
):
    file = tmp_path / "ternchat_de.ts"
    collect_texts.write(file, collect_texts.texts())
    fill(
        file,
        {
            "New chat": "Neuer Chat",
            "%n chat(s) deleted.": ["%n Chat gelöscht.", "%n Chats gelöscht."],
            "{name} is empty": "{name} ist leer",
        },
    )
    subprocess.run(
        [lrelease, file, "-qm", file.with_suffix(".qm")], check=True, capture_output=True
    )
    assert not install_translators(own_application, tmp_path, QLocale("fr"))
    assert install_translators(own_application, tmp_path, GERMAN)
    language.set_language(QtLanguage())
    assert QCoreApplication.translate("Menus", "New chat") == "Neuer Chat"
    deleted = [language.translate("ChatLibrary", "%n chat(s) deleted.", n) for n in (1, 2)]
    assert deleted == ["1 Chat gelöscht.", "2 Chats gelöscht."]
    (tmp_path / "leer.txt").touch()
    with pytest.raises(AttachmentError, match=r"^leer\.txt ist leer$"):
        read_attachment(tmp_path / "leer.txt")
    assert language.translate("Menus", "Quit") == "Quit"  # what nobody translated yet
