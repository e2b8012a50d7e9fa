/// What printed tables call losses, networks and strategies.
#pragma once
#include <kdbench/leaderboard/model/plugin_name.h>

#include <map>
#include <string>

namespace kdbench::inline leaderboard {

struct PrintedNames {
  std::map<std::string, std::string> losses;    ///< plugin -> "KD"; of students on the labels alone under ""
  std::map<std::string, std::string> networks;  ///< plugin -> "{plugin}{depth}{width}", whose braces hold numbers of the network

  std::map<std::string, std::string> strategies;  ///< name -> what it is called; empty: a table does not say it

  /// A loss without a name is called as its plugin.
  std::string loss(const std::string& plugin) const;
  /// A network whose plugin has no name is "resnet56" by its depth, "resnet8x4" with a width other than 1, and without a depth
  /// as its plugin.
  std::string network(const PluginName& network) const;
  /// A strategy without a name is called as it is.
  std::string strategy(const std::string& name) const;
};

}  // namespace kdbench::inline leaderboard
