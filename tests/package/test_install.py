"""`make install`, and programs that find the library by pkg-config and by CMake: each way of linking, and each compiler."""

import itertools
import os
import re
import shutil
import subprocess

import pytest
from installing import ROOT, Installed, installed_below, make, packed, run

VERSION = re.search(r'^#define APPMINT_VERSION "(.*)"', (ROOT / "include/appmint.h").read_text(), re.M)[1]
PARTS = sorted(path.name for path in (ROOT / "include/appmint").iterdir())
COMPILERS = {"gcc": ("gcc", "g++"), "clang": ("clang", "clang++")}
WAYS = list(itertools.product(COMPILERS, ("shared", "static"), ("-fno-lto", "-flto")))
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def layout(prefix="usr", libdir="usr/lib"):
    return sorted(
        [f"{libdir}/libappmint.{end}" for end in ("so", "so.0", f"so.{VERSION}", "a")]
        + [f"{libdir}/pkgconfig/appmint.pc", f"{libdir}/cmake/appmint/appmintConfig.cmake"]
        + [f"{libdir}/cmake/appmint/appmintConfigVersion.cmake"]
        + [f"{prefix}/include/appmint.h", f"{prefix}/include/appmint.hpp"]
        + [f"{prefix}/include/appmint/{part}" for part in PARTS]
        + [f"{prefix}/share/doc/appmint/{name}" for name in ("LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES")]
        + [f"{prefix}/share/man/man3/appmint.3"]
    )


def test_everything_is_where_programs_look_for_it(installed):
    assert files(installed.destdir) == layout()
    links = {path.name: os.readlink(path) for path in installed.libdir.iterdir() if path.is_symlink()}
    assert links == {"libappmint.so": "libappmint.so.0", "libappmint.so.0": f"libappmint.so.{VERSION}"}
    soname = run("readelf", "-d", installed.libdir / f"libappmint.so.{VERSION}")
    assert "SONAME" in soname and "[libappmint.so.0]" in soname


def test_no_file_names_the_folder_that_it_was_installed_into(installed):
    for name in files(installed.destdir):
        assert str(installed.destdir).encode() not in (installed.destdir / name).read_bytes(), name


@pytest.mark.parametrize("name", ["LIBDIR", "libdir"])
def test_the_folders_can_be_chosen(tmp_path, name):
    folders = [f"{name}=/usr/lib/x86_64-linux-gnu", "INCLUDEDIR=/usr/include"]
    make("install", f"DESTDIR={tmp_path}", "prefix=/usr", *folders)
    assert files(tmp_path) == layout(libdir="usr/lib/x86_64-linux-gnu")
    found = installed_below(tmp_path, "usr/lib/x86_64-linux-gnu")
    assert found.pkg_config("--variable=libdir") == [f"{tmp_path}/usr/lib/x86_64-linux-gnu"]
    config = (found.libdir / "cmake/appmint/appmintConfig.cmake").read_text()
    assert "${CMAKE_CURRENT_LIST_DIR}/../../../../include" in config


@pytest.mark.parametrize("wrong", ["PREFIX=usr", "PREFIX=/a b", "LIBDIR="])
def test_a_folder_that_cannot_be_meant_is_refused(tmp_path, wrong):
    command = ["make", "-f", ROOT / "packaging/Makefile", f"FROM={ROOT}", f"DESTDIR={tmp_path}", wrong]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "it must be" in done.stderr
    assert not files(tmp_path)


def test_uninstall_removes_what_was_installed_and_nothing_else(tmp_path):
    make("install", f"DESTDIR={tmp_path}")
    assert files(tmp_path) == layout("usr/local", "usr/local/lib")
    other = tmp_path / "usr/local/include/appmint/other.h"
    other.write_text("/* of another package */")
    make("uninstall", f"DESTDIR={tmp_path}")
    assert files(tmp_path) == ["usr/local/include/appmint/other.h"]
    make("uninstall", f"DESTDIR={tmp_path}")  # a second time finds nothing, which is no error


def test_a_running_programs_library_is_replaced_not_overwritten(tmp_path):
    make("install", f"DESTDIR={tmp_path}")
    library = tmp_path / f"usr/local/lib/libappmint.so.{VERSION}"
    before = library.stat().st_ino
    with library.open("rb"):  # as a program has it that uses the library
        make("install", f"DESTDIR={tmp_path}")
        assert library.stat().st_ino != before


def test_what_pkg_config_tells(installed):
    assert installed.pkg_config("--modversion") == [VERSION]
    assert installed.pkg_config("--libs")[-1] == "-lappmint"
    assert set(installed.pkg_config("--static", "--libs")[-3:]) == {"-lm", "-ldl", "-lpthread"}


@pytest.mark.parametrize("compiler, linking, lto", WAYS)
def test_a_c_program_by_pkg_config(installed, sandbox, tmp_path, compiler, linking, lto):
    program = tmp_path / "mint"
    libraries = installed.pkg_config("--libs")
    if linking == "static":
        libraries = [it.replace("-lappmint", "-l:libappmint.a") for it in installed.pkg_config("--static", "--libs")]
    source = ROOT / "examples/c/mint.c"
    cc = COMPILERS[compiler][0]
    run(cc, "-std=c99", "-O2", lto, *WARNINGS, source, *installed.pkg_config("--cflags"), *libraries, "-o", program)
    assert_it_mints(program, linking, installed, sandbox, r"expires at \d{13} ms\n")


@pytest.mark.parametrize("compiler, linking, lto", WAYS)
def test_a_cpp_program_by_cmake(installed, sandbox, tmp_path, compiler, linking, lto):
    (tmp_path / "CMakeLists.txt").write_text(f"""
        cmake_minimum_required(VERSION 3.19)
        project(user LANGUAGES CXX)
        find_package(appmint {VERSION} CONFIG REQUIRED)
        set(CMAKE_CXX_STANDARD 17)
        add_executable(mint {ROOT}/examples/cpp/mint.cpp)
        target_compile_options(mint PRIVATE -O1 {lto} {" ".join(WARNINGS)})
        target_link_options(mint PRIVATE -O1 {lto})
        target_link_libraries(mint PRIVATE appmint::{"static" if linking == "static" else "appmint"})
    """)
    build(tmp_path, installed, f"-DCMAKE_CXX_COMPILER={COMPILERS[compiler][1]}", "-DCMAKE_SKIP_BUILD_RPATH=ON")
    assert_it_mints(tmp_path / "build" / "mint", linking, installed, sandbox, r"valid for \d{4} s\n")


def build(folder, installed, *options):
    run("cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={installed.destdir}/usr", *options)
    run("cmake", "--build", folder / "build")


def assert_it_mints(program, linking, installed, sandbox, output):
    needed = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", program))
    assert ("libappmint.so.0" in needed) == (linking == "shared")
    env = {"LD_LIBRARY_PATH": str(installed.libdir)} if linking == "shared" else {}
    assert re.fullmatch(output, run(program, *sandbox.arguments, env=env))


def test_a_program_without_any_shared_library(installed, sandbox, tmp_path):
    program = tmp_path / "mint"
    flags = installed.pkg_config("--static", "--cflags", "--libs")
    # glibc warns that looking up a name needs the libraries of this glibc; an address needs none.
    run("gcc", "-static", ROOT / "examples/c/mint.c", *flags, "-o", program)
    assert "statically linked" in run("file", "-L", program) or "NEEDED" not in run("readelf", "-d", program)
    assert "expires at" in run(program, *sandbox.arguments, env={})


def test_the_archive_needs_only_what_the_pc_file_lists(installed, tmp_path):
    """The linker takes all of the archive, and leaves nothing undefined."""
    libraries = installed.pkg_config("--static", "--libs-only-l")
    libraries.remove("-lappmint")
    archive = ["-Wl,--whole-archive", installed.libdir / "libappmint.a", "-Wl,--no-whole-archive"]
    run("gcc", "-shared", "-Wl,-z,defs", *archive, *libraries, "-o", tmp_path / "whole.so")


@pytest.mark.parametrize(
    "request_, is_found",
    [
        ("", True),
        ("0", True),
        ("0.1", True),
        ("0.1.0", True),
        ("0.1.0 EXACT", True),
        ("0.0.9", False),  # before 1.0 another minor version is another interface
        ("0.1.1", False),
        ("0.2", False),
        ("1.0", False),
        ("0.1.0...<0.2", True),
        ("0.1.1...0.9", False),
        ("0.0.1...<0.1.0", False),
    ],
)
def test_cmake_finds_the_versions_that_fit(installed, tmp_path, request_, is_found):
    assert VERSION == "0.1.0", "the requests above are for this version"
    wanted, _, exact = request_.partition(" ")
    (tmp_path / "CMakeLists.txt").write_text(f"""
        cmake_minimum_required(VERSION 3.19)
        project(user LANGUAGES NONE)
        find_package(appmint {wanted} {exact} CONFIG)
        message("found: ${{appmint_FOUND}}")
    """)
    output = run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={installed.destdir}/usr")
    assert re.search(r"found: (\d)", output)[1] == str(int(is_found)), output


def test_the_folder_may_be_moved(installed, sandbox, tmp_path):
    """CMake's file and the .pc file, with --define-prefix, find what is beside them."""
    moved = tmp_path / "opt" / "appmint"
    shutil.copytree(installed.destdir / "usr", moved, symlinks=True)
    found = Installed(destdir=tmp_path / "opt", libdir=moved / "lib")
    places = os.environ | {"PKG_CONFIG_LIBDIR": str(found.libdir / "pkgconfig")}
    assert f"-L{moved}/lib" in run("pkg-config", "--define-prefix", "--libs", "appmint", env=places)
    (tmp_path / "CMakeLists.txt").write_text(f"""
        cmake_minimum_required(VERSION 3.19)
        project(user LANGUAGES C)
        find_package(appmint CONFIG REQUIRED)
        add_executable(mint {ROOT}/examples/c/mint.c)
        target_link_libraries(mint PRIVATE appmint::appmint)
    """)
    run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={moved}")
    run("cmake", "--build", tmp_path / "build")
    assert "expires at" in run(tmp_path / "build/mint", *sandbox.arguments, env={})


def test_an_incomplete_installation_is_not_found(installed, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(installed.destdir / "usr", broken, symlinks=True)
    (broken / "include/appmint.h").unlink()
    (tmp_path / "CMakeLists.txt").write_text("""
        cmake_minimum_required(VERSION 3.19)
        project(user LANGUAGES NONE)
        find_package(appmint CONFIG REQUIRED)
    """)
    output = run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={broken}", status=1)
    assert "appmint.h is missing" in " ".join(output.split())


def test_the_tarball_installs_without_rust_and_a_compiler(tmp_path):
    packages = tmp_path / "packages"
    packages.mkdir()
    tarball = packed(packages)
    first = tarball.read_bytes()
    assert packed(packages).read_bytes() == first, "a second `make dist` made other bytes"
    run("tar", "-xf", tarball, "-C", tmp_path)
    (folder,) = tmp_path.glob("appmint-*")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("make", "sh", "sed", "install", "ln", "rm", "rmdir", "realpath", "chmod", "echo"):
        (tools / tool).symlink_to(shutil.which(tool))
    destdir = tmp_path / "root"
    run("make", "-C", folder, "install", "PREFIX=/usr", f"DESTDIR={destdir}", env={"PATH": str(tools)})
    assert files(destdir) == layout()
