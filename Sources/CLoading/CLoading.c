#include "CLoading.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *handle(struct callark_library *library) {
    if (!library->handle) library->handle = dlopen(library->name, RTLD_LAZY | RTLD_LOCAL);
    return library->handle;
}

bool callark_library_is_there(struct callark_library *library) { return handle(library) != NULL; }

void *callark_library_function(struct callark_library *library, const char *name) {
    void *opened = handle(library);
    void *function = opened ? dlsym(opened, name) : NULL;
    if (!function) {
        fprintf(stderr, "callark: error: cannot use %s: %s\n", library->name, dlerror());
        _Exit(70);
    }
    return function;
}
