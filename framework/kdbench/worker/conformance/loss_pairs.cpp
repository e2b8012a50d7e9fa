#include <kdbench/worker/conformance/loss_pairs.h>

#include <kdbench/worker/conformance/loss_probe.h>

#include <optional>

namespace kdbench::inline worker {
namespace {

/// What a loss sees of a network.
struct Network {
  std::vector<FeatureShape> maps;
  std::int64_t embedding = 0;
  std::optional<FeatureShape> embedding_map = std::nullopt;
};

/// `resnet` with depth = 8 for images of that side.
Network resnet(std::int64_t side) {
  return {{{"f0", 16, side, side}, {"f1", 16, side, side}, {"f2", 32, side / 2, side / 2}, {"f3", 64, side / 4, side / 4}},
          64,
          FeatureShape{"embedding map", 64, side / 4, side / 4}};
}

/// `wrn` with width = 2.
Network wrn() {
  return {{{"f0", 16, 32, 32}, {"f1", 32, 32, 32}, {"f2", 64, 16, 16}, {"f3", 128, 8, 8}},
          128,
          FeatureShape{"embedding map", 128, 8, 8}};
}

/// `mobilenet_v2` as it is.
Network mobilenet_v2() {
  return {{{"f0", 16, 16, 16}, {"f1", 12, 16, 16}, {"f2", 16, 8, 8}, {"f3", 48, 4, 4}, {"f4", 160, 2, 2}},
          1280,
          FeatureShape{"embedding map", 1280, 2, 2}};
}

/// `vit` with width = 64.
Network vit() { return {{{"f0", 64, 8, 8}, {"f1", 64, 8, 8}, {"f2", 64, 8, 8}, {"f3", 64, 8, 8}, {"f4", 64, 8, 8}}, 64}; }

NamedPair pair_of(std::string name, const Network& teacher, const Network& student, std::int64_t num_classes) {
  NamedPair pair{std::move(name),
                 {.num_classes = num_classes,
                  .num_train = kMostProbeRows,
                  .student = student.maps,
                  .teacher = teacher.maps,
                  .student_embedding = student.embedding,
                  .teacher_embedding = teacher.embedding,
                  .seed = 5,
                  .student_embedding_map = student.embedding_map,
                  .teacher_embedding_map = teacher.embedding_map}};
  draw_teacher(pair.context);
  return pair;
}

}  // namespace

std::vector<NamedPair> named_pairs(std::int64_t num_classes) {
  return {pair_of("resnet -> resnet", resnet(32), resnet(32), num_classes),
          pair_of("wrn -> mobilenet_v2", wrn(), mobilenet_v2(), num_classes),
          pair_of("resnet -> vit", resnet(32), vit(), num_classes),
          pair_of("resnet -> resnet, 64 x 64", resnet(64), resnet(64), num_classes)};
}

}  // namespace kdbench::inline worker
