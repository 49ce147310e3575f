#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// zlib's decoder of gzip (RFC 1952) and zlib (RFC 1950) streams, loaded when it is first used (CLoading.h). libcurl and
// libarchive bring the library with them.

/// One stream that is decoded.
struct callark_inflater;

/// A decoder at the beginning of a stream, to be freed with `callark_inflater_free`; NULL where zlib or memory is missing.
struct callark_inflater *callark_inflater_make(void);

void callark_inflater_free(struct callark_inflater *inflater);

/// What a step came to.
enum callark_inflation {
    /// As much as there was input or room for.
    callark_inflation_goes_on,
    /// The input so far ends with a whole stream, or with several, one after the other.
    callark_inflation_whole,
    /// No such stream, or one whose checksum or length does not hold.
    callark_inflation_damaged,
};

/// Decodes from `input` into `output`.
/// `taken` and `made` are how many bytes of each were used.
enum callark_inflation callark_inflate(struct callark_inflater *inflater, const uint8_t *input, size_t count, uint8_t *output,
                                       size_t room, size_t *taken, size_t *made);
