// Fetching a data set from a server on loopback: whole, cut off, wrong, absent; and archives that are not to be trusted.
#include "unit/cli/http_server.h"
#include "unit/run/fixture.h"

#include <kdbench/base/files.h>
#include <kdbench/base/hash.h>
#include <kdbench/cli/app.h>
#include <kdbench/cli/data/fetch.h>
#include <kdbench/cli/data/unpack.h>

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string path, content;
  bool link = false;  ///< a symbolic link to `content`
};

/// Writes an archive with libarchive and returns its bytes.
std::string archive_of(const fs::path& file, const std::vector<Entry>& entries, bool zip = false) {
  const std::unique_ptr<archive, int (*)(archive*)> out(archive_write_new(), archive_write_free);
  if (zip) {
    archive_write_set_format_zip(out.get());
  } else {
    archive_write_add_filter_gzip(out.get());
    archive_write_set_format_pax_restricted(out.get());
  }
  archive_write_open_filename(out.get(), file.c_str());
  for (const auto& e : entries) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), e.path.c_str());
    archive_entry_set_filetype(entry.get(), e.link ? AE_IFLNK : AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    if (e.link)
      archive_entry_set_symlink(entry.get(), e.content.c_str());
    else
      archive_entry_set_size(entry.get(), static_cast<la_int64_t>(e.content.size()));
    archive_write_header(out.get(), entry.get());
    if (!e.link) archive_write_data(out.get(), e.content.data(), e.content.size());
  }
  archive_write_close(out.get());
  return *read_file(file);
}

struct Fetching : ::testing::Test {
  Fetching()
      : bytes(
            archive_of(folder.path / "made.tar.gz", {{"toys-bin/a.bin", std::string(3000, 'a')}, {"toys-bin/more/b.bin", "bb"}})),
        server(bytes),
        source{.name = "toys",
               .what = "Toys",
               .url = "http://example.invalid/toys.tar.gz",
               .bytes = bytes.size(),
               .sha256 = sha256_hex(bytes),
               .folder = "toys-bin"},
        options{.to = folder.path / "data", .url = server.url(), .attempts = 1} {
    options.note = [this](const std::string& text) { notes.push_back(text); };
  }

  std::string failure() {
    const auto result = fetch(source, options);
    return result ? "fetched" : result.error().front().message;
  }
  fs::path part() const { return options.to / "toys.tar.gz.part"; }
  bool nothing_unpacked() const { return !fs::exists(options.to / "toys-bin") && !fs::exists(options.to / ".unpack-toys"); }

  TemporaryFolder folder;
  std::string bytes;
  HttpServer server;
  FetchSource source;
  FetchOptions options;
  std::vector<std::string> notes;
};

TEST_F(Fetching, DownloadsChecksAndUnpacks) {
  std::uint64_t last = 0, total = 0;
  options.on_bytes = [&](std::uint64_t there, std::uint64_t all) { last = there, total = all; };
  const auto result = fetch(source, options);
  ASSERT_TRUE(result) << to_text(result.error());
  EXPECT_EQ(*result, options.to / "toys-bin");
  EXPECT_EQ(*read_file(*result / "a.bin"), std::string(3000, 'a'));
  EXPECT_EQ(*read_file(*result / "more/b.bin"), "bb");
  EXPECT_EQ(last, bytes.size());
  EXPECT_EQ(total, bytes.size());
  EXPECT_FALSE(fs::exists(options.to / "toys.tar.gz"));
  EXPECT_FALSE(fs::exists(part()));
  EXPECT_EQ(notes.back(), "2 files unpacked");
}

TEST_F(Fetching, DoesNothingWhereTheDataIsAndKeepsTheArchiveIfAsked) {
  options.keep_archive = true;
  EXPECT_EQ(failure(), "fetched");
  EXPECT_EQ(fs::file_size(options.to / "toys.tar.gz"), bytes.size());
  EXPECT_EQ(failure(), "fetched");
  EXPECT_EQ(server.ranges_asked().size(), 1u);
  EXPECT_TRUE(notes.back().starts_with((options.to / "toys-bin").string() + " is there already"));
  fs::remove_all(options.to / "toys-bin");
  EXPECT_EQ(failure(), "fetched");  // from the archive that was kept
  EXPECT_EQ(server.ranges_asked().size(), 1u);
}

TEST_F(Fetching, GoesOnWhereItWasCutOff) {
  server.cut_next_after(60);
  const auto why = failure();
  EXPECT_NE(why.find("; what came is in " + part().string() + ", the same command goes on from there"), std::string::npos) << why;
  EXPECT_EQ(fs::file_size(part()), 60u);
  EXPECT_TRUE(nothing_unpacked());
  EXPECT_EQ(failure(), "fetched");
  EXPECT_EQ(server.ranges_asked(), (std::vector<std::string>{"", "bytes=60-"}));
}

TEST_F(Fetching, TakesABrokenTransferUpAgainByItself) {
  options.attempts = 2;
  server.cut_next_after(60);
  EXPECT_EQ(failure(), "fetched");
  EXPECT_EQ(server.ranges_asked(), (std::vector<std::string>{"", "bytes=60-"}));
}

TEST_F(Fetching, TakesATransferForCutWhoseEndCameTooSoon) {
  options.attempts = 2;
  server.tell_no_length();
  server.cut_next_after(60);
  EXPECT_EQ(failure(), "fetched");
  EXPECT_EQ(server.ranges_asked(), (std::vector<std::string>{"", "bytes=60-"}));
}

TEST_F(Fetching, WaitsForAnotherFetchOfTheSameDataAndTakesWhatItLeft) {
  options.note = {};
  std::array<std::string, 4> results;
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = failure(); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, "fetched");
  EXPECT_EQ(server.ranges_asked().size(), 1u);
}

TEST_F(Fetching, StartsOverWhereTheServerSendsNoParts) {
  server.cut_next_after(60);
  failure();
  server.know_no_ranges();
  EXPECT_EQ(failure(), "fetched");
}

TEST_F(Fetching, RefusesAndRemovesAnArchiveOfAnotherChecksum) {
  source.sha256 = std::string(64, '0');
  EXPECT_EQ(failure(), server.url() + ": expected SHA-256 " + source.sha256 + ", found " + sha256_hex(bytes) +
                           "; it is not the archive that is known, and was removed");
  EXPECT_FALSE(fs::exists(part()));
  EXPECT_TRUE(nothing_unpacked());
}

TEST_F(Fetching, RefusesAnArchiveOfAnotherSize) {
  source.bytes += 1;
  EXPECT_NE(failure().find(": expected " + std::to_string(bytes.size() + 1) + " bytes, found " + std::to_string(bytes.size())),
            std::string::npos);
  EXPECT_TRUE(nothing_unpacked());
}

TEST_F(Fetching, LeavesAnArchiveThatSomebodyPutThere) {
  fs::create_directories(options.to);
  const auto archive = options.to / archive_name(source);
  std::ofstream(archive) << "half";
  EXPECT_EQ(failure(), "expected " + std::to_string(bytes.size()) +
                           " bytes, found 4; copy the archive again, or remove it and the same command downloads it");
  EXPECT_TRUE(fs::exists(archive));
}

TEST_F(Fetching, SaysWhatTheServerAnswers) {
  options.url = server.url("/elsewhere");
  EXPECT_EQ(failure(), options.url + ": the server answers 404");
  EXPECT_FALSE(fs::exists(part()));
}

TEST_F(Fetching, TakesAFileForAnAddress) {
  options.url = "file://" + (folder.path / "made.tar.gz").string();
  EXPECT_EQ(failure(), "fetched");
}

TEST_F(Fetching, SaysThatAnArchiveHoldsSomethingElse) {
  source.folder = "other";
  EXPECT_EQ(failure(), "holds no folder other");
  EXPECT_FALSE(fs::exists(options.to / ".unpack-toys"));
}

TEST(Unpack, ReadsZip) {
  const TemporaryFolder folder;
  archive_of(folder.path / "a.zip", {{"toys/a.txt", "one"}, {"toys/b.txt", "two"}}, true);
  const auto files = unpack(folder.path / "a.zip", folder.path / "out");
  ASSERT_TRUE(files);
  EXPECT_EQ(*files, 2u);
  EXPECT_EQ(*read_file(folder.path / "out/toys/b.txt"), "two");
}

TEST(Unpack, RefusesEntriesThatLeadOut) {
  const TemporaryFolder folder;
  const auto refusal = [&](const Entry& entry) {
    archive_of(folder.path / "a.tar.gz", {{"fine.txt", "x"}, entry});
    const auto files = unpack(folder.path / "a.tar.gz", folder.path / "out");
    return files ? "unpacked" : files.error().front().message;
  };
  EXPECT_EQ(refusal({"../evil.txt", "x"}), "'../evil.txt' leads out of the folder; nothing of it is used");
  EXPECT_EQ(refusal({"in/../../evil.txt", "x"}), "'in/../../evil.txt' leads out of the folder; nothing of it is used");
  EXPECT_EQ(refusal({"/tmp/evil.txt", "x"}), "'/tmp/evil.txt' leads out of the folder; nothing of it is used");
  EXPECT_EQ(refusal({"link", "/etc", true}), "'link' is neither file nor folder; nothing of it is used");
  EXPECT_FALSE(fs::exists(folder.path / "evil.txt"));
}

TEST(Unpack, RefusesWhatWouldFillTheDisk) {
  const TemporaryFolder folder;
  archive_of(folder.path / "a.tar.gz", {{"zeros", std::string(20'000'000, '\0')}});  // some 20 kB
  const auto files = unpack(folder.path / "a.tar.gz", folder.path / "out");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().front().message,
            "cannot be unpacked: it holds more than 100 times its own size, which no data set does");
}

TEST(Unpack, StartsNoProgramForACompression) {
  const TemporaryFolder folder;
  write_file_atomically(folder.path / "a.lrz", "LRZI" + std::string(100, '\0'));  // libarchive would start lrzip
  const auto files = unpack(folder.path / "a.lrz", folder.path / "out");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().front().message, "cannot be unpacked: Unrecognized archive format");
}

TEST(Unpack, SaysThatAFileIsNoArchive) {
  const TemporaryFolder folder;
  write_file_atomically(folder.path / "page.html", "<html>not found</html>");
  const auto files = unpack(folder.path / "page.html", folder.path / "out");
  ASSERT_FALSE(files);
  EXPECT_TRUE(files.error().front().message.starts_with("cannot be unpacked: ")) << files.error().front().message;
}

TEST(DataSources, HaveWhatAFetchNeeds) {
  ASSERT_EQ(data_sources().size(), 3u);
  for (const auto& source : data_sources()) {
    EXPECT_EQ(source.sha256.size(), 64u) << source.name;
    EXPECT_GT(source.bytes, 100'000'000u) << source.name;
    EXPECT_FALSE(archive_name(source).empty()) << source.name;
  }
  EXPECT_EQ(archive_name(data_sources().front()), "cifar-10-binary.tar.gz");
}

TEST(DataVerb, ListsWhatCanBeFetchedAndWhatIsHere) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path / "cifar-100-binary");
  std::ostringstream out, err;
  EXPECT_EQ(run_cli({"data", "list", "--to", folder.path.string()}, out, err), 0) << err.str();
  EXPECT_NE(out.str().find("cifar10          170 MB  no    CIFAR-10, 60,000 colour images of 32 x 32, 10 classes\n"),
            std::string::npos)
      << out.str();
  EXPECT_NE(out.str().find("cifar100         169 MB  yes "), std::string::npos) << out.str();
}

TEST(DataVerb, FetchesFromAnotherAddressAndStillChecks) {
  const TemporaryFolder folder;
  const HttpServer server("not the real thing");
  std::ostringstream out, err;
  EXPECT_EQ(run_cli({"data", "fetch", "cifar10", "--to", folder.path.string(), "--url", server.url()}, out, err), 1);
  EXPECT_EQ(out.str(), "");
  EXPECT_NE(err.str().find("downloading " + server.url()), std::string::npos) << err.str();
  EXPECT_NE(err.str().find("kdbench: " + server.url() + ": expected 170052171 bytes, found 18"), std::string::npos) << err.str();
}

TEST(DataVerb, NamesTheNearestDataSet) {
  std::ostringstream out, err;
  EXPECT_EQ(run_cli({"data", "fetch", "cifar-10"}, out, err), 2);
  EXPECT_EQ(err.str(), "kdbench: no data set 'cifar-10' to fetch; did you mean 'cifar10'?\n");
}

}  // namespace
}  // namespace kdbench
