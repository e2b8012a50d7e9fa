// Stamps are read from files built here byte by byte; libraries made by a compiler stand in tests/bad_plugins.
#include <kdbench/base/hash.h>
#include <kdbench/registry/elf_stamp.h>

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

#if defined(__x86_64__)
constexpr Elf64_Half kThisMachine = EM_X86_64, kOtherMachine = EM_AARCH64;
#else
constexpr Elf64_Half kThisMachine = EM_AARCH64, kOtherMachine = EM_X86_64;
#endif

std::string note_bytes(const std::string& name, const std::string& text, std::uint32_t type) {
  std::string note(12, '\0');
  const std::uint32_t words[3] = {std::uint32_t(name.size()), std::uint32_t(text.size()), type};
  std::memcpy(note.data(), words, sizeof words);
  for (const auto& part : {name, text}) {
    note += part;
    note.resize((note.size() + 3) / 4 * 4);
  }
  return note;
}

/// A library of one note and one loaded segment, which begins at the front of the file and is `load_bytes` long.
struct FakeLibrary {
  std::string stamp = "abi=1;torch=1.13.0", note_name = "KDBENCH";
  std::string build_id = {};  ///< empty: the linker made none
  Elf64_Half machine = kThisMachine, type = ET_DYN;
  unsigned char elf_class = ELFCLASS64;
  std::uint64_t load_bytes = 0;  ///< 0: the whole file

  std::string bytes() const {
    auto note = note_bytes(note_name + '\0', stamp + '\0', 1);
    if (!build_id.empty()) note = note_bytes({"GNU\0", 4}, build_id, NT_GNU_BUILD_ID) + note;
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = elf_class;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = type;
    header.e_machine = machine;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 2;
    Elf64_Phdr segments[2]{};
    const auto front = sizeof header + sizeof segments;
    segments[0].p_type = PT_LOAD;
    segments[0].p_filesz = load_bytes != 0 ? load_bytes : front + note.size();
    segments[1].p_type = PT_NOTE;
    segments[1].p_offset = front;
    segments[1].p_filesz = note.size();
    std::string out(front, '\0');
    std::memcpy(out.data(), &header, sizeof header);
    std::memcpy(out.data() + sizeof header, segments, sizeof segments);
    return out + note;
  }
};

class ReadStamp : public ::testing::Test {
 protected:
  ReadStamp() : folder_(fs::path(::testing::TempDir()) / ("elf_stamp_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~ReadStamp() override { fs::remove_all(folder_); }

  fs::path path(const std::string& name) const { return folder_ / name; }

  fs::path file(const std::string& bytes) const {
    std::ofstream(path("lib.so"), std::ios::binary) << bytes;
    return path("lib.so");
  }

  std::string refusal(const fs::path& of) const {
    const auto facts = read_library(of);
    return facts ? "read: " + facts->stamp : facts.error().front().message;
  }

 private:
  fs::path folder_;
};

TEST_F(ReadStamp, ReturnsTheTextOfTheNote) {
  const auto facts = read_library(file(FakeLibrary().bytes()));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->stamp, "abi=1;torch=1.13.0");
}

TEST_F(ReadStamp, TellsBuildsApartByTheHashOfWhatWasLinked) {
  const auto content = [&](const FakeLibrary& library) { return read_library(file(library.bytes())).value().content; };
  const std::string one(20, '\x1f');
  EXPECT_EQ(content({.build_id = one}), "build-id:" + to_hex(one));
  EXPECT_EQ(to_hex(one).substr(0, 4), "1f1f");
  // A file that was stripped or got another RPATH has the note of before.
  EXPECT_EQ(content({.stamp = "abi=2", .build_id = one}), content({.build_id = one}));
  EXPECT_NE(content({.build_id = std::string(20, '\x2f')}), content({.build_id = one}));
}

TEST_F(ReadStamp, TellsBuildsApartByTheFileWhereTheLinkerMadeNoHash) {
  const auto content = [&](const FakeLibrary& library) { return read_library(file(library.bytes())).value().content; };
  EXPECT_EQ(content({}), "sha256:" + sha256_hex(FakeLibrary().bytes()));
  EXPECT_NE(content({.stamp = "abi=2"}), content({}));
  // --build-id=uuid draws 16 bytes, --build-id=0x2A is a number that somebody chose: neither is of the content.
  for (const auto& id : {std::string(16, 'u'), std::string("\x2a")}) {
    EXPECT_EQ(content({.build_id = id}), "sha256:" + sha256_hex(FakeLibrary{.build_id = id}.bytes()));
  }
}

TEST_F(ReadStamp, RefusesWhatIsNoRegularFile) {
  EXPECT_EQ(refusal(path("missing.so")), "no such file");
  EXPECT_EQ(refusal(path(".")), "is a directory");
  ASSERT_EQ(::mkfifo(path("fifo.so").c_str(), 0600), 0);
  EXPECT_EQ(refusal(path("fifo.so")), "not a regular file");
}

TEST_F(ReadStamp, RefusesWhatIsNoLibraryForThisProcessor) {
  EXPECT_EQ(refusal(file("")), "not a shared library (too short)");
  EXPECT_EQ(refusal(file(FakeLibrary().bytes().substr(0, 63))), "not a shared library (too short)");  // the header has 64 bytes
  EXPECT_EQ(refusal(file(std::string(100, 'x'))), "not a shared library (no ELF header)");
  EXPECT_EQ(refusal(file(FakeLibrary{.machine = kOtherMachine}.bytes())), "built for another processor");
  EXPECT_EQ(refusal(file(FakeLibrary{.elf_class = ELFCLASS32}.bytes())), "not a 64-bit little-endian ELF file");
  EXPECT_EQ(refusal(file(FakeLibrary{.type = ET_EXEC}.bytes())), "an ELF file, but not a shared library");
}

TEST_F(ReadStamp, RefusesALibraryThatIsCutAnywhere) {
  const auto whole = FakeLibrary().bytes();
  for (std::size_t bytes = 64; bytes < whole.size(); ++bytes) {
    EXPECT_EQ(refusal(file(whole.substr(0, bytes))), "truncated ELF file") << bytes << " of " << whole.size();
  }
  EXPECT_EQ(refusal(file(FakeLibrary{.load_bytes = whole.size() + 1}.bytes())), "truncated ELF file");
  EXPECT_EQ(refusal(file(FakeLibrary{.load_bytes = ~std::uint64_t{0}}.bytes())), "truncated ELF file");
}

TEST_F(ReadStamp, RefusesALibraryWithoutOurNote) {
  EXPECT_EQ(refusal(file(FakeLibrary{.note_name = "OTHERS!"}.bytes())), "not a kdbench plugin (no KDBENCH stamp)");
  EXPECT_EQ(refusal(file(FakeLibrary{.note_name = "GNU"}.bytes())), "not a kdbench plugin (no KDBENCH stamp)");
}

TEST_F(ReadStamp, SurvivesEveryFlippedByte) {
  const auto whole = FakeLibrary().bytes();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto flipped = whole;
    flipped[i] = static_cast<char>(~flipped[i]);
    EXPECT_FALSE(refusal(file(flipped)).empty()) << i;  // reads it or says why not; no crash
  }
}

TEST(ParseStamp, SplitsKeysAndValuesAndSkipsWhatIsNeither) {
  const std::map<std::string, std::string> expected{{"abi", "1"}, {"torch", "1.13.0"}, {"empty", ""}};
  EXPECT_EQ(parse_stamp("abi=1;torch=1.13.0;noise;empty="), expected);
  EXPECT_TRUE(parse_stamp("").empty());
}

TEST(StampMismatch, NamesBothValuesOfEveryKeyThatMustAgree) {
  const std::string host = "abi=1;sdk=0.1.0;torch=1.13.0;cxx11abi=1;stdlib=libstdc++;sanitizer=none";
  EXPECT_EQ(stamp_mismatch(host, host), "");
  EXPECT_EQ(stamp_mismatch("abi=2;torch=2.4.0;cxx11abi=1;stdlib=libstdc++;sanitizer=none", host),
            "abi: plugin 2, host 1; torch: plugin 2.4.0, host 1.13.0");
  EXPECT_EQ(stamp_mismatch("abi=1;sdk=9.9.9;torch=1.13.0;cxx11abi=1;stdlib=libstdc++;sanitizer=none", host), "");
}

}  // namespace
}  // namespace kdbench
