#pragma once
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

// Both take ownership of the second argument, which is freed with the first. OpenSSL 3.4 renamed them.

static inline void callark_ts_verify_set_data(TS_VERIFY_CTX *context, BIO *data) {
#if OPENSSL_VERSION_NUMBER >= 0x30400000L
    TS_VERIFY_CTX_set0_data(context, data);
#else
    TS_VERIFY_CTX_set_data(context, data);
#endif
}

static inline void callark_ts_verify_set_store(TS_VERIFY_CTX *context, X509_STORE *store) {
#if OPENSSL_VERSION_NUMBER >= 0x30400000L
    TS_VERIFY_CTX_set0_store(context, store);
#else
    TS_VERIFY_CTX_set_store(context, store);
#endif
}

// A macro, which Swift does not see.
static inline void callark_openssl_free(void *memory) { OPENSSL_free(memory); }
