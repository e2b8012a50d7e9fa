// my_dataset: points from text files, a line each: the label, then the numbers. Change what a line is.
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/tensor.h>

#include <fstream>
#include <sstream>

namespace {

namespace fs = std::filesystem;

class MyDataset final : public kdbench::Dataset {
 public:
  struct Options {
    std::string dir = "data";
    std::int64_t classes = 3;
    std::int64_t numbers = 2;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("dir", &Options::dir, "Folder of train.csv and test.csv; relative to the data folder.")
        .add("classes", &Options::classes, "K; labels are 0 to K - 1.", {.min = 2})
        .add("numbers", &Options::numbers, "Numbers of a point.", {.min = 1});
  }
  MyDataset(Options options, const kdbench::DatasetContext&) : options_(std::move(options)) {}

  // Opens no file: a suite is planned where its data is not. Rows are 0 where only the files can tell.
  kdbench::DatasetInfo info() const override {
    kdbench::DatasetInfo info;
    info.num_classes = options_.classes;
    info.image = {options_.numbers, 1, 1};
    return info;
  }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    const auto file = data_dir / options_.dir / (kind == kdbench::SplitKind::kTrain ? "train.csv" : "test.csv");
    std::ifstream in(file);
    if (!in) throw kdbench::Error(file.string() + ": cannot be read; set 'dir' to the folder of train.csv and test.csv");
    std::vector<float> values;
    std::vector<std::int64_t> labels;
    std::int64_t number = 0;
    for (std::string line; std::getline(in, line);) {
      const auto place = file.string() + ":" + std::to_string(++number);
      read_line(line, place, values, labels);
    }
    if (labels.empty()) throw kdbench::Error(file.string() + ": expected a line for each point, found none");
    const auto rows = static_cast<std::int64_t>(labels.size());
    return {at::tensor(values).view({rows, options_.numbers, 1, 1}), at::tensor(labels), {}};
  }

 private:
  void read_line(const std::string& line, const std::string& place, std::vector<float>& values,
                 std::vector<std::int64_t>& labels) const {
    std::istringstream cells(line);
    std::vector<double> row;
    for (std::string cell; std::getline(cells, cell, ',');) {
      std::istringstream text(cell);
      text.imbue(std::locale::classic());
      double value = 0;
      if (!(text >> value) || !text.eof())
        throw kdbench::Error(place + ": expected numbers with commas between, found '" + line + "'");
      row.push_back(value);
    }
    if (static_cast<std::int64_t>(row.size()) != 1 + options_.numbers) {
      throw kdbench::Error(place + ": expected a label and " + std::to_string(options_.numbers) + " numbers, found " +
                           std::to_string(row.size()) + " cells; 'numbers' says how many a point has");
    }
    const auto label = static_cast<std::int64_t>(row[0]);
    if (static_cast<double>(label) != row[0] || label < 0 || label >= options_.classes) {
      throw kdbench::Error(place + ": expected a label from 0 to " + std::to_string(options_.classes - 1) + ", found '" + line +
                           "'");
    }
    labels.push_back(label);
    values.insert(values.end(), row.begin() + 1, row.end());
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("my_dataset", "0.1.0", r) {
  r.dataset<MyDataset>("my_dataset", {.summary = "Points from text files, a line each: the label, then the numbers.",
                                      .source = "three arms of a spiral, made for this example"});
}
