"""What a download does about connections and servers that fail it."""

import pytest
from download_help import POLICY, WEIGHTS, FakeClock, PatientClock, Scene, patient, starts
from hub.faults import (
    Corrupt,
    Drop,
    Gzip,
    Headers,
    IgnoreRange,
    Longer,
    Shorter,
    Slow,
    Stall,
    Status,
    WrongRange,
    captive_portal,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ternchat.app.core.progress import State

SIZE = 150_000


# ---- Connections that end too early ---------------------------------------------------------


def test_after_a_drop_it_goes_on_with_the_very_next_byte(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Drop(70_001), Drop(10), Drop(0))
    seen = scene.run()
    scene.assert_ready(seen)
    assert starts(scene) == [0, 70001, 70011, 70011]
    assert State.STALLED in {progress.state for progress in seen}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drops=st.lists(st.integers(0, SIZE - 1), max_size=6))
def test_wherever_the_connection_drops_no_byte_is_fetched_twice(scene: Scene, drops):
    scene.start_afresh()
    scene.hub.at_bytes(WEIGHTS, *map(Drop, drops))
    scene.assert_ready(scene.run(policy=patient(attempts=100)))
    position, expected = 0, []
    for drop in drops:
        if position >= SIZE:
            break
        expected.append(position)
        position += min(drop, SIZE - position)
    if position < SIZE:
        expected.append(position)
    assert starts(scene) == expected


def test_the_waits_grow_to_a_minute_and_then_it_fails_with_every_byte_kept(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Drop(1000))
    scene.hub.always("bytes", WEIGHTS, Drop(0))
    clock = PatientClock()
    seen = scene.run(clock=clock)
    scene.assert_failed(seen, "no_network")
    waits = [p.retry_in_seconds for p in seen if p.state is State.STALLED]
    assert max(waits) <= 60
    assert max(waits) > 44
    assert 300 < clock.time - 1000 < 1200
    scene.hub.always("bytes", WEIGHTS, None)
    scene.assert_ready(scene.run())
    assert starts(scene)[-1] == 1000


def test_a_silent_server_is_given_up_after_fifteen_seconds_and_asked_again(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Stall(50_000))
    clock = FakeClock()
    seen = scene.run(clock=clock)
    scene.assert_ready(seen)
    stalled = next(progress for progress in seen if progress.state is State.STALLED)
    assert stalled.note == "nothing came for 15 seconds"
    assert starts(scene) == [0, 50_000]


def test_the_speed_falls_to_zero_while_nothing_comes(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Stall(50_000))
    scene.hub.always("bytes", WEIGHTS, Stall(0))
    rates = [
        progress.bytes_per_second
        for progress in scene.run(clock=FakeClock(), policy=POLICY)
        if progress.state is State.STALLED
    ]
    assert rates[-1] == 0


def test_a_slow_server_is_no_stalled_one(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Slow(piece_bytes=5_000, pause_seconds=0.002))
    seen = scene.run(clock=PatientClock())
    scene.assert_ready(seen)
    assert State.STALLED not in {progress.state for progress in seen}
    assert len(scene.hub.bodies(WEIGHTS)) == 1


# ---- Servers that do not do what they should ------------------------------------------------


def test_a_server_that_ignores_ranges_sends_all_and_only_the_rest_is_used(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Drop(60_000), IgnoreRange())
    scene.assert_ready(scene.run())
    assert starts(scene) == [0, 60_000]


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(scene: Scene, code):
    scene.hub.at_bytes(WEIGHTS, Status(code))
    scene.hub.at_resolve("config.json", Status(code))
    scene.hub.at_api(Status(code))
    scene.assert_ready(scene.run())


@pytest.mark.parametrize(
    ("code", "problem"), [(429, "rate_limited"), (500, "server"), (503, "server")]
)
def test_a_server_that_stays_busy_ends_the_download(scene: Scene, code, problem):
    scene.hub.always("resolve", WEIGHTS, Status(code))
    scene.assert_failed(scene.run(), problem)


def test_the_server_may_say_how_long_to_wait_but_not_for_ever(scene: Scene):
    clock = PatientClock()
    scene.hub.at_resolve(
        WEIGHTS,
        Status(429, {"Retry-After": "90"}),
        Status(503, {"Retry-After": "99999999999"}),
        Status(503, {"Retry-After": "-5"}),
        Status(503, {"Retry-After": "Fri, 31 Dec 2999 23:59:59 GMT"}),
        Status(503, {"Retry-After": "soon"}),
    )
    seen = scene.run(clock=clock)
    scene.assert_ready(seen)
    waits = [p.retry_in_seconds for p in seen if p.state is State.STALLED]
    assert waits[0] == pytest.approx(90)
    assert max(waits) == pytest.approx(300)


@pytest.mark.parametrize(
    ("stage", "code", "headers", "problem"),
    [
        ("api", 401, {"X-Error-Code": "RepoNotFound"}, "model_gone"),
        ("api", 404, {"X-Error-Code": "RepoNotFound"}, "model_gone"),
        ("api", 404, {"X-Error-Code": "RevisionNotFound"}, "model_gone"),
        ("api", 403, {}, "forbidden"),
        ("api", 403, {"X-Error-Code": "GatedRepo"}, "gated"),
        ("api", 407, {}, "proxy_auth"),
        ("api", 418, {}, "server_answer"),
        ("resolve", 401, {"X-Error-Code": "GatedRepo"}, "gated"),
        ("resolve", 403, {"X-Error-Code": "GatedRepo"}, "gated"),
        ("resolve", 403, {}, "forbidden"),
        ("resolve", 404, {"X-Error-Code": "EntryNotFound"}, "model_gone"),
        ("resolve", 407, {}, "proxy_auth"),
        ("bytes", 403, {}, "server"),
        ("bytes", 404, {}, "model_gone"),
        ("bytes", 416, {"Content-Range": "bytes */10"}, "changed"),
    ],
)
def test_a_refusal_is_told_apart(scene: Scene, stage, code, headers, problem):
    scene.hub.always(stage, "" if stage == "api" else WEIGHTS, Status(code, headers))
    scene.assert_failed(scene.run(), problem)


def test_an_expired_address_of_the_storage_is_asked_for_anew(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Drop(40_000), Status(403))
    scene.assert_ready(scene.run())
    assert len(scene.hub.asked(f"/resolve/{'c0ffee' + '0' * 34}/{WEIGHTS}")) == 3


@pytest.mark.parametrize("file", ["config.json", WEIGHTS])
def test_damaged_bytes_are_fetched_again(scene: Scene, file):
    scene.hub.at_bytes(file, Corrupt(5, 3))
    scene.assert_ready(scene.run())


def test_bytes_that_are_damaged_every_time_never_become_a_model(scene: Scene):
    scene.hub.always("bytes", WEIGHTS, Corrupt(149_999))
    seen = scene.run()
    scene.assert_failed(seen, "bad_hash")
    assert len(scene.hub.bodies(WEIGHTS)) == 2
    assert not any(WEIGHTS in path.name and path.stat().st_size for path in scene.staging.iterdir())


def test_a_body_that_ends_early_with_an_honest_length_has_changed(scene: Scene):
    scene.hub.always("bytes", WEIGHTS, Shorter(1))
    scene.assert_failed(scene.run(), "changed")


def test_a_body_that_goes_on_is_cut_where_the_file_ends(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Longer(100_000))
    scene.assert_ready(scene.run())


@pytest.mark.parametrize(
    "fault",
    [
        WrongRange(-1),
        WrongRange(+1),
        Headers({"Content-Range": "bytes nonsense"}),
        Headers({"Content-Range": None}),
        Headers({"Content-Range": "bytes 0-9/10"}),
        Headers({"Content-Range": "bytes 9999999999999999999-1/2"}),
        Gzip(),
    ],
)
def test_bytes_that_are_not_those_asked_for_are_not_used(scene: Scene, fault):
    scene.hub.at_bytes(WEIGHTS, Drop(60_000))
    scene.hub.always("bytes", WEIGHTS, fault)
    scene.assert_failed(scene.run(), "server_answer")
    scene.hub.always("bytes", WEIGHTS, None)
    scene.assert_ready(scene.run())
    assert starts(scene)[-1] == 60_000


# ---- Something else between us and the hub --------------------------------------------------


@pytest.mark.parametrize("stage", ["api", "resolve", "bytes"])
def test_a_captive_portal_is_recognised(scene: Scene, stage):
    scene.hub.always(stage, "" if stage == "api" else WEIGHTS, captive_portal())
    scene.assert_failed(scene.run(), "captive_portal")


# ---- The model changes ----------------------------------------------------------------------


def test_a_file_that_changed_meanwhile_is_fetched_anew_and_the_others_are_kept(scene: Scene):
    scene.run_until(lambda p: p.done_bytes > 0, "pause")
    files = scene.files | {WEIGHTS: bytes(reversed(scene.files[WEIGHTS]))}
    scene.hub.requests.clear()
    scene.hub.add("acme/tiny", files, commit="b" * 40)
    scene.assert_ready(scene.run())
    assert starts(scene)[0] == 0


def test_a_commit_that_vanishes_in_mid_download_is_replaced_by_the_new_one(scene: Scene):
    def move_on(progress):
        if progress.file == WEIGHTS and not moved:
            moved.append(True)
            scene.hub.add("acme/tiny", scene.files, commit="d" * 40)
        return False

    moved = []
    scene.hub.at_bytes(WEIGHTS, Drop(80_000))
    scene.assert_ready(scene.run_until(move_on, "pause"))
    assert starts(scene) == [0, 80_000]
