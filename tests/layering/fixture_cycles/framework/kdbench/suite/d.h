#pragma once
#include <kdbench/suite/left/a.h>
