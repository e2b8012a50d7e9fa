#pragma once
#include <kdbench/suite/right/c.h>
