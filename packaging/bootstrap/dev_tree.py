"""The installed layout as a tree of links, for tools that follow files and no import hooks."""

import shutil
import tomllib
from pathlib import Path


def make_tree(root: Path) -> Path:
    """The folder to put on a tool's path: build/tree with `ternchat/app` and the others in it."""
    tree = root / "build" / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    package = tree / "ternchat"
    package.mkdir(parents=True)
    _link(package / "__init__.py", root / "packaging" / "package_init.py")
    with (root / "pyproject.toml").open("rb") as file:
        packages = tomllib.load(file)["tool"]["scikit-build"]["wheel"]["packages"]
    for installed, source in packages.items():
        _link(tree / installed, root / source)
    return tree


def _link(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        # Windows allows links only to administrators and developers.
        if target.is_dir():
            shutil.copytree(target, link)
        else:
            shutil.copyfile(target, link)
