# An overlay port in the folder that `make dist` packs: vcpkg install appmint --overlay-ports=FOLDER/vcpkg
set(VCPKG_BUILD_TYPE release)
cmake_path(SET dist NORMALIZE "${CURRENT_PORT_DIR}/../..")

vcpkg_execute_required_process(
  COMMAND make install "PREFIX=${CURRENT_PACKAGES_DIR}" "cmakedir=${CURRENT_PACKAGES_DIR}/share/appmint"
    "DOCDIR=${CURRENT_PACKAGES_DIR}/share/appmint"
  WORKING_DIRECTORY "${dist}"
  LOGNAME "install-${TARGET_TRIPLET}")
vcpkg_fixup_pkgconfig()

if(VCPKG_LIBRARY_LINKAGE STREQUAL "static")
  file(GLOB shared "${CURRENT_PACKAGES_DIR}/lib/libappmint.so*")
  file(REMOVE ${shared})
else()
  file(REMOVE "${CURRENT_PACKAGES_DIR}/lib/libappmint.a")
endif()

vcpkg_install_copyright(FILE_LIST "${dist}/LICENSE-MIT" "${dist}/LICENSE-APACHE" "${dist}/lib/THIRD-PARTY-LICENSES")
