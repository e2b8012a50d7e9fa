#include <kdbench/protocol/requests.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(Requests, CarryTheLibrariesAmongTheirOwnMembers) {
  ConformanceRequest request{.kind = PluginKind::kLoss, .plugin = "kl"};
  request.libraries = {{"a.so"}, {"plugins"}, {{"b.so", "crashes"}}};
  const auto document = to_document(request);
  EXPECT_EQ(document.dump(), R"({"exclude":[{"file":"b.so","reason":"crashes"}],"kind":"loss","plugin":"kl",)"
                             R"("plugin_folders":["plugins"],"plugins":["a.so"],"verb":"conformance"})");
  const auto read = request_of(document);
  ASSERT_TRUE(std::holds_alternative<ConformanceRequest>(read));
  EXPECT_EQ(std::get<ConformanceRequest>(read).libraries.exclude.front().reason, "crashes");
}

TEST(Requests, AreRefusedWithThePlaceOfTheMistake) {
  const auto wrong = [](const Json& document) {
    try {
      request_of(document);
    } catch (const DocumentError& error) {
      return std::string(error.what());
    }
    return std::string("nothing wrong");
  };
  EXPECT_EQ(wrong({{"verb", "dance"}}), "this worker knows no verb 'dance'");
  EXPECT_EQ(wrong(Json::array()), "expected a request, found no object");
  auto document = to_document(CalibrateRequest{.file = "a.csv", .labels = "", .taus = {}});
  document["bins"] = "many";
  EXPECT_EQ(wrong(document), "bins: expected an integer, found string");
}

TEST(Requests, OfDataSayWhatTheyAskAboutAndNoMore) {
  EXPECT_EQ(to_document(DataRequest{.suite_file = "", .profile = "", .dataset = "", .plugin = "cifar10", .data_dir = "data"}),
            Json({{"verb", "data"},
                  {"plugin", "cifar10"},
                  {"data_dir", "data"},
                  {"overrides", Json::array()},
                  {"plugins", Json::array()},
                  {"plugin_folders", Json::array()},
                  {"exclude", Json::array()}}));
}

TEST(CatalogDocument, KeepsTypeAndDefaultOfEveryParameter) {
  const ParamSpec spec{"beta", 1.0, "weight", 0.0, std::nullopt, {}};
  const auto document = to_document(param_document(spec));
  EXPECT_EQ(document.dump(), R"({"choices":[],"default":1.0,"doc":"weight","max":null,"min":0.0,"name":"beta","type":"real"})");
  const auto read = from_document<ParamDocument>(document);
  EXPECT_EQ(read.type, ParamType::kReal);
  EXPECT_EQ(read.default_value.value, ParamValue(1.0));
}

}  // namespace
}  // namespace kdbench
