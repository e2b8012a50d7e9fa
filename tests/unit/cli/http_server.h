/// A small HTTP server on loopback, which can behave as badly as real ones do.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kdbench {

/// Serves one file at /file until it goes out of scope; anything else is 404.
class HttpServer {
 public:
  explicit HttpServer(std::string content) : content_(std::move(content)) {
    ::setenv("no_proxy", "127.0.0.1", 1);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url(const std::string& path = "/file") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

  /// The next response closes the connection after so many bytes of its body.
  void cut_next_after(std::size_t bytes) { cut_ = bytes; }
  /// Sends no Content-Length from now on: who reads cannot tell a cut from the end.
  void tell_no_length() { length_ = false; }
  /// Answers requests for a part with the whole.
  void know_no_ranges() { ranges_ = false; }

  /// Values of the Range headers so far; "" for a request without.
  std::vector<std::string> ranges_asked() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return asked_;
  }

 private:
  static constexpr std::size_t kWhole = std::string::npos;

  void serve() {
    for (;;) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      answer(client);
      ::close(client);
    }
  }

  void answer(int client) {
    std::string request;
    char bytes[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto n = ::recv(client, bytes, sizeof bytes, 0);
      if (n <= 0) return;
      request.append(bytes, static_cast<std::size_t>(n));
    }
    if (!request.starts_with("GET /file "))
      return send(client, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const auto range = range_of(request);
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      asked_.push_back(range);
    }
    std::size_t begin = ranges_ && !range.empty() ? std::stoul(range.substr(6)) : 0;
    if (begin > 0 && begin >= content_.size())
      return send(client, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    auto head = std::string(begin > 0 ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n");
    if (begin > 0) {
      head += "Content-Range: bytes " + std::to_string(begin) + "-" + std::to_string(content_.size() - 1) + "/" +
              std::to_string(content_.size()) + "\r\n";
    }
    if (length_) head += "Content-Length: " + std::to_string(content_.size() - begin) + "\r\n";
    head += "Connection: close\r\n\r\n";
    send(client, head + content_.substr(begin, cut_.exchange(kWhole)));
  }

  static std::string range_of(const std::string& request) {
    const std::string name = "\r\nRange: ";
    const auto at = request.find(name);
    if (at == std::string::npos) return "";
    const auto begin = at + name.size();
    return request.substr(begin, request.find("\r\n", begin) - begin);
  }

  static void send(int client, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const auto n = ::send(client, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (n <= 0) return;
      done += static_cast<std::size_t>(n);
    }
  }

  std::string content_;
  int listener_ = -1, port_ = 0;
  std::atomic<std::size_t> cut_{kWhole};
  std::atomic<bool> ranges_{true}, length_{true};
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::thread thread_;
};

}  // namespace kdbench
