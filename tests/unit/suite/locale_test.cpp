// A decimal comma in the program's locale changes neither what a suite means nor what is said about it.
#include <kdbench/suite/suite.h>

#include <gtest/gtest.h>

#include <locale>

#include "unit/suite/texts.h"

namespace kdbench {
namespace {

struct CommaAndGroups : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

struct InLocale {
  explicit InLocale(const std::locale& locale) : before(std::locale::global(locale)) {}
  ~InLocale() { std::locale::global(before); }
  std::locale before;
};

TEST(ParseSuite, ReadsAndWritesNumbersAlikeUnderADecimalComma) {
  const ParseOptions bad{{{"train.lr", "-1234567.5"}, {"train.momentum", "0.25"}, {"train.batch_size", "1234567"}}, ""};
  const auto plain = parse_good(bad);
  const InLocale comma(std::locale(std::locale::classic(), new CommaAndGroups));
  const auto parsed = parse_good(bad);
  EXPECT_EQ(parsed.suite.models.at("student").recipe.momentum, 0.25);
  EXPECT_EQ(parsed.suite.datasets.at("gmm").params.at("noise").values.front(), SuiteValue(0.5));
  EXPECT_EQ(to_text(parsed.diagnostics), to_text(plain.diagnostics));
}

}  // namespace
}  // namespace kdbench
