#pragma once
#include <stdbool.h>

// Loading a shared library when the first of its functions is called. libcurl and libarchive bring some forty others
// with them, and loading those takes longer than looking a recording up does.

/// A shared library and, once it is loaded, its handle.
struct callark_library {
    /// As the loader looks for it, such as `libcurl.so.4`.
    const char *name;
    void *_Atomic handle;
};

/// Whether the library is there; loads it.
bool callark_library_is_there(struct callark_library *library);

/// The address of a function. Where the library or the function is missing, the process ends after one line that says so:
/// who can do better asks `callark_library_is_there` first.
void *callark_library_function(struct callark_library *library, const char *name);

/// Defines `name` as a function that does what the library's function of that name does. Several threads may come here at
/// once; each finds the same address.
#define CALLARK_FORWARD(library, result, name, parameters, arguments) \
    result name parameters { \
        static void *_Atomic found; \
        void *function = found; \
        if (!function) found = function = callark_library_function(library, #name); \
        return ((result(*) parameters)function) arguments; \
    }

/// The same for functions that return nothing.
#define CALLARK_FORWARD_VOID(library, name, parameters, arguments) \
    void name parameters { \
        static void *_Atomic found; \
        void *function = found; \
        if (!function) found = function = callark_library_function(library, #name); \
        ((void (*) parameters)function) arguments; \
    }
