# SPDX-License-Identifier: GPL-3.0-or-later
# What the program was made of, as its version says it: cmake -DSOURCE=DIR -DVERSION=V -DOUT=FILE -P revision.cmake
# In a checkout git describe; in an archive what git wrote into revision.txt; else the project's version alone. Nothing of
# the day, the machine or the folder goes in, so that the same source gives the same program; OUT is left alone where it
# says so already, so that nothing is built anew.
cmake_policy(VERSION 3.18)
set(described "")
find_program(git git)
if(git)
    execute_process(COMMAND ${git} -C ${SOURCE} rev-parse --show-toplevel OUTPUT_VARIABLE top ERROR_QUIET
                    OUTPUT_STRIP_TRAILING_WHITESPACE)
    get_filename_component(here ${SOURCE} REALPATH)
    if(top STREQUAL here)
        execute_process(COMMAND ${git} -C ${SOURCE} describe --tags --match "v[0-9]*" --always --dirty --abbrev=12
                        OUTPUT_VARIABLE described ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    endif()
endif()
if(described STREQUAL "")
    file(READ ${SOURCE}/src/base/revision.txt text)
    if(text MATCHES "tag (v[0-9][^\n]*)")
        set(described "${CMAKE_MATCH_1}")
    elseif(text MATCHES "commit ([0-9a-f]+)\n")
        string(SUBSTRING ${CMAKE_MATCH_1} 0 12 described)
    endif()
endif()
if(described MATCHES "^v([0-9].*)$")
    set(version "${CMAKE_MATCH_1}")
elseif(NOT described STREQUAL "")
    set(version "${VERSION}+g${described}")
else()
    set(version "${VERSION}")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define CQA_REVISION \"@version@\"\n" @ONLY)
