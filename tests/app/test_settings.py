"""Settings of a chat and of the program: limits, and a file that survives."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternchat.app.core import atomic_file
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.fields import Number, SettingError, rules
from ternchat.app.core.settings import ColourScheme, SendKey, Settings, WindowPlace
from ternchat.app.core.settings_file import SettingsFile, SettingsFileError
from ternchat.engine import SamplingParams

CHOSEN = Settings(
    models_folder="/models",
    threads=3,
    theme=ColourScheme.DARK,
    send_key=SendKey.CTRL_ENTER,
    zoom=150,
    proxy="http://me:sesame@proxy:3128",
    endpoint="https://mirror.example",
    last_chat=7,
    window=WindowPlace(x=-40, y=20, width=900, height=700, maximized=True, sidebar=False),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.toml"


@pytest.fixture
def written(path):
    SettingsFile(path).save(CHOSEN)
    return path


def test_a_chat_leaves_everything_to_the_model_unless_told():
    assert ChatSettings().sampling() == {}
    assert ChatSettings().to_dict() == {}


def test_every_setting_of_a_chat_reaches_the_engine():
    settings = ChatSettings("Be brief.", 0.2, 10, 0.9, 0.05, 1.1, 7, 200)
    assert SamplingParams(**settings.sampling()) == SamplingParams(0.2, 10, 0.9, 0.05, 1.1, 7, 200)


def test_what_is_shown_for_the_model_s_default_is_what_the_engine_takes():
    engine, known = SamplingParams(), rules(ChatSettings)
    for name in ("temperature", "top_k", "top_p", "min_p", "repetition_penalty"):
        assert known[name].start == getattr(engine, name), name


def test_the_engine_accepts_every_value_within_the_limits():
    for name, rule in rules(ChatSettings).items():
        if isinstance(rule, Number):
            for value in (rule.low, rule.start, rule.high):
                SamplingParams(**ChatSettings(**{name: value}).sampling())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1), ("temperature", float("nan")), ("temperature", "1"),
        ("temperature", True), ("top_k", 2.5), ("top_k", -1), ("top_p", 0.0), ("seed", 2**31),
        ("max_tokens", 0), ("system_prompt", None), ("system_prompt", "x" * 20_001),
        ("system_prompt", "\ud800"),
    ],
)  # fmt: skip
def test_a_value_outside_the_limits_is_named_and_not_taken_from_a_store(name, value):
    with pytest.raises(SettingError, match=f"^{name} is .*; expected"):
        ChatSettings(**{name: value})
    assert ChatSettings.from_dict({name: value, "top_k": 5, "other": 1}).top_k in (5, None)
    assert getattr(ChatSettings.from_dict({name: value}), name) == getattr(ChatSettings(), name)


@given(
    st.builds(
        ChatSettings,
        system_prompt=st.text(max_size=50),
        temperature=st.none() | st.floats(0, 2),
        top_k=st.none() | st.integers(0, 1000),
        seed=st.none() | st.integers(0, 2**31 - 1),
    )
)
def test_settings_of_a_chat_survive_json(settings):
    assert ChatSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_every_setting_a_person_can_make_is_explained_in_one_sentence():
    shown = [rule for record in (ChatSettings, Settings) for rule in rules(record).values()]
    for rule in (rule for rule in shown if rule.title):
        assert rule.text.endswith(".")
        assert rule.text.count(".") == 1
    assert all(rule.title for rule in rules(ChatSettings).values())


def test_program_settings_survive_their_file(written):
    loaded = SettingsFile(written).load()
    assert (loaded.settings, loaded.notice) == (CHOSEN, "")


def test_without_a_file_there_are_defaults_and_nothing_is_written(path):
    loaded = SettingsFile(path).load()
    assert (loaded.settings, loaded.notice) == (Settings(), "")
    assert not path.exists()


def test_keys_of_a_newer_version_stay_in_the_file(path):
    path.write_text(
        'zoom = 90\nvoice = "loud"\n[window]\nx = 3\nscreen = "left"\n[plugins]\na = 1\n'
    )
    file = SettingsFile(path)
    settings = file.load().settings
    assert (settings.zoom, settings.window.x) == (90, 3)
    file.save(replace(settings, zoom=110))
    text = path.read_text()
    for part in ('voice = "loud"', 'screen = "left"', "[plugins]", "zoom = 110", "x = 3"):
        assert part in text


def test_the_file_before_the_last_change_is_kept(written):
    before = written.read_bytes()
    file = SettingsFile(written)
    file.save(replace(file.load().settings, zoom=90))
    assert file.backup.read_bytes() == before
    assert SettingsFile(written).load().settings.zoom == 90


def test_nothing_is_written_when_nothing_changed(written):
    file = SettingsFile(written)
    settings = file.load().settings
    written.unlink()
    file.save(settings)
    assert not written.exists()


@pytest.mark.parametrize(
    "damage", [b"zoom = ", b"\xff\xfe\x00", b"a = 1\n" * 200_000, b"x=" + b"[" * 100_000]
)
def test_a_damaged_file_is_set_aside_and_the_one_before_used(written, damage):
    file = SettingsFile(written)
    file.save(replace(file.load().settings, zoom=90))
    written.write_bytes(damage)
    loaded = SettingsFile(written).load()
    assert loaded.settings == CHOSEN
    assert "damaged" in loaded.notice
    (aside,) = written.parent.glob("settings.toml.damaged-*")
    assert aside.read_bytes() == damage
    assert str(aside) in loaded.notice


def test_a_damaged_file_without_one_before_gives_defaults_and_can_be_replaced(path):
    path.write_bytes(b"???")
    file = SettingsFile(path)
    loaded = file.load()
    assert loaded.settings == Settings()
    assert loaded.notice.endswith("Defaults are used.")
    file.save(CHOSEN)
    assert SettingsFile(path).load().settings == CHOSEN


def test_single_values_that_cannot_be_leave_the_others(path):
    path.write_text('zoom = 5000\ntheme = "pink"\nthreads = 2\n[window]\nwidth = "wide"\n')
    loaded = SettingsFile(path).load()
    assert loaded.settings == Settings(threads=2)
    for name in ("zoom is 5000", "theme is 'pink'", "window.width is 'wide'"):
        assert name in loaded.notice


def test_a_file_that_cannot_be_read_is_left_alone(path):
    path.mkdir()
    loaded = SettingsFile(path).load()
    assert loaded.settings == Settings()
    assert "cannot be read" in loaded.notice
    assert path.is_dir()


def test_settings_that_cannot_be_written_say_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsFileError, match="cannot be written"):
        SettingsFile(tmp_path / "file" / "settings.toml").save(CHOSEN)


def test_a_write_that_breaks_off_leaves_the_old_file_and_no_other(written, monkeypatch):
    before = written.read_bytes()
    file = SettingsFile(written)
    settings = file.load().settings

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    with pytest.raises(SettingsFileError, match="No space left"):
        file.save(replace(settings, zoom=90))
    assert written.read_bytes() == before
    assert [entry.name for entry in written.parent.iterdir()] == ["settings.toml"]


def test_a_link_to_the_settings_stays_a_link(written, tmp_path):
    link = tmp_path / "link.toml"
    link.symlink_to(written)
    file = SettingsFile(link)
    file.save(replace(file.load().settings, zoom=90))
    assert link.is_symlink()
    assert "zoom = 90" in written.read_text()


@pytest.mark.parametrize("proxy", ["socks5://me:sesame@p", "http://me:sesame@p/way", "", 7])
def test_a_password_is_in_no_sentence_about_a_setting_and_in_no_repr(path, proxy):
    path.write_text(f"proxy = {json.dumps(proxy)}\n")
    loaded = SettingsFile(path).load()
    assert "sesame" not in loaded.notice
    assert loaded.settings.proxy in (None, "")
    assert "sesame" not in repr(CHOSEN)


def test_an_address_of_a_hub_that_is_not_safe_is_refused(path):
    path.write_text('endpoint = "http://mirror.example"\nproxy = "none"\n')
    loaded = SettingsFile(path).load()
    assert (loaded.settings.endpoint, loaded.settings.proxy) == (None, "none")
    assert "endpoint is 'http://mirror.example'; expected an https address" in loaded.notice


def test_settings_with_a_password_are_readable_by_the_user_alone(written):
    SettingsFile(written).load()
    assert written.stat().st_mode & 0o077 == 0
