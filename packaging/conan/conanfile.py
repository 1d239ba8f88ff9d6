"""The Conan package of a built libappmint. This file lies in the folder that `make dist` packs, beside lib/ and include/:

conan create . [-o appmint/*:shared=True]
"""

import re
from pathlib import Path

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.files import copy, load, rm, rmdir


class Appmint(ConanFile):
    name = "appmint"
    description = "Authenticates a program as a GitHub App, or as an app of a platform like it"
    license = "MIT OR Apache-2.0"
    topics = ("github-app", "oauth2", "jwt")
    package_type = "library"
    # It is built already, so no compiler and no build type make another package of it.
    settings = "os", "arch"
    options = {"shared": [True, False]}
    default_options = {"shared": False}
    exports_sources = "Makefile", "LICENSE-*", "lib/*", "man/*", "include/*", "templates/*"

    def set_version(self):
        header = load(self, Path(self.recipe_folder) / "include" / "appmint.h")
        self.version = re.search(r'^#define APPMINT_VERSION "(.*)"', header, re.MULTILINE)[1]

    def validate(self):
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("this folder holds a library for Linux")

    def package(self):
        self.run(f"make install PREFIX={self.package_folder}", cwd=self.source_folder)
        lib = Path(self.package_folder) / "lib"
        rm(self, "libappmint.a" if self.options.shared else "libappmint.so*", lib)
        # Conan writes its own, for the package that was chosen.
        for folder in (lib / "cmake", lib / "pkgconfig"):
            rmdir(self, folder)
        copy(self, "LICENSE-*", self.source_folder, Path(self.package_folder) / "licenses")
        copy(self, "THIRD-PARTY-LICENSES", Path(self.source_folder) / "lib", Path(self.package_folder) / "licenses")

    def package_info(self):
        self.cpp_info.libs = ["appmint"]
        self.cpp_info.set_property("cmake_target_name", "appmint::appmint")
        self.cpp_info.set_property("pkg_config_name", "appmint")
        if not self.options.shared:
            self.cpp_info.system_libs = ["m", "dl", "pthread"]
