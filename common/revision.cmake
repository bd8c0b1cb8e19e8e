# Writes the revision of the sources into the header OUT, when it is another one than before. Run by each build.
if(NOT REVISION)
  execute_process(COMMAND git describe --always --abbrev=12 --exclude=* --dirty WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT REVISION)
  set(REVISION unknown)  # neither git nor a name given
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define BENARI_REVISION \"${REVISION}\"\n")
