// A JPEG file; the decoders are told apart by its first bytes.
#include "image.h"

FUZZ_TARGET(jpeg) { kdbench::fuzz::read_image(data, size); }
