/// What is precompiled for tests with libtorch. No source relies on it: each includes what it uses.
#pragma once
#include "precompiled_sdk.h"

#include <kdbench/base/document.h>

#include <gtest/gtest.h>
