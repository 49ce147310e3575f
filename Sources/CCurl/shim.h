#pragma once
// The macros that check the types of variadic arguments do not apply to functions with typed arguments.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Swift cannot call variadic functions: one wrapper for each type of argument, and nothing else.

#define CALLARK_SET(name, type) \
    static inline CURLcode name(CURL *handle, CURLoption option, type value) { \
        return curl_easy_setopt(handle, option, value); \
    }

CALLARK_SET(callark_easy_set_long, long)
CALLARK_SET(callark_easy_set_size, curl_off_t)
CALLARK_SET(callark_easy_set_string, const char *)
CALLARK_SET(callark_easy_set_pointer, void *)
CALLARK_SET(callark_easy_set_list, struct curl_slist *)
CALLARK_SET(callark_easy_set_blob, struct curl_blob *)
CALLARK_SET(callark_easy_set_write, curl_write_callback)
CALLARK_SET(callark_easy_set_prereq, curl_prereq_callback)

static inline CURLcode callark_easy_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode callark_easy_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode callark_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}
