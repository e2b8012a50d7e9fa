// Where data sets come from. Sizes and sums are of the archives as their authors offer them; the authors publish MD5 sums alone
// (CIFAR-10 c32a1d4ab5d03f1284b67883e8d87530, CIFAR-100 03b5dce01913d631647c71ecec9e9cb8), so the SHA-256 are those on which
// several programs that fetch the same archives agree.
#include <kdbench/cli/data/fetch.h>

namespace kdbench::inline cli {

const std::vector<FetchSource>& data_sources() {
  static const std::vector<FetchSource> sources{
      {.name = "cifar10",
       .what = "CIFAR-10, 60,000 colour images of 32 x 32, 10 classes",
       .url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
       .bytes = 170'052'171,
       .sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
       .folder = "cifar-10-batches-bin"},
      {.name = "cifar100",
       .what = "CIFAR-100, 60,000 colour images of 32 x 32, 100 classes",
       .url = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
       .bytes = 168'513'733,
       .sha256 = "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
       .folder = "cifar-100-binary"},
      {.name = "tiny_imagenet",
       .what = "Tiny-ImageNet, 110,000 colour images of 64 x 64, 200 classes",
       .url = "https://cs231n.stanford.edu/tiny-imagenet-200.zip",
       .bytes = 248'100'043,
       .sha256 = "6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821",
       .folder = "tiny-imagenet-200"},
  };
  return sources;
}

}  // namespace kdbench::inline cli
