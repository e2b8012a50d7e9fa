#include <kdbench/base/check.h>
#include <kdbench/base/hash.h>

#include <openssl/evp.h>

namespace kdbench::inline base {

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  KDBENCH_CHECK(state_->context && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1,
                "OpenSSL offers SHA-256");
}
Sha256::~Sha256() = default;

Sha256& Sha256::update(const void* data, std::size_t bytes) {
  KDBENCH_CHECK(EVP_DigestUpdate(state_->context.get(), data, bytes) == 1, "SHA-256 takes data");
  return *this;
}

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  KDBENCH_CHECK(EVP_DigestFinal_ex(state_->context.get(), digest, &size) == 1, "SHA-256 finishes once");
  return to_hex({reinterpret_cast<const char*>(digest), size});
}

std::string sha256_hex(std::string_view data) { return Sha256().update(data.data(), data.size()).hex(); }

}  // namespace kdbench::inline base
