# Plugins of the tree that are compiled together. Most of the time that a plugin takes is spent on what libtorch's headers instantiate,
# which a group does once. Each plugin still becomes a library of its own, in which the linker keeps what the plugin reaches and nothing of
# its neighbours. KDBENCH_UNITY=OFF compiles each by itself, as kdbench_add_plugin does for plugins elsewhere.

# kdbench_group_source(<file> <source>...): writes a source that includes them all, each in a namespace of its own and with entry points
# of its own name. What they include comes before, outside those namespaces.
function(kdbench_group_source file)
  set(includes)
  set(bodies)
  foreach(source ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    cmake_path(GET source STEM name)
    cmake_path(GET source PARENT_PATH folder)
    file(STRINGS ${source} lines REGEX "^#include ")
    foreach(line ${lines})
      string(REGEX REPLACE "^#include \"(.*)\".*" "#include \"${folder}/\\1\"" line "${line}")
      list(APPEND includes "${line}")
    endforeach()
    string(APPEND bodies "#define kdbench_plugin_tag_v1 kdbench_plugin_tag_v1_${name}\n"
      "#define kdbench_plugin_register_v1 kdbench_plugin_register_v1_${name}\n"
      "namespace plugin_${name} {\n#include \"${source}\"\n}\n"
      "#undef kdbench_plugin_tag_v1\n#undef kdbench_plugin_register_v1\n")
  endforeach()
  list(REMOVE_DUPLICATES includes)
  list(JOIN includes "\n" includes)
  file(CONFIGURE OUTPUT ${file} @ONLY CONTENT [[// Written by plugins/group.cmake.
@includes@
// The stamp and what is seen from outside stand in group_entry.cpp, once a library.
#undef KDBENCH_EMIT_STAMP
#define KDBENCH_EMIT_STAMP() static_assert(true)
#undef KDBENCH_EXPORT
#define KDBENCH_EXPORT
@bodies@]])
endfunction()

# kdbench_add_plugin_group(<kind> <parts> <source>...): a library <name>.so of every source <name>.cpp, compiled in so many parts. The
# part that a plugin is compiled in follows from its name, so that a new one compiles one part anew and not those behind it.
function(kdbench_add_plugin_group kind parts)
  set(numbers)
  foreach(source ${ARGN})
    cmake_path(GET source STEM name)
    string(MD5 number ${name})
    string(SUBSTRING ${number} 0 4 number)
    math(EXPR number "0x${number} % ${parts}")
    list(APPEND numbers ${number})
    list(APPEND sources_${number} ${source})
  endforeach()
  list(REMOVE_DUPLICATES numbers)
  foreach(number ${numbers})
    set(part plugin_group_${kind}_${number})
    set(file ${CMAKE_CURRENT_BINARY_DIR}/${part}.cpp)
    kdbench_group_source(${file} ${sources_${number}})
    add_library(${part} OBJECT ${file})
    target_link_libraries(${part} PRIVATE kdbench::sdk)
    kdbench_plugin_flags(${part})
    target_compile_options(${part} PRIVATE -Wall -Wextra -Wpedantic -ffunction-sections -fdata-sections)
    kdbench_use_precompiled_sdk(${part})
    foreach(source ${sources_${number}})
      kdbench_add_grouped_plugin(${source} ${part})
    endforeach()
  endforeach()
endfunction()

# kdbench_own_sources(<variable> <source>): the source and the headers beside it that it includes, and that these include.
function(kdbench_own_sources variable)
  set(found ${ARGN})
  set(open ${ARGN})
  while(open)
    list(POP_FRONT open file)
    cmake_path(GET file PARENT_PATH folder)
    file(STRINGS ${file} lines REGEX "^#include \"")
    foreach(line ${lines})
      string(REGEX REPLACE "^#include \"(.*)\".*" "\\1" header "${line}")
      cmake_path(ABSOLUTE_PATH header BASE_DIRECTORY ${folder} NORMALIZE)
      if(NOT header IN_LIST found)
        list(APPEND found ${header})
        list(APPEND open ${header})
      endif()
    endforeach()
  endwhile()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

# kdbench_source_id(<variable> <source>): 40 hex digits of what the plugin is made of: its source and headers, those of the SDK, compiler,
# flags and libtorch. The linker's hash of the library would also change with the plugin's neighbours, beside which the compiler inlines
# otherwise, and results would be called outdated for it.
function(kdbench_source_id variable source)
  kdbench_own_sources(own ${source})
  file(GLOB sdk CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/framework/kdbench/sdk/*.h)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${own} ${sdk})
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  set(made_of "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} ${Torch_VERSION}")
  foreach(file ${own} ${sdk})
    file(SHA1 ${file} hash)
    string(APPEND made_of " ${hash}")
  endforeach()
  string(SHA1 hash "${made_of}")
  set(${variable} ${hash} PARENT_SCOPE)
endfunction()

# kdbench_add_grouped_plugin(<source> <part>): the library of one of those sources, out of the part it was compiled in.
function(kdbench_add_grouped_plugin source part)
  cmake_path(GET source STEM name)
  cmake_path(GET source PARENT_PATH folder)
  set(output ${CMAKE_BINARY_DIR}/lib/kdbench/plugins)
  set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/group_exports.map)
  add_library(plugin_${name} MODULE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/group_entry.cpp $<TARGET_OBJECTS:${part}>)
  target_compile_definitions(plugin_${name} PRIVATE KDBENCH_PLUGIN_NAME=${name})
  target_link_libraries(plugin_${name} PRIVATE kdbench::sdk)
  kdbench_plugin_library(${name} ${output})
  kdbench_source_id(id ${source})
  # The last of two build ids counts.
  target_link_options(plugin_${name} PRIVATE -Wl,--gc-sections -Wl,--version-script=${exports} -Wl,--build-id=0x${id})
  set_target_properties(plugin_${name} PROPERTIES LINK_DEPENDS ${exports})
  kdbench_golden_aliases(${name} ${folder}/golden/aliases.json ${output}/../golden)
endfunction()
