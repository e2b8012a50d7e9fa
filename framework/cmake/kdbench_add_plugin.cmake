# kdbench_add_plugin(<name> SOURCES <file>... [LIBRARIES <lib>...] [OUTPUT_DIRECTORY <dir>])
# Builds one plugin library <name>.so: hidden visibility, every symbol resolved at link time, never unloaded.
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
  target_compile_features(plugin_${name} PRIVATE cxx_std_20)
  target_compile_definitions(plugin_${name} PRIVATE ${A_DEFINITIONS})
  target_compile_options(plugin_${name} PRIVATE -Wall -Wextra -Wpedantic)
  set_target_properties(plugin_${name} PROPERTIES
    PREFIX "" SUFFIX ".so" OUTPUT_NAME ${name}
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON CXX_EXTENSIONS OFF
    LIBRARY_OUTPUT_DIRECTORY ${A_OUTPUT_DIRECTORY})
  target_link_options(plugin_${name} PRIVATE -Wl,--no-undefined -Wl,-z,now -Wl,-z,nodelete)
endfunction()
