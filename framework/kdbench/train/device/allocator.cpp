#include <kdbench/sdk/torch_compat.h>
#include <kdbench/train/device/allocator.h>

#include <c10/core/CPUAllocator.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>
#include <vector>

namespace kdbench::inline train {
namespace {

// Blocks come in classes, eight to a doubling, so that at most an eighth is wasted and a freed block fits the next request of
// about its size. Small blocks are cut from arenas and stay; large ones are mapped alone, so that the excess can be returned.
constexpr std::size_t kHeader = 64;  // one cache line keeps the tensor aligned for AVX-512
constexpr std::size_t kArena = std::size_t{64} << 20;
constexpr std::size_t kLarge = std::size_t{1} << 20;
constexpr int kClasses = 512;

struct Header {
  std::uint32_t block_class;
  std::uint32_t large;
  std::size_t mapped;  // of a large block, with its header
};
static_assert(sizeof(Header) <= kHeader);

struct Bucket {
  std::mutex mutex;
  std::vector<void*> free;
};

std::atomic<std::size_t> in_use{0}, peak{0}, reserved{0}, cached_large{0};
std::size_t limit = 0;
bool installed = false;

Bucket* buckets() {
  static auto* all = new Bucket[kClasses];  // outlives every tensor of a static destructor
  return all;
}

/// Returns the class of a request and sets `size` to the bytes of a block of that class.
int class_of(std::size_t bytes, std::size_t& size) {
  if (bytes <= 1024) {
    const auto units = std::max<std::size_t>(1, (bytes + 63) / 64);
    size = units * 64;
    return static_cast<int>(units);
  }
  const int log = 63 - __builtin_clzll(bytes - 1);
  const auto step = std::size_t{1} << (log - 3);
  const auto part = (bytes - 1 - (std::size_t{1} << log)) / step;
  size = (std::size_t{1} << log) + (part + 1) * step;
  return 17 + (log - 10) * 8 + static_cast<int>(part);
}

char* map(std::size_t bytes) {
  void* p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  ::madvise(p, bytes, MADV_HUGEPAGE);
  reserved += bytes;
  return static_cast<char*>(p);
}

char* carve(std::size_t bytes) {
  static std::mutex mutex;
  static char* next = nullptr;
  static std::size_t left = 0;
  const std::lock_guard<std::mutex> guard(mutex);
  if (bytes > left) {
    next = map(kArena);
    left = kArena;
  }
  char* block = next;
  next += bytes;
  left -= bytes;
  return block;
}

void* fresh_block(int block_class, std::size_t size) {
  const bool large = size >= kLarge;
  const auto bytes = large ? (size + kHeader + 4095) / 4096 * 4096 : size + kHeader;
  char* block = large ? map(bytes) : carve(bytes);
  *reinterpret_cast<Header*>(block) = {static_cast<std::uint32_t>(block_class), large, bytes};
  return block + kHeader;
}

std::size_t size_of_class(int block_class) {
  if (block_class <= 16) return static_cast<std::size_t>(block_class) * 64;
  const int log = 10 + (block_class - 17) / 8;
  return (std::size_t{1} << log) + (static_cast<std::size_t>((block_class - 17) % 8) + 1) * (std::size_t{1} << (log - 3));
}

void release(void* data) {
  if (!data) return;
  auto* header = reinterpret_cast<Header*>(static_cast<char*>(data) - kHeader);
  in_use -= size_of_class(static_cast<int>(header->block_class));
  if (header->large) {
    if (cached_large.load() + header->mapped > limit) {
      reserved -= header->mapped;
      ::munmap(header, header->mapped);
      return;
    }
    cached_large += header->mapped;
  }
  auto& bucket = buckets()[header->block_class];
  const std::lock_guard<std::mutex> guard(bucket.mutex);
  bucket.free.push_back(data);
}

void* acquire(std::size_t bytes) {
  std::size_t size = 0;
  const int block_class = class_of(bytes, size);
  const auto now = in_use += size;
  for (auto seen = peak.load(); now > seen && !peak.compare_exchange_weak(seen, now);) {
  }
  auto& bucket = buckets()[block_class];
  {
    const std::lock_guard<std::mutex> guard(bucket.mutex);
    if (!bucket.free.empty()) {
      void* block = bucket.free.back();
      bucket.free.pop_back();
      const auto* header = reinterpret_cast<Header*>(static_cast<char*>(block) - kHeader);
      if (header->large) cached_large -= header->mapped;
      return block;
    }
  }
  try {
    return fresh_block(block_class, size);
  } catch (...) {
    in_use -= size;
    throw;
  }
}

struct CachingAllocator final : c10::Allocator {
  // The base class differs between versions: const up to 2.2, not const after.
#if KDBENCH_ALLOCATE_IS_CONST
  c10::DataPtr allocate(std::size_t bytes) const override { return make(bytes); }
#else
  c10::DataPtr allocate(std::size_t bytes) override { return make(bytes); }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }
#endif
  c10::DeleterFnPtr raw_deleter() const override { return &release; }

 private:
  static c10::DataPtr make(std::size_t bytes) {
    void* data = bytes == 0 ? nullptr : acquire(bytes);
    return {data, data, &release, c10::Device(c10::kCPU)};
  }
};

}  // namespace

void install_caching_allocator(std::size_t limit_bytes) {
  if (installed) return;
  installed = true;
  const auto memory = static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  limit = limit_bytes > 0 ? limit_bytes : memory / 2;
  // oneDNN takes its scratch memory from malloc: the same storm, the same cure.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 2147483647);
  ::mallopt(M_TOP_PAD, 64 << 20);
  static auto* allocator = new CachingAllocator;
  c10::SetCPUAllocator(allocator, 200);
}

AllocatorStats allocator_stats() { return {in_use.load(), peak.load(), reserved.load()}; }

void reset_allocator_peak() { peak = in_use.load(); }

}  // namespace kdbench::inline train
