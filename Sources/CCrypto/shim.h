#ifndef GUARDIA_CCRYPTO_SHIM_H
#define GUARDIA_CCRYPTO_SHIM_H
// Only libcrypto's digests: libssl, the part of OpenSSL that opens connections, is not linked.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>

/* A table's fingerprint is an MD5 a row: through EVP each would cost twice the time. It is deprecated as a way to be
   safe, which is not what it is for there. */
#include <openssl/md5.h>

static inline void guardia_md5_start(MD5_CTX *context) { MD5_Init(context); }
static inline void guardia_md5_update(MD5_CTX *context, const void *bytes, size_t count) {
    MD5_Update(context, bytes, count);
}
static inline void guardia_md5_finish(MD5_CTX *context, unsigned char *digest) { MD5_Final(digest, context); }
#endif
