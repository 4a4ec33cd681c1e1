"""driver.c holds every kernel set against plain C: sanitised, emulated and under qemu."""

import os
import platform
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from needed import need

from ternchat.ext import _kernels

HERE = Path(__file__).parent
KERNELS = HERE.parents[1] / "ext" / "kernels"
BUILD_FILE = KERNELS.parent / "CMakeLists.txt"
FLAGS = {
    name: flags.split(";") if flags else []
    for name, flags in re.findall(r'ternchat_isa\((\w+) "([^"]*)"', BUILD_FILE.read_text())
}
"""What the build compiles each kernel set with."""

ARM = ("NEON", "DOTPROD", "I8MM")
X86 = tuple(name for name in FLAGS if name not in ARM)
EMULATED_FLAGS = {"-mavxvnni", "-mamx-tile", "-mamx-int8"}
"""Instructions that emulated.h has a word for; the compiler must not use them by itself."""

COMMON = [
    *("-std=gnu11", "-O2", "-ffp-contract=off", f"-I{KERNELS}"),
    *("-Wall", "-Wextra", "-Wno-psabi", "-Wno-unknown-pragmas", "-Wno-unused-parameter"),
]
SANITIZERS = [
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    # Four times faster to compile; the address sanitizer sees what the first would.
    *("-fno-sanitize=object-size,pointer-overflow", "--param"),
    "asan-instrumentation-with-call-threshold=0",
]
WINDOWS_HEADERS = Path("/usr/x86_64-w64-mingw32/include/windows.h")


def tool(name):
    """The program of this name."""
    need(shutil.which(name), name)
    return name


def build(folder, compiler, sets, flags=(), emulated=()):
    """Compile the driver with these kernel sets; gives the program."""
    sources = {KERNELS / f"{name}.c": [] for name in ("dispatch", "matmul", "pack", "ops_scalar")}
    sources |= {KERNELS / "cpu.c": [], HERE / "driver.c": []}
    if emulated:
        sources[KERNELS / "cpu.c"] = ["-Dtn_cpu_features=tn_real_cpu_features"]
        sources[HERE / "driver.c"] = ["-DEMULATED=" + "|".join(f"TN_CPU_{n}" for n in emulated)]
    for name in sets:
        own = FLAGS[name]
        if name in emulated:
            own = [flag for flag in own if flag not in EMULATED_FLAGS]
            own += ["-include", str(HERE / "emulated.h")]
        sources[KERNELS / f"ops_{name.lower()}.c"] = own
    have = [f"-DTN_HAVE_{name}" for name in sets]

    def compiled(source):
        made = folder / f"{source.stem}.o"
        arguments = [*COMMON, *flags, *have, *sources[source], "-c", str(source), "-o", str(made)]
        run(compiler, *arguments)
        return str(made)

    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compiled, sources))
    program = folder / "driver"
    run(compiler, *flags, *objects, "-lm", "-o", str(program))
    return str(program)


def run(*command):
    """Run the command; gives what it said, and fails with it."""
    environment = os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=500)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the sets of x86")
@pytest.mark.skipif(os.name == "nt", reason="a Unix compiler")
def test_every_x86_set_equals_plain_c_under_sanitizers(tmp_path):
    """AVX-VNNI and AMX are emulated where the CPU has only what they are built on."""
    available = {name.upper() for name in _kernels.available()}
    bases = {"AVXVNNI": "AVX2", "AMX": "AVX512VNNI"}
    emulated = [name for name, base in bases.items() if base in available and name not in available]
    program = build(tmp_path, tool("gcc"), X86, SANITIZERS, emulated)
    said = run(program, "300")
    for name in {"SCALAR", *available, *emulated}:
        assert f"{name.lower()}: 300 rounds, equal" in said


def test_every_arm_set_equals_plain_c_under_qemu(tmp_path):
    compiler, qemu = tool("aarch64-linux-gnu-gcc"), tool("qemu-aarch64")
    program = build(tmp_path, compiler, ARM, ["-static"])
    said = run(qemu, "-cpu", "max", program, "60")
    for name in ("scalar", "neon", "dotprod", "i8mm"):
        assert f"{name}: 60 rounds, equal" in said
    assert "i8mm: not on this machine" in run(qemu, "-cpu", "cortex-a72", program, "1")


@pytest.mark.parametrize(
    "name", ["ops_scalar", "ops_avxvnni", "ops_amx", "matmul", "cpu", "system"]
)
def test_the_sources_compile_with_clang_for_windows(tmp_path, name):
    need(WINDOWS_HEADERS.exists(), WINDOWS_HEADERS)
    own = FLAGS.get(name.removeprefix("ops_").upper(), [])
    made = ["-c", str(KERNELS / f"{name}.c"), "-o", str(tmp_path / "made.o")]
    run(tool("clang"), "--target=x86_64-windows-gnu", *COMMON, *own, *made)
