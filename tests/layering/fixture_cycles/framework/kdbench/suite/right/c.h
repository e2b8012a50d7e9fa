#pragma once
#include <kdbench/suite/e.h>
#include <kdbench/suite/right/b.h>
