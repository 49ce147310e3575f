#pragma once
#include <curl/curl.h>
#include <stdbool.h>

// libcurl is loaded when the first of its functions is called (CLoading.h). Only the functions that CCurl.c forwards
// can be used.

/// Loads libcurl. Returns whether it exists.
bool callark_curl_is_there(void);

// Swift cannot call variadic functions: one wrapper for each type of argument, and nothing else.

CURLcode callark_easy_set_long(CURL *handle, CURLoption option, long value);
CURLcode callark_easy_set_size(CURL *handle, CURLoption option, curl_off_t value);
CURLcode callark_easy_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode callark_easy_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode callark_easy_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode callark_easy_set_blob(CURL *handle, CURLoption option, struct curl_blob *value);
CURLcode callark_easy_set_write(CURL *handle, CURLoption option, curl_write_callback value);
CURLcode callark_easy_set_prereq(CURL *handle, CURLoption option, curl_prereq_callback value);
CURLcode callark_easy_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode callark_easy_get_pointer(CURL *handle, CURLINFO info, void **value);
CURLMcode callark_multi_set_long(CURLM *handle, CURLMoption option, long value);
