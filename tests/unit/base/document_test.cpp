/// Structs go through documents by their list of fields, and a document that is not theirs is refused with the place.
#include <kdbench/base/document_reference.h>

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace kdbench {
namespace {

enum class Mood { kCalm, kWild };
constexpr auto names_of(Mood) {
  return std::array<std::pair<Mood, const char*>, 2>{{{Mood::kCalm, "calm"}, {Mood::kWild, "wild"}}};
}

struct Size {
  double width = 0;
  std::optional<std::int64_t> height;
  static constexpr auto fields() {
    return std::tuple(field("width", &Size::width, "in pixels"), field("height", &Size::height, "in pixels; null: as wide"));
  }
};

struct Picture {
  std::string title;
  Size size;
  std::vector<Size> details;
  std::map<std::string, double> weights;
  Mood mood = Mood::kCalm;
  std::string note;
  bool framed = false;
  static constexpr auto fields() {
    using P = Picture;
    using enum Presence;
    return std::tuple(field("title", &P::title, "for people"), inlined(&P::size), field("details", &P::details, "parts of it"),
                      field("weights", &P::weights, "by name"), field("mood", &P::mood, "calm or wild"),
                      field("note", &P::note, "anything", kIfAny), field("framed", &P::framed, "hangs", kSinceLater));
  }
};

Picture picture() {
  Picture p;
  p.title = "sea";
  p.size = {2.5, 4};
  p.details = {{1, std::nullopt}};
  p.weights = {{"a", 0.5}, {"b", INFINITY}};
  p.mood = Mood::kWild;
  return p;
}

std::string refusal(const Json& json) { return to_text(from_document<Picture>(json, "p.json").error()); }

TEST(Document, IsWrittenFieldByField) {
  EXPECT_EQ(to_document(picture()), Json::parse(R"({"title": "sea", "width": 2.5, "height": 4,
    "details": [{"width": 1.0, "height": null}], "weights": {"a": 0.5, "b": "inf"}, "mood": "wild", "framed": false})"));
}

TEST(Document, ComesBack) { EXPECT_EQ(to_document(from_document<Picture>(to_document(picture()))), to_document(picture())); }

TEST(Document, OfAnEarlierTimeGivesTheDefaultOfWhatItDidNotKnow) {
  auto json = to_document(picture());
  json.erase("framed");
  EXPECT_FALSE(from_document<Picture>(json).framed);
}

TEST(Document, IsRefusedWithThePlaceAndWhatIsWrongThere) {
  const auto good = to_document(picture());
  auto json = good;
  json.erase("width");
  EXPECT_EQ(refusal(json), "p.json: it has no member 'width'\n");
  json = good;
  json["details"][0]["width"] = nullptr;
  EXPECT_EQ(refusal(json), "p.json: details[0].width: expected a number, found null\n");
  json = good;
  json["height"] = 4.5;
  EXPECT_EQ(refusal(json), "p.json: height: expected an integer, found number\n");
  json = good;
  json["mood"] = "mild";
  EXPECT_EQ(refusal(json), "p.json: mood: nothing is called 'mild' here; did you mean 'wild'?\n");
  json = good;
  json["weigths"] = 1;
  EXPECT_EQ(refusal(json), "p.json: nothing is called 'weigths' here; did you mean 'weights'?\n");
  json = good;
  json["weights"]["a"] = "x";
  EXPECT_EQ(refusal(json), "p.json: weights.a: expected a number, found string\n");
  EXPECT_EQ(refusal(Json::array()), "p.json: expected an object, found array\n");
}

TEST(Document, IsDescribedByItsList) {
  const auto lines = describe_fields<Picture>();
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[1].key, "width");
  EXPECT_EQ(lines[1].kind, "real");
  EXPECT_EQ(lines[2].kind, "integer or null");
  EXPECT_EQ(lines[3].kind, "list of object");
  EXPECT_EQ(lines[4].kind, "map to real");
  EXPECT_EQ(lines[6].presence, Presence::kIfAny);
}

}  // namespace
}  // namespace kdbench
