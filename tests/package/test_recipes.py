"""Recipes of package managers, in the folder that `make dist` packs: they need no Rust."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from installing import ROOT, packed, run

CONAN = Path(sys.executable).parent / "conan"
# vcpkg itself is not to be had offline: its functions, as far as the port uses them.
VCPKG = """
function(vcpkg_execute_required_process)
  cmake_parse_arguments(PARSE_ARGV 0 it "" "WORKING_DIRECTORY;LOGNAME" "COMMAND")
  execute_process(COMMAND ${it_COMMAND} WORKING_DIRECTORY ${it_WORKING_DIRECTORY} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_fixup_pkgconfig)
  file(READ "${CURRENT_PACKAGES_DIR}/lib/pkgconfig/appmint.pc" text)
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 it "" "" "FILE_LIST")
  foreach(file ${it_FILE_LIST})
    file(READ "${file}" text)
    file(APPEND "${CURRENT_PACKAGES_DIR}/share/appmint/copyright" "${text}")
  endforeach()
endfunction()
include("${CURRENT_PORT_DIR}/portfile.cmake")
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run("tar", "-C", folder, "-xf", packed(folder))
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "static"])
def test_conan_makes_a_package_that_a_program_uses(dist, tmp_path, shared):
    env = os.environ | {"CONAN_HOME": str(tmp_path)}
    run(CONAN, "profile", "detect", env=env)
    output = run(CONAN, "create", dist, "--options", f"appmint/*:shared={shared}", env=env)
    version = run("sed", "-n", 's/^#define APPMINT_VERSION "\\(.*\\)"/\\1/p', dist / "include/appmint.h").strip()
    assert f"appmint/{version} (test package): Running test()" in output and f"\n{version}\n" in output


@pytest.mark.parametrize("linkage", ["dynamic", "static"])
def test_the_port_of_vcpkg_lays_out_what_a_program_finds(dist, tmp_path, linkage):
    packages, script = tmp_path / "packages", tmp_path / "vcpkg.cmake"
    script.write_text(VCPKG)
    settings = {"CURRENT_PORT_DIR": dist / "vcpkg/appmint", "CURRENT_PACKAGES_DIR": packages,
                "VCPKG_LIBRARY_LINKAGE": linkage, "TARGET_TRIPLET": "x64-linux"}  # fmt: skip
    run("cmake", *(f"-D{name}={value}" for name, value in settings.items()), "-P", script)
    assert (packages / "share/appmint/copyright").stat().st_size > 10_000
    libraries = {path.name.partition(".")[2][:2].rstrip(".") for path in (packages / "lib").glob("libappmint.*")}
    assert libraries == ({"so"} if linkage == "dynamic" else {"a"})
    user = shutil.copytree(ROOT / "packaging/conan/test_package", tmp_path / "user")
    run("cmake", "-S", user, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={packages}")
    run("cmake", "--build", tmp_path / "build")
    assert run(tmp_path / "build/user")
