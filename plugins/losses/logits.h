/// What losses on two sets of logits ask before they compute.
#pragma once
#include <kdbench/sdk/loss.h>

#include <sstream>
#include <string>

namespace logits {

/// @throws kdbench::Error in the name of `loss` unless student and teacher have logits of one shape
inline void expect_one_shape(const std::string& loss, const kdbench::LossInputs& in) {
  const auto &student = in.student.logits, &teacher = in.teacher.logits;
  if (student.sizes() == teacher.sizes()) return;
  std::ostringstream text;
  text << loss << ": expected student and teacher logits of one shape, found " << student.sizes() << " and " << teacher.sizes()
       << "; both networks need the data set's classes";
  throw kdbench::Error(text.str());
}

}  // namespace logits
