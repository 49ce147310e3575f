#define CURL_DISABLE_TYPECHECK
#include "CCurl.h"

#include <CLoading.h>

static struct callark_library curl = {"libcurl.so.4", NULL};

bool callark_curl_is_there(void) { return callark_library_is_there(&curl); }

#define FORWARD(result, name, parameters, arguments) CALLARK_FORWARD(&curl, result, name, parameters, arguments)
#define FORWARD_VOID(name, parameters, arguments) CALLARK_FORWARD_VOID(&curl, name, parameters, arguments)

FORWARD(CURLcode, curl_global_init, (long flags), (flags))
FORWARD(curl_version_info_data *, curl_version_info, (CURLversion age), (age))
FORWARD(time_t, curl_getdate, (const char *text, const time_t *unused), (text, unused))
FORWARD_VOID(curl_free, (void *pointer), (pointer))

FORWARD(struct curl_slist *, curl_slist_append, (struct curl_slist *list, const char *text), (list, text))
FORWARD_VOID(curl_slist_free_all, (struct curl_slist *list), (list))

FORWARD(CURL *, curl_easy_init, (void), ())
FORWARD_VOID(curl_easy_cleanup, (CURL *handle), (handle))
FORWARD(CURLcode, curl_easy_pause, (CURL *handle, int bits), (handle, bits))
FORWARD(const char *, curl_easy_strerror, (CURLcode code), (code))

FORWARD(CURLM *, curl_multi_init, (void), ())
FORWARD(CURLMcode, curl_multi_cleanup, (CURLM *multi), (multi))
FORWARD(CURLMcode, curl_multi_add_handle, (CURLM *multi, CURL *handle), (multi, handle))
FORWARD(CURLMcode, curl_multi_remove_handle, (CURLM *multi, CURL *handle), (multi, handle))
FORWARD(CURLMcode, curl_multi_perform, (CURLM *multi, int *running), (multi, running))
FORWARD(CURLMcode, curl_multi_poll,
        (CURLM *multi, struct curl_waitfd extra[], unsigned int extra_count, int timeout_ms, int *ready),
        (multi, extra, extra_count, timeout_ms, ready))
FORWARD(CURLMcode, curl_multi_wakeup, (CURLM *multi), (multi))
FORWARD(CURLMsg *, curl_multi_info_read, (CURLM *multi, int *left), (multi, left))
FORWARD(const char *, curl_multi_strerror, (CURLMcode code), (code))

FORWARD(CURLU *, curl_url, (void), ())
FORWARD_VOID(curl_url_cleanup, (CURLU *url), (url))
#if LIBCURL_VERSION_NUM >= 0x080000
typedef const CURLU readable_url;
#else
typedef CURLU readable_url;
#endif
FORWARD(CURLUcode, curl_url_get, (readable_url *url, CURLUPart part, char **text, unsigned int flags),
        (url, part, text, flags))
FORWARD(CURLUcode, curl_url_set, (CURLU *url, CURLUPart part, const char *text, unsigned int flags),
        (url, part, text, flags))
FORWARD(const char *, curl_url_strerror, (CURLUcode code), (code))

typedef CURLcode (*set_option)(CURL *, CURLoption, ...);
typedef CURLcode (*get_info)(CURL *, CURLINFO, ...);
typedef CURLMcode (*set_multi_option)(CURLM *, CURLMoption, ...);

#define SET(name, type) \
    CURLcode name(CURL *handle, CURLoption option, type value) { \
        static void *_Atomic found; \
        if (!found) found = callark_library_function(&curl, "curl_easy_setopt"); \
        return ((set_option)found)(handle, option, value); \
    }

SET(callark_easy_set_long, long)
SET(callark_easy_set_size, curl_off_t)
SET(callark_easy_set_string, const char *)
SET(callark_easy_set_pointer, void *)
SET(callark_easy_set_list, struct curl_slist *)
SET(callark_easy_set_blob, struct curl_blob *)
SET(callark_easy_set_write, curl_write_callback)
SET(callark_easy_set_prereq, curl_prereq_callback)

#define GET(name, type) \
    CURLcode name(CURL *handle, CURLINFO info, type *value) { \
        static void *_Atomic found; \
        if (!found) found = callark_library_function(&curl, "curl_easy_getinfo"); \
        return ((get_info)found)(handle, info, value); \
    }

GET(callark_easy_get_long, long)
GET(callark_easy_get_pointer, void *)

CURLMcode callark_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    static void *_Atomic found;
    if (!found) found = callark_library_function(&curl, "curl_multi_setopt");
    return ((set_multi_option)found)(handle, option, value);
}
