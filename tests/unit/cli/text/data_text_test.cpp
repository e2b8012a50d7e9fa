// What `kdbench data` says of a data set and of a download.
#include <kdbench/cli/text/data_text.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(DataEventText, DescribesADataSet) {
  const DatasetEvent event{.name = "small",
                           .plugin = "subset",
                           .classes = 2,
                           .image = {3, 32, 32},
                           .mean = {0.5, 0.25, 0.125},
                           .deviation = {1, 1, 1}};
  EXPECT_EQ(data_event_text(event),
            "small (plugin subset): 2 classes, images of 3 x 32 x 32 (channels x height x width)\n"
            "  normalised by mean 0.5000, 0.2500, 0.1250, deviation 1.0000, 1.0000, 1.0000\n");
}

TEST(DataEventText, SaysHowManyRowsEveryClassHas) {
  SplitEvent event{
      .name = "small", .split = "train", .rows = 6, .seconds = 2, .per_class = {3, 3}, .mean = {0.5}, .deviation = {0.25}};
  EXPECT_EQ(data_event_text(event),
            "  train  6 rows, loaded in 2.00 s (3 images/s)\n"
            "         3 rows in each of 2 classes\n"
            "         pixels / 255 have mean 0.5000, deviation 0.2500\n");
  event.per_class = {4, 2};
  event.split = "test";
  event.bytes = false;
  event.posterior = true;
  EXPECT_EQ(data_event_text(event),
            "  test   6 rows, loaded in 2.00 s (3 images/s)\n"
            "         rows of class 0: 4, 1: 2\n"
            "         values have mean 0.5000, deviation 0.2500\n"
            "         P(class | image) is known for every row\n");
}

TEST(DataEventText, ShowsNotesAndFailures) {
  EXPECT_EQ(data_event_text(NoteEvent{.text = "decoded"}), "  decoded\n");
  EXPECT_EQ(data_event_text(UnreadableEvent{.name = "a", .what = "no file"}), "a: cannot be loaded: no file\n");
  EXPECT_EQ(data_event_text(LoadedEvent{}), "");
}

TEST(DownloadText, SaysHowFarItIsAndHowLongItTakes) {
  // 84.25 MB are left of 168.5; at 5 MB/s that is 16.85 s
  EXPECT_EQ(download_text("cifar100", 84'250'000, 168'500'000, 5e6), "cifar100: 84.2 of 168.5 MB (50 %), 5.0 MB/s, ETA 17s");
  EXPECT_EQ(download_text("cifar100", 1'000'000, 0, 0), "cifar100: 1.0 MB");
  EXPECT_EQ(download_text("cifar100", 2'000'000, 2'000'000, 1e6), "cifar100: 2.0 of 2.0 MB (100 %), 1.0 MB/s");
}

}  // namespace
}  // namespace kdbench
