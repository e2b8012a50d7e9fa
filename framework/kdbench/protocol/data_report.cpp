#include <kdbench/protocol/data_report.h>

namespace kdbench::inline protocol {

Json document_json(const SentImageSize& size) { return {size.channels, size.height, size.width}; }

void read_document_json(const Json& json, SentImageSize& size, const DocumentPath& path) {
  std::vector<std::int64_t> sizes;
  read_document(json, sizes, path);
  if (sizes.size() != 3) document::refuse(path, "expected channels, height and width");
  size = {sizes[0], sizes[1], sizes[2]};
}

}  // namespace kdbench::inline protocol
