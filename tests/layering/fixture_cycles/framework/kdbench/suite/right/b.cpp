#include <kdbench/suite/left/a.h>
#include <kdbench/suite/right/b.h>
