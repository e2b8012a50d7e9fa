/// The ABI stamp: a line of text in an ELF note of every plugin library. The host reads it from the file, before the library
/// is opened, so that no code of an incompatible library ever runs.
#pragma once
#include <torch/version.h>

#include <string_view>  // brings _GLIBCXX_USE_CXX11_ABI

#define KDBENCH_STR2(x) #x
#define KDBENCH_STR(x) KDBENCH_STR2(x)

/// Counts changes of the SDK's binary interface.
#ifndef KDBENCH_SDK_ABI
#define KDBENCH_SDK_ABI 6
#endif
#define KDBENCH_SDK_VERSION "0.1.0"

// The two values below can be given from outside only so that tests can build libraries that are wrong on purpose.
#ifndef KDBENCH_STAMP_TORCH
#define KDBENCH_STAMP_TORCH \
  KDBENCH_STR(TORCH_VERSION_MAJOR) "." KDBENCH_STR(TORCH_VERSION_MINOR) "." KDBENCH_STR(TORCH_VERSION_PATCH)
#endif
#ifndef KDBENCH_STAMP_CXX11ABI
#define KDBENCH_STAMP_CXX11ABI KDBENCH_STR(_GLIBCXX_USE_CXX11_ABI)
#endif
#if defined(__clang__)
#define KDBENCH_STAMP_COMPILER "clang-" KDBENCH_STR(__clang_major__) "." KDBENCH_STR(__clang_minor__)
#else
#define KDBENCH_STAMP_COMPILER "gcc-" KDBENCH_STR(__GNUC__) "." KDBENCH_STR(__GNUC_MINOR__)
#endif
#ifdef _LIBCPP_VERSION
#define KDBENCH_STAMP_STDLIB "libc++"
#else
#define KDBENCH_STAMP_STDLIB "libstdc++"
#endif
#ifdef __SANITIZE_ADDRESS__
#define KDBENCH_STAMP_SANITIZER "address"
#else
#define KDBENCH_STAMP_SANITIZER "none"
#endif

/// `key=value;...`; abi, torch, cxx11abi, stdlib and sanitizer must equal the host's, the rest is for the reader.
#define KDBENCH_STAMP                                                                                      \
  "abi=" KDBENCH_STR(KDBENCH_SDK_ABI) ";sdk=" KDBENCH_SDK_VERSION ";torch=" KDBENCH_STAMP_TORCH            \
                                      ";cxx11abi=" KDBENCH_STAMP_CXX11ABI ";stdlib=" KDBENCH_STAMP_STDLIB  \
                                      ";std=" KDBENCH_STR(__cplusplus) ";compiler=" KDBENCH_STAMP_COMPILER \
                                                                       ";sanitizer=" KDBENCH_STAMP_SANITIZER

// Top-level assembly gives the exact layout: GCC aligns a constant object to 32 bytes, which readelf calls corrupt.
#define KDBENCH_EMIT_STAMP()                                    \
  __asm__(                                                      \
      ".pushsection .note.kdbench,\"a\",@note\n\t.balign 4\n\t" \
      ".long 8, 2f - 1f, 1\n\t.asciz \"KDBENCH\"\n1:\t.asciz \"" KDBENCH_STAMP "\"\n2:\t.balign 4\n\t.popsection")
