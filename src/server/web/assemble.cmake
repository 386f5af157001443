# SPDX-License-Identifier: GPL-3.0-or-later
# Called with NPM, SOURCE (this folder), BUILD and TABLE (callqa-page-table).
set(modules ${BUILD}/web-modules)
set(lock ${SOURCE}/package-lock.json)

if(NOT EXISTS ${modules}/installed OR ${lock} IS_NEWER_THAN ${modules}/installed)
    if(NOT NPM)
        message(FATAL_ERROR "The page cannot be built: npm was not found. Install npm, or leave the page out by -DCQA_PAGE=OFF (docs/page.md).")
    endif()
    file(MAKE_DIRECTORY ${modules})
    file(COPY ${SOURCE}/package.json ${lock} ${SOURCE}/.npmrc DESTINATION ${modules})
    execute_process(COMMAND ${NPM} ci --ignore-scripts --silent WORKING_DIRECTORY ${modules}
                    RESULT_VARIABLE failed ERROR_VARIABLE why)
    if(failed)
        message(FATAL_ERROR "The page cannot be built: npm ci failed in ${modules}; is the registry within reach? "
                            "What is there from a build before is used again; -DCQA_PAGE=OFF leaves the page out (docs/page.md).\n${why}")
    endif()
    file(TOUCH ${modules}/installed)
endif()

file(GLOB ours ${SOURCE}/*.html ${SOURCE}/*.css ${SOURCE}/*.js ${SOURCE}/*.svg)
file(COPY ${ours} ${SOURCE}/appraisal DESTINATION ${BUILD}/web)

# What the table has to say, under a name of the page's; an unchanged file keeps its time, and so browsers their copy.
function(from_table name)
    set(made ${BUILD}/web-table/${name})
    get_filename_component(folder ${made} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    execute_process(COMMAND ${TABLE} ${ARGN} OUTPUT_FILE ${made} COMMAND_ERROR_IS_FATAL ANY)
    get_filename_component(folder ${BUILD}/web/${name} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    file(COPY_FILE ${made} ${BUILD}/web/${name} ONLY_IF_DIFFERENT)
endfunction()
from_table(lang/en.json lang en ${SOURCE}/lang/en.json)
from_table(lang/zh-CN.json lang zh ${SOURCE}/lang/zh-CN.json)
from_table(events.css css)
set(libraries ${modules}/node_modules)
file(COPY ${libraries}/uplot/dist/uPlot.esm.js ${libraries}/uplot/dist/uPlot.min.css
          ${libraries}/wavesurfer.js/dist/wavesurfer.esm.js DESTINATION ${BUILD}/web/lib)
file(COPY_FILE ${libraries}/wavesurfer.js/dist/plugins/regions.esm.js ${BUILD}/web/lib/regions.esm.js ONLY_IF_DIFFERENT)
file(COPY_FILE ${libraries}/wavesurfer.js/LICENSE ${BUILD}/web/lib/wavesurfer.LICENSE ONLY_IF_DIFFERENT)
file(COPY_FILE ${libraries}/uplot/LICENSE ${BUILD}/web/lib/uPlot.LICENSE ONLY_IF_DIFFERENT)

# Packed once, here: the server hands out what lies beside a file as its .gz to whoever takes that.
file(GLOB_RECURSE texts ${BUILD}/web/*.html ${BUILD}/web/*.css ${BUILD}/web/*.js ${BUILD}/web/*.json ${BUILD}/web/*.svg)
foreach(text ${texts})
    if(NOT EXISTS ${text}.gz OR ${text} IS_NEWER_THAN ${text}.gz)
        file(ARCHIVE_CREATE OUTPUT ${text}.gz PATHS ${text} FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
    endif()
endforeach()
