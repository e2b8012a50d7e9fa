/// The folder of a new plugin: the templates of plugins/template under the name that somebody chose.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/protocol/catalog_document.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline cli {

/// A file of plugins/template as it was when the program was built.
struct TemplateFile {
  std::string_view kind;  ///< folder of plugins/template: "loss", "model", "dataset", "strategy", "calibrator"
  std::string_view path;  ///< below that folder
  std::string_view text;
};

/// Every template's files. Made by CMake (plugin_templates.cpp.in).
std::vector<TemplateFile> template_files();

/// A file to be written.
struct NewFile {
  std::filesystem::path path;  ///< below the new folder
  std::string text;
};

/// "my_loss" -> "MyLoss".
std::string camel_case(const std::string& name);

/// Returns why a plugin of this kind cannot have this name: it is not snake_case, a word of C++, or taken by one of `shelf`.
Diagnostics mistakes_in_name(PluginKind kind, const std::string& name, const CatalogDocument& shelf);

/// Returns the files of a new plugin of that name, in order of their paths.
std::vector<NewFile> new_plugin(PluginKind kind, const std::string& name);

}  // namespace kdbench::inline cli
