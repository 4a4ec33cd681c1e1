"""Pictures of the real window in every state, light and dark, to be looked at.

    python tools/take_screenshots.py FOLDER [--set NAME ...] [--only SCENE ...] [--light | --dark]

Each set of scenes plays with the real program on a data folder of its own, in an X server of our
own (Xvfb): what is seen is what a person sees, with popups and dialogs where they come up. FOLDER
gets a folder for each way the program can be dressed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SETS = ("chat", "library", "models", "zoom80", "zoom200", "rtl")
SCREEN = "2400x1700x24"  # room for the window at twice its size


def main() -> None:
    """Start an X server, then a program for each set and each colour scheme."""
    options = arguments()
    if options.one:
        play(options.folder, options.one, options.only, dark=options.dark)
        return
    schemes = [["--dark"]] if options.dark else [[]] if options.light else [[], ["--dark"]]
    with x_server() as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        for scheme in schemes:
            for name in options.set or SETS:
                command = [sys.executable, __file__, str(options.folder), "--one", name, *scheme]
                only = ["--only", *options.only] if options.only else []
                print(name, *scheme, flush=True)
                subprocess.run([*command, *only], env=environment, check=True)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", nargs="+", choices=SETS, help="these sets of scenes alone")
    parser.add_argument("--only", nargs="+", default=[], metavar="SCENE", help="these scenes alone")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--one", choices=SETS, help=argparse.SUPPRESS)  # in a child
    return parser.parse_args()


@contextmanager
def x_server() -> Iterator[str]:
    """The name of a display that nobody else uses."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN]
    command += ["-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as answer:
                yield ":" + answer.readline().strip()
        finally:
            server.terminate()


def play(folder: Path, name: str, only: Sequence[str], *, dark: bool) -> None:
    """Let one set of scenes take its pictures."""
    sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))  # for the hub of ours
    from hub.server import HubServer
    from screenshots import chat_scenes, library_scenes, model_scenes
    from screenshots.sample_chats import write_chats, write_slow_model
    from screenshots.studio import Pose, Studio

    from ternchat.app.cli.arguments import Options

    poses = {
        "zoom80": Pose(dark, zoom=80),
        "zoom200": Pose(dark, zoom=200, size=(2000, 1400)),
        "rtl": Pose(dark, right_to_left=True),
    }
    pictures = folder / ("dark" if dark else "light") / ("" if name not in poses else name)
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, HubServer() as hub:
        options = Options(endpoint=hub.url, threads=1, isa="scalar")
        if name == "chat":
            write_slow_model(Path(data), "slowcoach")
            write_slow_model(Path(data), "parrot", repeats=True)
            scenes = chat_scenes.SCENES
        elif name == "models":
            model_scenes.serve(hub)
            scenes = model_scenes.scenes(hub)
            options = Options(endpoint=hub.url)
        else:
            write_chats(Path(data))
            scenes = library_scenes.SCENES if name == "library" else library_scenes.FEW
        studio = Studio(Path(data), pictures, poses.get(name, Pose(dark)), options)
        try:
            for scene in scenes:
                if not only or scene.__name__ in only:
                    scene(studio)
        except Exception:
            studio.shoot("went-wrong", moving=True)
            raise
        finally:
            studio.close()


if __name__ == "__main__":
    main()
