#pragma once
#include <kdbench/suite/right/b.h>
