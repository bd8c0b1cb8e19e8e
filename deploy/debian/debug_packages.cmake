# Run by cpack when the packages are made: CPack 3.25 writes paths of this machine into the checksums of a -dbgsym
# package.
foreach(file IN LISTS CPACK_PACKAGE_FILES)
  if(file MATCHES "\\.ddeb$")
    set(tree ${file}.tree)
    execute_process(COMMAND dpkg-deb --raw-extract ${file} ${tree} COMMAND_ERROR_IS_FATAL ANY)
    file(STRINGS ${tree}/DEBIAN/md5sums sums)
    list(TRANSFORM sums REPLACE "  .*/usr/" "  usr/")
    list(JOIN sums "\n" sums)
    file(WRITE ${tree}/DEBIAN/md5sums "${sums}\n")
    execute_process(COMMAND dpkg-deb --root-owner-group -Zgzip --build ${tree} ${file} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE_RECURSE ${tree})
  endif()
endforeach()
