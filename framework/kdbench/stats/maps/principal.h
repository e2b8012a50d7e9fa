/// The plane in which points spread most.
#pragma once
#include <kdbench/stats/maps/point_set.h>

namespace kdbench::stats {

/// Returns the coordinates of the points along their two principal axes, centred: [n, 2]. Power iteration on the covariance,
/// which is never formed, so a wide embedding costs no more than its data. Of either axis the direction is chosen in which its
/// component of largest size is positive. An axis without any spread gives zeros.
PointSet principal_plane(const PointSet& points);

}  // namespace kdbench::stats
