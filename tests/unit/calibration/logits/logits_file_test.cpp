// Readers of logits files: what they accept, and the words of what they refuse.
#include <kdbench/calibration/logits/logits_file.h>
#include <kdbench/calibration/metrics.h>

#include <gtest/gtest.h>

#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

class LogitsFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  /// The diagnostics without the folder.
  std::string refusal(const fs::path& file, const fs::path& labels = {}) const {
    const auto read = read_logits(file, labels);
    if (read) return "read";
    auto text = to_text(read.error());
    const auto prefix = folder_.string() + "/";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

  void expect_two_rows(const fs::path& file, const fs::path& labels = {}) const {
    const auto read = read_logits(file, labels);
    ASSERT_TRUE(read) << to_text(read.error());
    EXPECT_EQ(read->num_classes, 3);
    EXPECT_EQ(read->logits, (std::vector<double>{0.5, -1, 2, 3, 0.25, -4}));
    EXPECT_EQ(read->labels, (std::vector<std::int64_t>{2, 0}));
  }

  fs::path folder_;
};

/// A NumPy file with the given header entries.
template <class T>
std::string npy(const std::string& type, const std::string& shape, const std::vector<T>& values, bool fortran = false,
                int version = 1) {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  header.resize(118 - (version == 1 ? 0 : 2), ' ');
  header.back() = '\n';
  std::string out = "\x93NUMPY";
  out += static_cast<char>(version);
  out += '\0';
  out += static_cast<char>(header.size());
  out += '\0';
  if (version == 2) out.append(2, '\0');
  out += header;
  const auto at = out.size();
  out.resize(at + values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(out.data() + at, values.data(), values.size() * sizeof(T));
  return out;
}

const std::vector<float> kFloats{0.5F, -1, 2, 3, 0.25F, -4};

TEST_F(LogitsFile, ReadsCsvWithTheLabelLastOrNamed) {
  expect_two_rows(write("plain.csv", "0.5,-1,2,2\n3,0.25,-4,0\n"));
  expect_two_rows(write("header.csv", "a,b,c,true_class\n0.5,-1,2,2\n3,0.25,-4,0"));
  expect_two_rows(write("numbered.csv", "0,1,2,label\n0.5,-1,2,2\n3,0.25,-4,0\n"));
  expect_two_rows(write("named.csv", "a,Label,b,c\n0.5,2,-1,2\n3,0,0.25,-4\n"));
  expect_two_rows(write("first.csv", "y,a,b,c\r\n2,0.5,-1,2\r\n0,3,0.25,-4\r\n"));
  expect_two_rows(write("target.csv", "\xEF\xBB\xBF\"target\";\"a\";\"b\";\"c\"\n2;0.5;-1;2\n\n0;3;+0.25;-4.0\n"));
  expect_two_rows(write("tabs.csv", "5e-1\t-1\t2\t2.0\n3\t0.25\t-4\t0\n"));
}

TEST_F(LogitsFile, ReadsCsvWithLabelsApart) {
  const auto logits = write("z.csv", "0.5,-1,2\n3,0.25,-4\n");
  expect_two_rows(logits, write("y.csv", "label\n2\n0\n"));
  expect_two_rows(logits, write("y.txt", "2\n0\n"));
  expect_two_rows(logits, write("y.json", "[2, 0]"));
  expect_two_rows(logits, write("y.npy", npy<std::int64_t>("<i8", "(2,)", {2, 0})));
}

TEST_F(LogitsFile, ReportsEveryMistakeOfACsvAtItsPlace) {
  const auto file = write("bad.csv", "a,b,label\n1,2,0\n1,2\n1,x2,1\n1,nan,1\n1,2,0.5\n1,2,-1\n");
  EXPECT_EQ(refusal(file),
            "bad.csv:3:1: expected 3 columns as in line 1, found 2\n"
            "bad.csv:4:3: expected a finite number with a decimal point, found 'x2'\n"
            "bad.csv:5:3: expected a finite number with a decimal point, found 'nan'\n"
            "bad.csv:6:5: expected a class index (a whole number from 0), found '0.5'");
  EXPECT_EQ(refusal(write("range.csv", "1,2,0\n1,2,2\n1,2,-1\n")),
            "range.csv:2:5: expected a label from 0 to 1 (2 logits a row), found 2\n"
            "range.csv:3:5: expected a label from 0 to 1 (2 logits a row), found -1");
  EXPECT_EQ(refusal(write("comma.csv", "1,5;2;0\n")),
            "comma.csv:1:1: expected a finite number with a decimal point, found '1,5'");
  EXPECT_EQ(refusal(write("head.csv", "a,b,c\n")), "head.csv: expected a sample a line, found nothing but a header");
  EXPECT_EQ(refusal(write("first.csv", "1,x2,1\n1,2,0\n")),
            "first.csv:1:3: expected a finite number with a decimal point, found 'x2'");
}

TEST_F(LogitsFile, StopsCollectingAfterTwentyMistakes) {
  std::string text = "1,2,0\n";
  for (int i = 0; i < 1000; ++i) text += "x,y,0\n";
  const auto file = write("many.csv", text);
  const auto read = read_logits(file);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().size(), 20u);
}

TEST_F(LogitsFile, RefusesRowNumbersThatWouldCountAsALogit) {
  EXPECT_EQ(refusal(write("pandas.csv", ",a,b,label\n0,1,2,0\n")),
            "pandas.csv:1:1: expected logits and a label, found a column named '': remove the row "
            "numbers (in pandas: to_csv(index=False))");
}

TEST_F(LogitsFile, RefusesCsvWithoutSamplesOrClasses) {
  EXPECT_EQ(refusal(write("empty.csv", "\n\n")), "empty.csv: expected numbers, found an empty file");
  EXPECT_EQ(refusal(write("one.csv", "1,0\n2,0\n")), "one.csv: expected logits of at least 2 classes, found 1");
  EXPECT_EQ(refusal(folder_ / "none.csv"), "none.csv: no such file");
  EXPECT_EQ(refusal(write("z.pt", "")), "z.pt: expected a file of logits that ends in .csv, .json or .npy, found '.pt'");
}

TEST_F(LogitsFile, ReadsJsonListsAndTensors) {
  expect_two_rows(write("lists.json", R"({"logits": [[0.5, -1, 2], [3, 0.25, -4]], "labels": [2, 0]})"));
  expect_two_rows(write("golden.json",
                        R"({"inputs": {"logits": {"shape": [2, 3], "dtype": "float64", "data": [0.5, -1, 2, 3, 0.25, -4]},
                                        "labels": {"shape": [2], "dtype": "int64", "data": [2, 0]}}})"));
  expect_two_rows(write("apart.json", R"({"logits": [[0.5, -1, 2], [3, 0.25, -4]]})"),
                  write("labels.json", R"({"labels": [2, 0]})"));
}

TEST_F(LogitsFile, NamesTheMemberThatIsWrongInJson) {
  EXPECT_EQ(refusal(write("a.json", R"({"logits": [[1, 2], [1]], "labels": [0, 0.5]})")),
            "a.json: logits[1]: expected 2 numbers as in logits[0], found 1\n"
            "a.json: labels[1]: expected a class index (a whole number from 0), found 0.5");
  EXPECT_EQ(refusal(write("b.json", R"({"logits": [[1, "nan"]], "labels": [0]})")),
            "b.json: logits[0][1]: expected a finite number, found \"nan\"");
  EXPECT_EQ(refusal(write("c.json", R"({"logits": {"shape": [2, 2], "data": [1, 2, 3]}, "labels": [0]})")),
            "c.json: logits.data: expected 2 x 2 numbers, found 3");
  EXPECT_EQ(refusal(write("d.json", R"({"logits": [[1, 2]]})")),
            R"(d.json: expected {"logits": [[...], ...], "labels": [...]}, found no member "labels")");
  EXPECT_EQ(refusal(write("e.json", R"({"logits": [[1, 2]], "labels": [0, 1, 5]})")),
            "e.json: expected 1 labels, one for each row of logits, found 3\n"
            "e.json: expected a label from 0 to 1 (2 logits a row), found 5 in row 2 (counted from 0)");
  EXPECT_EQ(refusal(write("f.json", "[1, 2]")).substr(0, 17), "f.json: expected ");
  EXPECT_NE(refusal(write("g.json", "{")).find("g.json: not valid JSON"), std::string::npos);
}

TEST_F(LogitsFile, ReadsNpyPairsOfEveryType) {
  const auto floats = write("f.npy", npy("<f4", "(2, 3)", kFloats));
  const auto doubles = write("d.npy", npy("<f8", "(2, 3)", std::vector<double>(kFloats.begin(), kFloats.end()), false, 2));
  expect_two_rows(floats, write("i8.npy", npy<std::int64_t>("<i8", "(2,)", {2, 0})));
  expect_two_rows(doubles, write("i4.npy", npy<std::int32_t>("<i4", "(2, 1)", {2, 0})));
  expect_two_rows(floats, write("u1.npy", npy<std::uint8_t>("|u1", "(2,)", {2, 0})));
  const auto labels = write("i2.npy", npy<std::int16_t>("<i2", "(2,)", {2, 0}));
  expect_two_rows(floats, labels);
  // The same by columns, and as halves: 0.5 is 2^-1 (exponent 14 of bias 15, 0x3800), -1 is 0xbc00, and so on.
  expect_two_rows(write("fortran.npy", npy("<f4", "(2, 3)", std::vector<float>{0.5f, 3, -1, 0.25f, 2, -4}, true)), labels);
  expect_two_rows(write("half.npy", npy<std::uint16_t>("<f2", "(2, 3)", {0x3800, 0xbc00, 0x4000, 0x4200, 0x3400, 0xc400})),
                  labels);
}

TEST_F(LogitsFile, RefusesNpyThatIsNotWhatItShouldBe) {
  const auto good = write("z.npy", npy("<f4", "(2, 3)", kFloats));
  const auto labels = write("y.npy", npy<std::int64_t>("<i8", "(2,)", {2, 0}));
  EXPECT_EQ(refusal(good), "z.npy: a .npy file holds the logits alone; give the labels with --labels FILE");
  EXPECT_EQ(refusal(write("short.npy", npy("<f4", "(3, 3)", kFloats)), labels),
            "short.npy: expected [3, 3] values of type '<f4' after the header, found 24 bytes: the "
            "file was cut short or changed");
  EXPECT_EQ(refusal(write("flat.npy", npy("<f4", "(6,)", kFloats)), labels),
            "flat.npy: expected logits of shape [N, K], found [6]");
  EXPECT_EQ(refusal(write("whole.npy", npy<std::int16_t>("<i2", "(2, 1)", {1, 2})), labels),
            "whole.npy: expected logits of type '<f2', '<f4' or '<f8', found '<i2': save x.astype('float32')");
  EXPECT_EQ(refusal(good, write("yf.npy", npy<float>("<f4", "(2,)", {2, 0}))),
            "yf.npy: expected labels of an integer type, found '<f4': save y.astype('int64')");
  EXPECT_EQ(refusal(write("text.npy", "hello, this is text"), labels),
            "text.npy: expected a NumPy file (version 1 or 2), found something else or a file cut short");
  EXPECT_EQ(refusal(write("huge.npy", npy("<f4", "(4611686018427387904, 4611686018427387904)", kFloats)), labels).substr(0, 25),
            "huge.npy: expected [46116");
}

TEST_F(LogitsFile, RefusesNanInNpyAndLabelsOutOfRange) {
  auto values = kFloats;
  values[4] = std::nanf("");
  const auto labels = write("y.npy", npy<std::int64_t>("<i8", "(2,)", {2, 3}));
  EXPECT_EQ(refusal(write("nan.npy", npy("<f4", "(2, 3)", values)), labels),
            "nan.npy: expected finite logits, found nan in row 1, class 1 (counted from 0)\n"
            "y.npy: expected a label from 0 to 2 (3 logits a row), found 3 in row 1 (counted from 0)");
}

/// Accuracy and ECE of a file, as kdbench calibrate has them.
CalibrationMetrics measured(const std::string& logits, const std::string& labels, Given given = Given::kLogits) {
  const fs::path folder = fs::path(KDBENCH_SOURCE_DIR) / "tests/data";
  const auto read = read_logits(folder / logits, labels.empty() ? fs::path() : folder / labels, given);
  EXPECT_TRUE(read) << to_text(read.error());
  return read ? measure(read->view()).metrics : CalibrationMetrics{};
}

TEST(KB_55, TheNamesThatPandasGivesColumnsAreNoSample) {
  for (const auto& [logits, labels] :
       {std::pair{"kb55/logits.csv", "kb55/labels.csv"}, {"kb55/logits_plain.csv", "kb55/labels_plain.csv"}}) {
    const auto found = measured(logits, labels);
    EXPECT_EQ(found.n, 10);
    EXPECT_NEAR(found.accuracy, 0.3, 1e-12);
    EXPECT_NEAR(found.ece, 0.5227, 5e-5);
  }
}

TEST_F(LogitsFile, KeepsAFirstSampleThatLooksLikeColumnNames) {
  // Whole numbers alone: nothing tells a header from a sample, and no sample is lost.
  const auto read = read_logits(write("whole.csv", "0,1,2\n3,1,0\n"), write("y.csv", "2\n0\n"));
  ASSERT_TRUE(read) << to_text(read.error());
  EXPECT_EQ(read->labels.size(), 2u);
}

TEST(KB_57, ProbabilitiesAreNotTakenForLogits) {
  const auto folder = fs::path(KDBENCH_SOURCE_DIR) / "tests/data/kb57";
  const auto refused = read_logits(folder / "probs.npy", folder / "labels.npy");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(to_text(refused.error())
                  .find("expected logits, found probabilities: every row lies in [0, 1] and sums to 1; give --probabilities") !=
              std::string::npos)
      << to_text(refused.error());
  const auto other = read_logits(folder / "logits.npy", folder / "labels.npy", Given::kProbabilities);
  ASSERT_FALSE(other);
  EXPECT_TRUE(to_text(other.error()).find("expected probabilities (from 0 to 1, each row summing to 1)") != std::string::npos);
  EXPECT_NEAR(measured("kb57/logits.npy", "kb57/labels.npy").ece, 0.2128, 5e-5);
  EXPECT_NEAR(measured("kb57/probs.npy", "kb57/labels.npy", Given::kProbabilities).ece, 0.2128, 2e-4);
}

}  // namespace
}  // namespace kdbench
