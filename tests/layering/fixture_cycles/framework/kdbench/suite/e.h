// Never compiled.
#pragma once
