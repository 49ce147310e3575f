#include "CInflate.h"

#include <CLoading.h>
#include <stdlib.h>

// zlib's interface, which has not changed since 1.2: its header is not needed to build.

struct z_stream {
    const uint8_t *next_in;
    unsigned avail_in;
    unsigned long total_in;
    uint8_t *next_out;
    unsigned avail_out;
    unsigned long total_out;
    const char *message;
    void *state;
    void *allocate, *release, *opaque;
    int data_type;
    unsigned long checksum, reserved;
};

enum { Z_NO_FLUSH = 0, Z_OK = 0, Z_STREAM_END = 1, Z_BUF_ERROR = -5 };

/// The largest window, and either kind of header.
static const int window_bits = 15 + 32;

static struct callark_library zlib = {"libz.so.1", NULL};

// Called by their addresses: functions of these names here would be in the way of others who use the library.
typedef int begin_function(struct z_stream *stream, int bits, const char *version, int size);
typedef int step_function(struct z_stream *stream, int flush);
typedef int plain_function(struct z_stream *stream);

struct callark_inflater {
    struct z_stream stream;
    step_function *step;
    plain_function *reset, *end;
    bool is_whole;
};

struct callark_inflater *callark_inflater_make(void) {
    if (!callark_library_is_there(&zlib)) return NULL;
    struct callark_inflater *inflater = calloc(1, sizeof *inflater);
    if (!inflater) return NULL;
    begin_function *begin = callark_library_function(&zlib, "inflateInit2_");
    inflater->step = callark_library_function(&zlib, "inflate");
    inflater->reset = callark_library_function(&zlib, "inflateReset");
    inflater->end = callark_library_function(&zlib, "inflateEnd");
    // Only the first character of the version is compared.
    if (begin(&inflater->stream, window_bits, "1.2", sizeof inflater->stream) != Z_OK) {
        free(inflater);
        return NULL;
    }
    return inflater;
}

void callark_inflater_free(struct callark_inflater *inflater) {
    if (!inflater) return;
    inflater->end(&inflater->stream);
    free(inflater);
}

enum callark_inflation callark_inflate(struct callark_inflater *inflater, const uint8_t *input, size_t count, uint8_t *output,
                                       size_t room, size_t *taken, size_t *made) {
    const size_t most = 1 << 30;
    struct z_stream *stream = &inflater->stream;
    *taken = *made = 0;
    // Another stream behind a whole one belongs to it (RFC 1952 section 2.2).
    if (inflater->is_whole && count > 0) {
        if (inflater->reset(stream) != Z_OK) return callark_inflation_damaged;
        inflater->is_whole = false;
    }
    stream->next_in = input;
    stream->avail_in = (unsigned)(count < most ? count : most);
    stream->next_out = output;
    stream->avail_out = (unsigned)(room < most ? room : most);
    int result = inflater->step(stream, Z_NO_FLUSH);
    *taken = (size_t)(stream->next_in - input);
    *made = (size_t)(stream->next_out - output);
    if (result == Z_STREAM_END) inflater->is_whole = true;
    if (result != Z_STREAM_END && result != Z_OK && result != Z_BUF_ERROR) return callark_inflation_damaged;
    return inflater->is_whole ? callark_inflation_whole : callark_inflation_goes_on;
}
