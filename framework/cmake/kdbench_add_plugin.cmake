# kdbench_use_precompiled_sdk(<target>): what the SDK includes of libtorch is read from a precompiled header, made once a project and
# shared by its targets: a source then compiles in about two thirds of the time. What it must include does not change. KDBENCH_PRECOMPILED=OFF
# turns it off. A target that is compiled otherwise than a plugin (other macros, other optimisation) must not use it.
option(KDBENCH_PRECOMPILED "Read libtorch's headers from a precompiled header" ON)
set(KDBENCH_PRECOMPILED_HEADER ${CMAKE_CURRENT_LIST_DIR}/precompiled_sdk.h)
function(kdbench_use_precompiled_sdk target)
  if(NOT KDBENCH_PRECOMPILED OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  if(NOT TARGET kdbench_precompiled_sdk)
    set(empty ${CMAKE_BINARY_DIR}/kdbench_precompiled_sdk.cpp)
    if(NOT EXISTS ${empty})
      file(WRITE ${empty} "// Nothing: the library exists for its precompiled header.\n")
    endif()
    add_library(kdbench_precompiled_sdk OBJECT ${empty})
    target_link_libraries(kdbench_precompiled_sdk PRIVATE kdbench::sdk)
    kdbench_plugin_flags(kdbench_precompiled_sdk)
    # ccache keeps what was compiled with a precompiled header only where the preprocessor says which one it was.
    # GCC defines other macros with -Wpedantic, so that the warnings must be those of its users, too.
    target_compile_options(kdbench_precompiled_sdk PRIVATE -fpch-preprocess -Wall -Wextra -Wpedantic)
    target_precompile_headers(kdbench_precompiled_sdk PRIVATE ${KDBENCH_PRECOMPILED_HEADER})
    kdbench_compile_afresh(kdbench_precompiled_sdk)
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess)
  target_precompile_headers(${target} REUSE_FROM kdbench_precompiled_sdk)
endfunction()

# kdbench_compile_afresh(<target>): without ccache. It takes a header that is precompiled again for what stood there before: its preprocessor
# reads the old one instead of the sources.
function(kdbench_compile_afresh target)
  set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "")
endfunction()

function(kdbench_plugin_flags target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON)
endfunction()

# kdbench_plugin_library(<name> <folder>): how the library plugin_<name> is called, compiled and linked.
function(kdbench_plugin_library name folder)
  kdbench_plugin_flags(plugin_${name})
  target_compile_options(plugin_${name} PRIVATE -Wall -Wextra -Wpedantic)
  set_target_properties(plugin_${name} PROPERTIES PREFIX "" SUFFIX ".so" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${folder})
  # The build id tells one build from another in the records: a hash of what was linked, whatever the toolchain's default.
  target_link_options(plugin_${name} PRIVATE -Wl,--no-undefined -Wl,-z,now -Wl,-z,nodelete -Wl,--build-id=sha1)
endfunction()

# kdbench_add_plugin(<name> SOURCES <file>... [LIBRARIES <lib>...] [DEFINITIONS <macro>...] [OUTPUT_DIRECTORY <dir>])
# Builds one plugin library <name>.so: hidden visibility, every symbol resolved at link time, never unloaded. With macros of its own
# it does without the precompiled header. Where golden/aliases.json stands beside the first source, it is copied to ../golden/<name>.json
# beside the library's folder, where `kdbench test --golden` finds it.
function(kdbench_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 A "" "OUTPUT_DIRECTORY" "SOURCES;LIBRARIES;DEFINITIONS")
  if(A_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "kdbench_add_plugin(${name}): unknown arguments: ${A_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT A_SOURCES)
    message(FATAL_ERROR "kdbench_add_plugin(${name}): SOURCES is required")
  endif()
  if(NOT A_OUTPUT_DIRECTORY)
    set(A_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/kdbench/plugins)
  endif()
  add_library(plugin_${name} MODULE ${A_SOURCES})
  target_link_libraries(plugin_${name} PRIVATE kdbench::sdk ${A_LIBRARIES})
  target_compile_definitions(plugin_${name} PRIVATE ${A_DEFINITIONS})
  kdbench_plugin_library(${name} ${A_OUTPUT_DIRECTORY})
  if(NOT A_DEFINITIONS)
    kdbench_use_precompiled_sdk(plugin_${name})
  endif()
  list(GET A_SOURCES 0 source)
  cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  cmake_path(GET source PARENT_PATH folder)
  kdbench_golden_aliases(${name} ${folder}/golden/aliases.json ${A_OUTPUT_DIRECTORY}/../golden)
endfunction()

# kdbench_golden_aliases(<name> <file> <folder>): copies the file, if there is one, to <folder>/<name>.json whenever plugin_<name> is built.
function(kdbench_golden_aliases name file folder)
  file(GLOB found CONFIGURE_DEPENDS ${file})
  if(NOT found)
    return()
  endif()
  cmake_path(SET table NORMALIZE ${folder}/${name}.json)
  cmake_path(GET table PARENT_PATH folder)
  add_custom_command(OUTPUT ${table} DEPENDS ${file} VERBATIM
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${CMAKE_COMMAND} -E copy ${file} ${table})
  add_custom_target(plugin_${name}_aliases DEPENDS ${table})
  add_dependencies(plugin_${name} plugin_${name}_aliases)
endfunction()

# kdbench_add_plugin_test(<name> SOURCES <file>... [LIBRARIES <lib>...])
# A program test_<name> of GoogleTest's tests of the plugin library <name>, each of them a test of ctest. It opens the library by
# kdbench/sdk/testing.h when it runs, so that the two are compiled beside each other; build both.
function(kdbench_add_plugin_test name)
  cmake_parse_arguments(PARSE_ARGV 1 A "" "" "SOURCES;LIBRARIES")
  if(A_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "kdbench_add_plugin_test(${name}): unknown arguments: ${A_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT A_SOURCES)
    message(FATAL_ERROR "kdbench_add_plugin_test(${name}): SOURCES is required")
  endif()
  if(NOT TARGET plugin_${name})
    message(FATAL_ERROR "kdbench_add_plugin_test(${name}): no plugin of that name; call kdbench_add_plugin(${name} ...) before")
  endif()
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    message(WARNING "no GoogleTest here, so that test_${name} is not built; install it (Debian: libgtest-dev) or set GTest_DIR")
    return()
  endif()
  include(GoogleTest)
  add_executable(test_${name} ${A_SOURCES})
  target_link_libraries(test_${name} PRIVATE kdbench::sdk GTest::gtest GTest::gtest_main ${CMAKE_DL_LIBS} ${A_LIBRARIES})
  target_compile_features(test_${name} PRIVATE cxx_std_20)
  target_compile_definitions(test_${name} PRIVATE KDBENCH_TEST_PLUGINS="$<TARGET_FILE:plugin_${name}>")
  # A test computes little; without optimisation it compiles sooner.
  target_compile_options(test_${name} PRIVATE -Wall -Wextra -Wpedantic $<$<CONFIG:Release>:-O0>)
  gtest_discover_tests(test_${name} DISCOVERY_TIMEOUT 60)
endfunction()
