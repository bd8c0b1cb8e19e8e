# Read by cpack: the version of ./dev package.
if(DEFINED ENV{BENARI_PACKAGE_VERSION})
  set(CPACK_PACKAGE_VERSION $ENV{BENARI_PACKAGE_VERSION})
endif()
